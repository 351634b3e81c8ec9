"""A series from dialogue to dialogue: what was said, what happened to it, and whether anything is ever carried out."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import errors
from app.domain import agreements, dialogues, participants, texts, themes
from app.domain.agreements import AgreementView
from app.models import CLOSED, SHOWN, Agreement, Card, Dialogue, Material, Series
from app.models.dialogue import PHASES
from app.settings import TEXT_MAX
from app.store import Transaction

_HEADINGS = 5  # of a dialogue, the largest: more than that is not at a glance


@dataclass(frozen=True, slots=True)
class ChapterView:
    """One dialogue of the series. `headings` are its largest themes with how many cards; `onward` how many pieces later
    dialogues have taken from it; `statuses` how many agreements are done, under_way, dropped and unknown."""

    id: int
    title: str
    day: date | None
    phase: str
    state: str
    people: int
    cards: int
    headings: tuple[tuple[str, int], ...]
    agreements: tuple[AgreementView, ...]
    products: tuple[AgreementView, ...]
    statuses: dict[str, int]
    onward: int

    @property
    def closed(self) -> bool:
        return self.state == CLOSED


@dataclass(frozen=True, slots=True)
class SeriesView:
    """The whole series, oldest dialogue first. `only_develops`: people were asked more than once, and nothing else."""

    id: int
    title: str
    chapters: tuple[ChapterView, ...]

    @property
    def only_develops(self) -> bool:
        held = [chapter for chapter in self.chapters if chapter.closed]
        return len(held) > 1 and {chapter.phase for chapter in self.chapters} == {"develop"}

    @property
    def last(self) -> ChapterView | None:
        return self.chapters[-1] if self.chapters else None


def view(session: Session, series_id: int) -> SeriesView:
    """The series with its dialogues. Raises NotFound."""
    series = session.get(Series, series_id)
    if series is None:
        raise errors.NotFound
    rows = session.exec(select(Dialogue).where(Dialogue.series_id == series_id).order_by(col(Dialogue.id))).all()
    return SeriesView(series_id, series.title, tuple(_chapter(session, row) for row in rows))


def _chapter(session: Session, dialogue: Dialogue) -> ChapterView:
    dialogue_id = dialogue.id or 0
    *own, loose = themes.view(session, dialogue_id)
    agreed = agreements.all_of(session, dialogue_id)
    return ChapterView(
        id=dialogue_id,
        title=dialogue.title,
        day=dialogue.event_date,
        phase=dialogue.phase,
        state=dialogue.state,
        people=participants.count(session, dialogue_id),
        cards=sum(len(pile.cards) for pile in (*own, loose)),
        headings=tuple((pile.label, len(pile.cards)) for pile in own if pile.cards)[:_HEADINGS],
        agreements=agreed,
        products=agreements.all_of(session, dialogue_id, agreements.PRODUCT),
        statuses=dict(Counter(each.status for each in agreed)),
        onward=_onward(session, dialogue_id),
    )


def _onward(session: Session, dialogue_id: int) -> int:
    """Pieces of this dialogue that lie in others: lines of material, and things to do."""
    lines = select(func.count()).select_from(Material).where(Material.origin_id == dialogue_id)
    to_do = (
        select(func.count())
        .select_from(Agreement)
        .join(Card, col(Card.id) == col(Agreement.card_id))
        .where(Card.dialogue_id == dialogue_id, Agreement.dialogue_id != dialogue_id, Card.state == SHOWN)
    )
    return session.exec(lines).one() + session.exec(to_do).one()


def set_phase(tx: Transaction, dialogue_id: int, phase: str) -> None:
    """What this dialogue is for: to develop, to carry out, or to evaluate. Raises NotFound or Unreadable."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    if phase not in PHASES:
        raise errors.Unreadable
    dialogue.phase = phase
    tx.session.add(dialogue)


def set_follow_up(tx: Transaction, dialogue_id: int, on: date | None, instead: str) -> None:
    """When people meet again, or in one sentence why they do not. Raises NotFound or TooLong."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    dialogue.follow_up_on = on
    dialogue.follow_up = "" if on else texts.line(instead, TEXT_MAX)
    tx.session.add(dialogue)
    tx.touch(dialogue_id, "board", "phones", "desk")
