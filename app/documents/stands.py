"""What a summary says of answers and agreements: where the room stands, how far apart, and who has promised what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from app.documents import sentences
from app.domain import agenda, agreements, profiles, votes
from app.domain.agreements import AgreementView
from app.models import CLOSED, Card, Dialogue


@dataclass(frozen=True, slots=True)
class LineView:
    """What one role answered: how many, and their mean. Roles of fewer than five stand together, or not at all."""

    name: str
    n: int
    mean: float


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A statement, or two poles, and what the room said. `counts` are words and numbers, empty where a mean says it.

    `n` answered with a value, `unknown` without; `gap` is the distance between the roles furthest apart, 0 for none.
    """

    text: str
    n: int
    unknown: int
    mean: float
    counts: tuple[tuple[str, int], ...]
    lines: tuple[LineView, ...]
    gap: float
    headline: bool


@dataclass(frozen=True, slots=True)
class ProfileView:
    """An assessment, or a vote between poles. While it is `open` it has no rows. `before_after` may be empty."""

    title: str
    prompt: str
    scale: str
    open: bool
    turnout: str
    rows: tuple[AnswerView, ...]
    before_after: str


@dataclass(frozen=True, slots=True)
class PactView:
    """An agreement with its owner, day, place and what became of it, in words.

    `number` is that of its card, or 0 where it stands on no card of this dialogue.
    """

    what: str
    who: str
    due: date | None
    scope: str
    status: str
    note: str
    number: int


def assessed(session: Session, dialogue: Dialogue) -> Iterator[ProfileView]:
    """Every assessment and every vote between poles that was opened, in the order of the day."""
    dialogue_id = dialogue.id or 0
    for step in (*agenda.steps(session, dialogue_id), *agenda.outside(session, dialogue_id)):
        leaning = step.kind == "vote" and votes.form(step) == "spectrum"
        if step.opened_at is None or not (leaning or step.kind == "assess"):
            continue
        is_open = not step.revealed or step.state != CLOSED
        if leaning:
            tally = votes.tally(session, step)
            rows, answered, here, skipped = profiles.leaning(session, step), tally.voted, tally.here, tally.abstained
            paired, scale = None, "spectrum"
        else:
            found = profiles.profile(session, step)
            rows, answered, here, skipped = found.results, found.answered, found.here, found.skipped
            paired, scale = found.paired, found.scale
        yield ProfileView(
            title=agenda.title(step),
            prompt=agenda.prompt(step, dialogue),
            scale=scale,
            open=is_open,
            turnout=sentences.answered(answered, here, skipped),
            rows=() if is_open else tuple(_answer(row, scale) for row in rows),
            before_after="" if paired is None or is_open else _before_after(paired),
        )


def _before_after(paired: profiles.PairedView) -> str:
    return sentences.before_after(paired.before, paired.after, paired.n)


def _answer(row: profiles.ResultView, scale: str) -> AnswerView:
    words = sentences.choices(scale)
    return AnswerView(
        text=row.statement.first,
        n=row.n,
        unknown=row.unknown,
        mean=row.mean,
        counts=tuple((word, row.counts.get(value, 0)) for value, word in words),
        lines=tuple(LineView(line.name, line.n, line.mean) for line in row.lines),
        gap=row.gap,
        headline=row.headline,
    )


def pacts(session: Session, dialogue_id: int, sort: str) -> tuple[PactView, ...]:
    """The agreements of a dialogue, or the material that must be ready."""
    own = set(session.exec(select(Card.id).where(Card.dialogue_id == dialogue_id)).all())
    return tuple(_pact(each, each.card_id in own) for each in agreements.all_of(session, dialogue_id, sort))


def _pact(each: AgreementView, own: bool) -> PactView:
    return PactView(
        what=each.what,
        who=each.who,
        due=each.due_on,
        scope=sentences.scope(each.scope),
        status=sentences.became(each.status),
        note=each.note,
        number=each.number if own else 0,
    )
