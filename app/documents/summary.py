"""What people take home, as one complete picture. The summary page and every file are drawn from it alone.

Its figures are the board's, from the same reads. It holds no author, no role of fewer than five people, and no text
of a card that waits, is hidden or was taken back.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import msgspec
from sqlmodel import Session, col, select

from app import language
from app.documents import sentences, stands
from app.documents.stands import PactView, ProfileView
from app.domain import (
    agenda,
    agreements,
    card_kinds,
    cards,
    dialogues,
    participants,
    publishing,
    questions,
    sortings,
    themes,
    voices,
    votes,
)
from app.domain.participants import GroupView
from app.domain.votes import TallyView
from app.language import gettext
from app.models import CLOSED, HIDDEN, WITHDRAWN, Activity, Card, Dialogue, Imported, Series, now


@dataclass(frozen=True, slots=True)
class CardView:
    """A card on show, word for word. `theme` may be empty.

    `second_label` is the question the second field answers.
    """

    number: int
    kind: str
    kind_name: str
    first: str
    second: str
    second_label: str
    theme: str
    same_as: int = 0  # the number of the card that stands for it
    asked: str = ""  # of a question: who else wants to know, and whether it was answered


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A heading with all its cards on show."""

    label: str
    cards: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it ran. `opened` is empty for a step nobody went to, `closed` and `minutes` while it is on."""

    kind: str
    kind_name: str
    title: str
    prompt: str
    planned: time | None
    planned_minutes: int
    opened: datetime | None
    closed: datetime | None
    ran: str
    minutes: int | None  # from the first opening to the last closing
    cards: int  # on show
    outcome: str = ""  # of a sorting: who sorted, how far they came, what they do not agree on


@dataclass(frozen=True, slots=True)
class ResultView:
    """One card in a closed vote. Dots: `total` dots from `voters` people. Stance: `voters` agreed."""

    card: CardView
    total: int
    voters: int
    against: int
    passed: int


@dataclass(frozen=True, slots=True)
class VoteView:
    """A vote that was opened. While it is `open` it has no results. `method` and `turnout` are sentences."""

    title: str
    prompt: str
    form: str
    open: bool
    here: int
    voted: int
    abstained: int
    method: str
    turnout: str
    results: tuple[ResultView, ...]


@dataclass(frozen=True, slots=True)
class ReasonView:
    """Why cards are hidden, and how many."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One line of the mandate card."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SummaryView:
    """One dialogue in one language. `lead`, `status` and `left_out` are sentences; `left_out` may be empty.

    Themes stand in the board's order; `unplaced` are the cards in no theme.
    """

    language: str
    title: str
    series: str
    event_date: date | None
    lead: str
    status: str
    draft: bool
    made_at: datetime
    people: int
    simulated: int
    groups: tuple[GroupView, ...]
    mandate: tuple[PromiseView, ...]
    follow_up: str
    delete_on: date
    steps: tuple[StepView, ...]
    shown: int
    waiting: int
    hidden: int
    reasons: tuple[ReasonView, ...]
    left_out: str
    themes: tuple[ThemeView, ...]
    unplaced: tuple[CardView, ...]
    votes: tuple[VoteView, ...]
    questions: tuple[CardView, ...]
    profiles: tuple[ProfileView, ...] = ()
    pacts: tuple[PactView, ...] = ()
    to_do: tuple[PactView, ...] = ()
    absent: tuple[str, ...] = ()  # roles that nobody came in
    follow_up_on: str = ""  # when people meet again, or why not
    looking_back: str = ""  # the organiser's half page
    published: datetime | None = None  # when the organiser called it finished

    @property
    def cards(self) -> tuple[CardView, ...]:
        """Every card on show, by number."""
        every = [*self.unplaced, *(card for theme in self.themes for card in theme.cards)]
        return tuple(sorted(every, key=lambda card: card.number))


