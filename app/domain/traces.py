"""What became of a card, told to the one who wrote it: its votes, its answer, where it went, and what came of that."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain import agenda, votes
from app.domain.participants import Me
from app.models import CLOSED, SHOWN, UNKNOWN, Activity, Agreement, Card, Dialogue, Lift, Material, Option, Reply, Vote


@dataclass(frozen=True, slots=True)
class TraceView:
    """One thing that happened to a card.

    `sort`: voted (`number` dots or people, `title` the vote, `form` of it), onward (`title` the later dialogue), status
    (`status` of the agreement it is), answered, lifted (`number` people ask the same), replied (`number`).
    """

    sort: str
    title: str = ""
    number: int = 0
    status: str = ""
    form: str = ""


def of(session: Session, me: Me, card_ids: Sequence[int]) -> dict[int, tuple[TraceView, ...]]:
    """What became of my cards, by card, in the order it happened. Nothing of a vote that is still open."""
    own = session.exec(select(Card).where(col(Card.id).in_(card_ids), Card.participant_id == me.id)).all()
    found: dict[int, list[TraceView]] = {card.id or 0: [] for card in own if card.state == SHOWN}
    for card in own:
        if card.answered and card.id in found:
            found[card.id].append(TraceView("answered"))
    _count(session, found, Lift.card_id, "lifted")
    _count(session, found, Reply.card_id, "replied", Reply.state == SHOWN)
    _votes(session, found)
    _onward(session, me, found)
    return {card: tuple(traces) for card, traces in found.items() if traces}


def _count(session: Session, found: dict[int, list[TraceView]], column: object, sort: str, *where: object) -> None:
    rows = session.exec(
        select(column, func.count()).where(col(column).in_(found), *where).group_by(column)  # type: ignore[call-overload]
    ).all()
    for card, number in rows:
        found[card].append(TraceView(sort, number=number))


def _votes(session: Session, found: dict[int, list[TraceView]]) -> None:
    """Dots, or people who agree, in every closed vote a card stood in; a card without any is told so too."""
    rows = session.exec(
        select(Activity, Option.card_id, func.sum(Vote.value), func.count(col(Vote.value)))
        .join(Option, col(Option.activity_id) == col(Activity.id))
        .join(
            Vote,
            (col(Vote.activity_id) == col(Activity.id)) & (col(Vote.card_id) == col(Option.card_id)) & (Vote.value > 0),
            isouter=True,
        )
        .where(col(Option.card_id).in_(found), Option.position > 0)
        .where(Activity.state == CLOSED, col(Activity.revealed).is_(True))
        .group_by(col(Activity.id), col(Option.card_id))
        .order_by(col(Activity.position))
    ).all()
    for step, card, dots, people in rows:
        if votes.form(step) in ("dots", "stance"):
            number = int(dots or 0) if votes.form(step) == "dots" else people
            found[card].append(TraceView("voted", agenda.title(step), number, form=votes.form(step)))


def _onward(session: Session, me: Me, found: dict[int, list[TraceView]]) -> None:
    """Where it went, and what its owner said of an agreement; nothing is said of one nobody has spoken of."""
    rows = session.exec(
        select(Material.card_id, Dialogue.title)
        .join(Dialogue, col(Dialogue.id) == col(Material.dialogue_id))
        .where(col(Material.card_id).in_(found))
        .order_by(col(Material.id))
    ).all()
    for card, title in dict.fromkeys(rows):
        found[card or 0].append(TraceView("onward", title))
    agreed = session.exec(
        select(Agreement.card_id, Agreement.status, Agreement.dialogue_id, Dialogue.title)
        .join(Dialogue, col(Dialogue.id) == col(Agreement.dialogue_id))
        .where(col(Agreement.card_id).in_(found), col(Agreement.dropped).is_(False))
    ).all()
    for card, status, dialogue_id, title in agreed:
        if dialogue_id != me.dialogue_id:
            found[card or 0].append(TraceView("onward", title))
        if status != UNKNOWN:
            found[card or 0].append(TraceView("status", status=status))
