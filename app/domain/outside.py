"""Steps outside the day: work before it and a word after it, open for days by a link of their own.

What an organisation writes before the day is its own draft, seen by its people alone, until one of them shares it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import errors, language
from app.domain import agenda, cards, groups
from app.domain.participants import Me
from app.models import CLOSED, HELD, OPEN, SHOWN, WITHDRAWN, Activity, Answer, Card, Dialogue, Share, now
from app.store import Transaction

DAYS_MOST = 366


@dataclass(frozen=True, slots=True)
class OutsideView:
    """A step outside the day. `when` is before or after; `until` its last day, or None; `people` who took part."""

    id: int
    kind: str
    title: str
    prompt: str
    when: str
    unit: str
    open: bool
    opened: bool
    until: date | None
    people: int


def all_of(session: Session, dialogue: Dialogue, counted: bool = False) -> list[OutsideView]:
    """Every step outside the day, those before it first. `people` are 0 where they need not be `counted`."""
    return [
        OutsideView(
            id=row.id or 0,
            kind=row.kind,
            title=agenda.title(row),
            prompt=agenda.prompt(row, dialogue),
            when=row.apart,
            unit=row.unit,
            open=is_open(row),
            opened=row.opened_at is not None,
            until=_last_day(row),
            people=_people(session, row.id or 0) if counted else 0,
        )
        for row in agenda.outside(session, dialogue.id or 0)
    ]


def _last_day(row: Activity) -> date | None:
    if row.open_until is None:
        return None
    return (row.open_until - timedelta(seconds=1)).astimezone(language.ZONE).date()


def _people(session: Session, activity_id: int) -> int:
    wrote = select(Card.participant_id).where(Card.activity_id == activity_id, Card.state != WITHDRAWN)
    answered = select(Answer.participant_id).where(Answer.activity_id == activity_id)
    return session.exec(select(func.count()).select_from(wrote.union(answered).subquery())).one()


def is_open(activity: Activity) -> bool:
    """Whether it takes cards and answers now."""
    return activity.state == OPEN and (activity.open_until is None or now() <= activity.open_until)


def is_outside(session: Session, activity_id: int) -> bool:
    """Whether this is a step outside the day."""
    row = session.get(Activity, activity_id)
    return row is not None and row.apart != ""


def one(session: Session, dialogue_id: int, activity_id: int) -> Activity:
    """A step outside the day. Raises NotFound for any other."""
    row = session.get(Activity, activity_id)
    if row is None or row.dialogue_id != dialogue_id or not row.apart:
        raise errors.NotFound
    return row


def open_until(tx: Transaction, dialogue_id: int, activity_id: int, last: date) -> None:
    """Open it until the end of a day, or move that day. Raises NotFound, or BadDate for one gone or too far away."""
    row = one(tx.session, dialogue_id, activity_id)
    today = now().astimezone(language.ZONE).date()
    if not today <= last <= today + timedelta(days=DAYS_MOST):
        raise errors.BadDate
    row.open_until = datetime.combine(last + timedelta(days=1), time(), language.ZONE)
    row.state, row.opened_at, row.closed_at = OPEN, row.opened_at or now(), None
    tx.session.add(row)
    tx.touch(dialogue_id, "phones", "desk")


def close(tx: Transaction, dialogue_id: int, activity_id: int) -> None:
    """Take nothing more. What was written and shared stands. Raises NotFound."""
    row = one(tx.session, dialogue_id, activity_id)
    if row.state == OPEN:
        row.state, row.closed_at, row.revealed = CLOSED, now(), True
        tx.session.add(row)
        tx.touch(dialogue_id, "phones", "desk")


def drafts(session: Session, me: Me, activity: Activity) -> list[Card]:
    """What the organisation I come from has written in this step, by number; the others do not see it yet."""
    unit = groups.unit_of(session, me, activity) if activity.unit != "person" else None
    if unit is None:
        return []
    rows = select(Card).where(Card.activity_id == activity.id, Card.group_id == unit.id, Card.state != WITHDRAWN)
    return list(session.exec(rows.order_by(col(Card.number))).all())


def shared(session: Session, me: Me, activity: Activity) -> bool:
    """Whether my organisation lets the others see what it wrote here."""
    unit = groups.unit_of(session, me, activity)
    return unit is not None and session.get(Share, (activity.id, unit.id)) is not None


def share(tx: Transaction, me: Me, activity_id: int, on: bool) -> None:
    """Let the others see what my organisation wrote and answered in a step, or no longer.

    Raises NotFound, or NotTheScribe where I come from none.
    """
    activity = cards.activity_of(tx.session, me.dialogue_id, activity_id)
    unit = groups.unit_of(tx.session, me, activity)
    if unit is None or not groups.writes(unit, activity):
        raise errors.NotTheScribe
    row = tx.session.get(Share, (activity_id, unit.id))
    if on and row is None:
        tx.session.add(Share(activity_id=activity_id, group_id=unit.id, dialogue_id=me.dialogue_id))
    elif not on and row is not None:
        tx.session.delete(row)
    dialogue = tx.session.get_one(Dialogue, me.dialogue_id)
    for card in drafts(tx.session, me, activity):
        if on and card.state == HELD and not dialogue.holding:
            card.state = SHOWN
        elif not on and card.state == SHOWN:
            card.state = HELD
        tx.session.add(card)
    tx.touch(me.dialogue_id, "board", "desk", "phones", "themes")