def build(session: Session, dialogue_id: int, spoken: str) -> SummaryView:
    """The summary of a dialogue in a language ("da" or "en"), at any time. Raises NotFound."""
    with language.speaking(spoken):
        view = _build(session, dialogues.get(session, dialogue_id))
        kept = session.get(Imported, dialogue_id)
        return view if kept is None else _with_figures(view, msgspec.json.decode(kept.figures, type=SummaryView))


def _with_figures(view: SummaryView, kept: SummaryView) -> SummaryView:
    """A dialogue that came from a file: its cards as they stand now, the figures of its day as they were counted."""
    numbers = {card.number for card in view.cards}
    asked = {card.number: card.asked for card in kept.questions}
    reasons = Counter({row.reason: row.count for row in (*kept.reasons, *view.reasons)})
    hidden, waiting = kept.hidden + view.hidden, kept.waiting + view.waiting
    return replace(
        view,
        event_date=kept.event_date,
        lead=sentences.lead(kept.people, kept.simulated, view.shown),
        draft=kept.draft,
        people=kept.people,
        simulated=kept.simulated,
        groups=kept.groups,
        steps=kept.steps,
        waiting=waiting,
        hidden=hidden,
        reasons=tuple(ReasonView(reason, count) for reason, count in sorted(reasons.items())),
        left_out=sentences.left_out(waiting, hidden),
        votes=tuple(
            replace(vote, results=tuple(row for row in vote.results if row.card.number in numbers))
            for vote in kept.votes
        ),
        profiles=kept.profiles,
        absent=kept.absent,
        questions=tuple(
            sorted(
                (replace(card, asked=asked.get(card.number, card.asked)) for card in view.questions),
                key=lambda card: list(asked).index(card.number) if card.number in asked else len(asked),
            )
        ),
    )


def standing(session: Session, dialogue_id: int) -> list[Card]:
    """Every card that its writer has not taken back, by number."""
    rows = select(Card).where(Card.dialogue_id == dialogue_id, Card.state != WITHDRAWN)
    return list(session.exec(rows.order_by(col(Card.number))).all())


def ballots(session: Session, dialogue_id: int) -> list[tuple[Activity, TallyView]]:
    """Every vote that was opened, with its count, in the order of the run sheet."""
    steps = agenda.steps(session, dialogue_id)
    return [(step, votes.tally(session, step)) for step in steps if step.kind == "vote" and step.opened_at is not None]


def _build(session: Session, dialogue: Dialogue) -> SummaryView:
    dialogue_id = dialogue.id or 0
    *placed, pile = themes.view(session, dialogue_id)
    shown = [(card, theme.label) for theme in (*placed, pile) for card in theme.cards]
    numbers = {card.id: card.number for card, _ in shown}
    same = {card: numbers.get(root, 0) for card, root in pile.stands_for.items()}
    views = {card.id: _card(card, label, same.get(card.id or 0, 0)) for card, label in shown}
    per_step = Counter(card.activity_id for theme in (*placed, pile) for card in theme.cards)
    reasons = Counter(card.reason for card in standing(session, dialogue_id) if card.state == HIDDEN)
    waiting = len(cards.waiting(session, dialogue_id))
    people = participants.count(session, dialogue_id)
    simulated = participants.simulated_count(session, dialogue_id)
    series = session.get(Series, dialogue.series_id)
    made_at = now()
    return SummaryView(
        language=language.current(),
        title=dialogue.title,
        series=series.title if series is not None else "",
        event_date=dialogue.event_date or _day(dialogue.started_at),
        lead=sentences.lead(people, simulated, len(views)),
        status=_status(session, dialogue, made_at),
        draft=dialogue.state != CLOSED and dialogue.published_at is None,
        made_at=made_at,
        people=people,
        simulated=simulated,
        groups=tuple(participants.groups(session, dialogue_id)),
        mandate=_mandate(dialogue),
        follow_up=dialogue.mandate_hear_back,
        delete_on=dialogue.delete_on,
        steps=tuple(_step(session, step, dialogue, per_step) for step in agenda.steps(session, dialogue_id)),
        shown=len(views),
        waiting=waiting,
        hidden=reasons.total(),
        reasons=tuple(ReasonView(reason, count) for reason, count in sorted(reasons.items())),
        left_out=sentences.left_out(waiting, reasons.total()),
        themes=tuple(ThemeView(theme.label, tuple(views[card.id] for card in theme.cards)) for theme in placed),
        unplaced=tuple(views[card.id] for card in pile.cards),
        votes=tuple(
            _vote(step, dialogue, tally, views)
            for step, tally in ballots(session, dialogue_id)
            if votes.form(step) != "spectrum"  # stands among the profiles
        ),
        questions=tuple(
            replace(views[each.id], asked=sentences.asked(each.lifts, each.answered))
            for each in questions.ranked(session, dialogue_id)
        ),
        profiles=tuple(stands.assessed(session, dialogue)),
        pacts=stands.pacts(session, dialogue_id, agreements.AGREED),
        to_do=stands.pacts(session, dialogue_id, agreements.PRODUCT),
        absent=voices.absent(session, dialogue_id) if people else (),
        looking_back=dialogue.looking_back,
        published=dialogue.published_at,
        follow_up_on=language.day(dialogue.follow_up_on) if dialogue.follow_up_on else dialogue.follow_up,
    )


