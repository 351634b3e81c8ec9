"""People without a phone: entered by the desk or by the phone that writes for their table, and counted like the others.

Nobody can sign in as one: the token is thrown away when it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import errors
from app.domain import cards, groups, participants, votes
from app.domain.cards import Written
from app.domain.participants import Me
from app.models import CLOSED, OPEN, Activity, Dialogue, Group, Member, Participant, Perspective
from app.store import Transaction

MOST = 60  # people without a phone in one dialogue; a room of paper is another kind of day


@dataclass(frozen=True, slots=True)
class ProxyView:
    """A person without a phone. `number` stands on their paper; `role` is the perspective, `table` where they sit."""

    id: int
    number: int
    role: str
    table: str


def add(tx: Transaction, dialogue_id: int, role: str, group_id: int = 0) -> int:
    """One more person, in a perspective (its key), at a table or none. Returns their id.

    Raises DialogueClosed, NotFound for a strange table, or RoomFull.
    """
    if len(_rows(tx.session, dialogue_id)) >= MOST:
        raise errors.RoomFull
    me, _ = participants.join(tx, dialogue_id, role, _language(tx.session, dialogue_id), proxy=True)
    if group_id:
        groups.enter(tx, me, group_id)
    elif tx.session.get_one(Dialogue, dialogue_id).seating:
        groups.find_seat(tx, me)
    return me.id


def _language(session: Session, dialogue_id: int) -> str:
    return session.get_one(Dialogue, dialogue_id).languages.split(",")[0]


def _rows(session: Session, dialogue_id: int) -> Sequence[tuple[Participant, Perspective]]:
    rows = (
        select(Participant, Perspective)
        .join(Perspective, col(Perspective.id) == col(Participant.perspective_id))
        .where(Participant.dialogue_id == dialogue_id, col(Participant.proxy).is_(True))
    )
    return session.exec(rows.order_by(col(Participant.id))).all()


def of(session: Session, dialogue_id: int, group_id: int = 0) -> list[ProxyView]:
    """Everybody without a phone, in the order they were entered; of one table when given."""
    seating = session.get_one(Dialogue, dialogue_id).seating
    sits = dict(
        session.exec(
            select(Member.participant_id, Group)
            .join(Group, col(Group.id) == col(Member.group_id))
            .where(Member.dialogue_id == dialogue_id, Member.seating == seating, Group.sort == groups.TABLE)
        ).all()
    )
    views = []
    for number, (person, role) in enumerate(_rows(session, dialogue_id), start=1):
        table = sits.get(person.id or 0)
        if group_id and (table is None or table.id != group_id):
            continue
        label = (table.name or groups.named(table.sort, table.number)) if table is not None else ""
        views.append(ProxyView(person.id or 0, number, participants.name_of(role), label))
    return views


def person(session: Session, dialogue_id: int, participant_id: int) -> Me:
    """Who they are, to act for. Raises NotFound for anybody with a phone of their own."""
    row = session.get(Participant, participant_id)
    if row is None or row.dialogue_id != dialogue_id or not row.proxy:
        raise errors.NotFound
    return Me(row.id or 0, row.dialogue_id, row.perspective_id, row.return_code, row.language)


def for_table(session: Session, me: Me, participant_id: int) -> Me:
    """The same, asked for by a phone. Raises NotTheScribe unless it writes for the table where they sit."""
    other = person(session, me.dialogue_id, participant_id)
    mine = {group.id for group in groups.mine(session, me) if group.mine}
    if not mine & {group.id for group in groups.mine(session, other)}:
        raise errors.NotTheScribe
    return other


def write(
    tx: Transaction, dialogue_id: int, participant_id: int, activity_id: int, text: Written, key: str, group_id: int = 0
) -> cards.Receipt:
    """Type in a card from paper, for a person or for their table. Paper may be typed in after the step has closed.

    Raises what `cards.submit` names, and NotFound.
    """
    me = person(tx.session, dialogue_id, participant_id)
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id or activity.opened_at is None:
        raise errors.NotFound
    if group_id:
        groups.one(tx.session, dialogue_id, group_id)
    at = activity.closed_at if activity.state == CLOSED else None
    return cards.submit(tx, me, activity_id, text, key, at, spoken_for=group_id)


def vote(
    tx: Transaction, dialogue_id: int, participant_id: int, activity_id: int, values: dict[int, int], key: str
) -> None:
    """Type in a ballot from paper. Raises what `votes.cast` names, and NotFound."""
    votes.cast(tx, person(tx.session, dialogue_id, participant_id), activity_id, values, key)


def steps(session: Session, dialogue_id: int) -> list[Activity]:
    """The steps that paper can be typed in for: those that have been opened, the one that is on first."""
    rows = session.exec(
        select(Activity)
        .where(Activity.dialogue_id == dialogue_id, col(Activity.opened_at).is_not(None))
        .order_by(col(Activity.position).desc())
    ).all()
    return sorted(rows, key=lambda step: step.state != OPEN)
