"""What is printed for the room: paper cards, half sheets, the run sheet, and what goes home to the workplace.

Views only; `app/templates/prints` draws them. Nothing here shows a writer, a role or a card that is not on show.
"""

from dataclasses import dataclass
from math import ceil

from sqlmodel import Session, select

from app import errors, language
from app.activities import collect
from app.documents import summary
from app.documents.summary import CardView
from app.domain import agenda, answers, dialogues, profiles, votes
from app.domain.agenda import StepView
from app.domain.answers import StatementView
from app.domain.card_kinds import CardKind
from app.models import Activity, Dialogue

CARDS_MOST = 200  # paper cards at a time
DILEMMAS, ADVICE = 3, 10  # on the talk sheet, one page for ordinary texts
_LINE, _HALF = 48, 28  # letters on a line of a half sheet, and lines on it


@dataclass(frozen=True, slots=True)
class PaperCard:
    """One card to write on by hand. Its number is for finding it again when it has been typed in."""

    number: int
    kind: CardKind


@dataclass(frozen=True, slots=True)
class PaperCards:
    """Cards for one step, four on a sheet. `steps` are all that take cards, by id and title; `step` is 0 for none."""

    steps: tuple[tuple[int, str], ...]
    step: int
    title: str
    prompt: str
    each: int
    sheets: tuple[tuple[PaperCard, ...], ...]


@dataclass(frozen=True, slots=True)
class HalfSheet:
    """A part of an assessment that fits half a sheet, the `number`th of `of`."""

    title: str
    prompt: str
    scale: str
    values: tuple[int, ...]
    statements: tuple[StatementView, ...]
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Programme:
    """The run sheet of a day: its steps with what helps whoever stands there."""

    dialogue: Dialogue
    steps: tuple[StepView, ...]

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps if step.state != "skipped")


@dataclass(frozen=True, slots=True)
class Talk:
    """What the workplace talks about: the dilemmas people stood furthest apart on, the advice with most votes."""

    title: str
    day: str
    dilemmas: tuple[CardView, ...]
    advice: tuple[CardView, ...]


def paper_cards(session: Session, dialogue_id: int, step_id: int, each: int) -> PaperCards:
    """So many cards of each kind that a step asks for; of the first step for 0. Raises NotFound for a strange step."""
    dialogue = dialogues.get(session, dialogue_id)
    steps = [step for step in agenda.steps(session, dialogue_id) if step.kind == "collect"]
    step = next((step for step in steps if step.id == step_id or not step_id), None)
    if step_id and step is None:
        raise errors.NotFound
    kinds = collect.kinds_of(step) if step else ()
    made = [PaperCard(0, kind) for kind in kinds for _ in range(each)][:CARDS_MOST]
    numbered = [PaperCard(number, card.kind) for number, card in enumerate(made, start=1)]
    return PaperCards(
        steps=tuple((each.id or 0, agenda.title(each)) for each in steps),
        step=step.id or 0 if step else 0,
        title=agenda.title(step) if step else "",
        prompt=agenda.prompt(step, dialogue) if step else "",
        each=each,
        sheets=tuple(tuple(numbered[at : at + 4]) for at in range(0, len(numbered), 4)),
    )


def half_sheets(session: Session, dialogue_id: int) -> tuple[HalfSheet, ...]:
    """Every assessment of the day on as many half sheets as it needs."""
    dialogue = dialogues.get(session, dialogue_id)
    made: list[HalfSheet] = []
    for step in agenda.steps(session, dialogue_id):
        if step.kind == "assess":
            made += _halves(session, dialogue, step)
    return tuple(made)


def _halves(session: Session, dialogue: Dialogue, step: Activity) -> list[HalfSheet]:
    prompt = agenda.prompt(step, dialogue)
    room = _HALF - ceil(len(prompt) / _LINE)
    parts: list[list[StatementView]] = [[]]
    left = room
    for statement in answers.statements(session, step.id or 0):
        needs = 4 + sum(ceil(len(words) / _LINE) for words in (statement.text, statement.left + statement.right))
        if parts[-1] and needs > left:
            parts.append([])
            left = room
        parts[-1].append(statement)
        left -= needs
    scale = answers.scale(step)
    values = tuple(answers.SCALES[scale])
    title = agenda.title(step)
    return [
        HalfSheet(title, prompt, scale, values, tuple(part), number, len(parts))
        for number, part in enumerate(parts, start=1)
        if part
    ]


def programme(session: Session, dialogue_id: int) -> Programme:
    """The run sheet."""
    dialogue = dialogues.get(session, dialogue_id)
    return Programme(dialogue, tuple(agenda.view(session, dialogue)))


def talk(session: Session, dialogue_id: int) -> Talk:
    """What goes home. Where nobody has voted, cards stand in the order they were written."""
    view = summary.build(session, dialogue_id, language.current())
    by_number = {card.number: card for card in view.cards}
    apart = [number for number in _apart(session, dialogue_id) if number in by_number]
    voted = [row.card.number for vote in view.votes if not vote.open for row in vote.results]
    order = [by_number[number] for number in dict.fromkeys((*apart, *voted, *by_number)) if number in by_number]

    def first(kind: str, most: int) -> tuple[CardView, ...]:
        return tuple([card for card in order if card.kind == kind and not card.same_as][:most])

    day = language.day(view.event_date) if view.event_date else ""
    return Talk(view.title, day, first("dilemma", DILEMMAS), first("advice", ADVICE))


def _apart(session: Session, dialogue_id: int) -> list[int]:
    """Numbers of the cards people have stood between the poles of, widest distance first."""
    rows = select(Activity).where(Activity.dialogue_id == dialogue_id, Activity.kind == "vote")
    spectra = [step for step in session.exec(rows).all() if votes.form(step) == "spectrum"]
    found = [result for step in spectra for result in profiles.leaning(session, step)]
    return [int(result.statement.key.partition("-")[2]) for result in found]