def _status(session: Session, dialogue: Dialogue, made_at: datetime) -> str:
    if dialogue.published_at is None:
        return sentences.status(dialogue.state != CLOSED, made_at)
    return sentences.finished(dialogue.published_at, publishing.changed_since(session, dialogue))


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(language.ZONE).date()


def _card(card: Card, theme: str, same_as: int) -> CardView:
    kind = card_kinds.kind(card.kind)
    label = kind.second.label if kind.second is not None else ""
    return CardView(card.number, kind.key, kind.name, card.first, card.second, label, theme, same_as)


def _step(session: Session, step: Activity, dialogue: Dialogue, per_step: Counter[int]) -> StepView:
    lasted = step.closed_at - step.opened_at if step.opened_at is not None and step.closed_at is not None else None
    return StepView(
        kind=step.kind,
        kind_name=sentences.step(step.kind),
        title=agenda.title(step),
        prompt=agenda.prompt(step, dialogue),
        planned=_clock(step.planned),
        planned_minutes=step.minutes,
        opened=step.opened_at,
        closed=step.closed_at,
        ran=sentences.ran(step.opened_at, step.closed_at),
        minutes=None if lasted is None else round(lasted.total_seconds() / 60),
        cards=per_step[step.id or 0],
        outcome=_outcome(session, step),
    )


def _outcome(session: Session, step: Activity) -> str:
    if step.kind != "sort" or step.opened_at is None:
        return ""
    view = sortings.view(session, step)
    return sentences.sorting(view.people, view.sorted, view.cards, view.split)


def _clock(planned: str) -> time | None:
    try:
        return time.fromisoformat(planned)
    except ValueError:
        return None


def _vote(step: Activity, dialogue: Dialogue, tally: TallyView, views: dict[int | None, CardView]) -> VoteView:
    return VoteView(
        title=agenda.title(step),
        prompt=agenda.prompt(step, dialogue),
        form=votes.form(step),
        open=not step.revealed or step.state != CLOSED,
        here=tally.here,
        voted=tally.voted,
        abstained=tally.abstained,
        method=sentences.method(votes.form(step), votes.budget(step)),
        turnout=sentences.turnout(tally.voted, tally.here, tally.abstained),
        results=tuple(
            ResultView(views[row.card.id], row.total, row.voters, row.against, row.passed) for row in tally.results
        ),
    )


def _mandate(dialogue: Dialogue) -> tuple[PromiseView, ...]:
    return (
        PromiseView(gettext("What is open"), dialogue.mandate_open),
        PromiseView(gettext("What is fixed"), dialogue.mandate_fixed),
        PromiseView(gettext("Who decides"), dialogue.mandate_decides),
        PromiseView(gettext("When you hear back"), dialogue.mandate_hear_back),
        PromiseView(gettext("What is stored"), dialogue.mandate_stored),
        PromiseView(gettext("How much say people had"), dialogues.how_much_say(dialogue.mandate_say)),
    )
