"""Agreements: who does what, and when. Its owner says what became of one; while nobody has, it is unknown, never done.

An agreement that was written on a card is read through that card: when its writer takes the card back, it is gone.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from app import errors
from app.domain import dialogues, journal, texts
from app.domain.themes import stands_alone
from app.models import SHOWN, UNKNOWN, Agreement, Card, Dialogue, Placement, now
from app.models.circle import SCOPES, STATUSES
from app.settings import TEXT_MAX, TITLE_MAX
from app.store import Transaction

REMINDERS = 2  # after these, silence is final, and still unknown
AGREED, PRODUCT = "agreement", "product"


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One agreement. `id` is 0 while nothing but its card is known; `number` is the card's, or 0.

    `scope` is internal, joint or empty; `status` is unknown, done, under_way or dropped, said at `told_at`.
    """

    id: int
    dialogue_id: int
    card_id: int
    number: int
    sort: str
    what: str
    who: str
    due_on: date | None
    scope: str
    status: str
    note: str
    told_at: datetime | None
    reminded: int

    @property
    def late(self) -> bool:
        """Its day has passed, and nobody has said that it is done or dropped."""
        return self.due_on is not None and self.due_on < now().date() and self.status in (UNKNOWN, "under_way")


def all_of(session: Session, dialogue_id: int, sort: str = AGREED) -> tuple[AgreementView, ...]:
    """Every agreement of a dialogue, or every product that must be ready: those of cards by number, then the others."""
    rows = select(Agreement).where(Agreement.dialogue_id == dialogue_id, Agreement.sort == sort)
    kept = list(session.exec(rows.order_by(col(Agreement.id))).all())
    known = {row.card_id: row for row in kept if row.card_id is not None}
    cards = _cards(session, dialogue_id, sort)
    elsewhere = set(known) - {card.id for card in cards}  # of an earlier dialogue
    cards += session.exec(
        select(Card).where(col(Card.id).in_(elsewhere), Card.dialogue_id != dialogue_id, Card.state == SHOWN)
    ).all()
    views = [
        _view(known.get(card.id or 0) or Agreement(dialogue_id=dialogue_id, sort=sort, what="", nonce=""), card)
        for card in cards
    ]
    views += [_view(row, None) for row in kept if row.card_id is None]
    dropped = {row.id for row in kept if row.dropped}
    return tuple(view for view in views if view.id not in dropped)


def _cards(session: Session, dialogue_id: int, kind: str) -> list[Card]:
    rows = (
        select(Card)
        .join(Placement, col(Placement.card_id) == col(Card.id), isouter=True)
        .where(Card.dialogue_id == dialogue_id, Card.kind == kind, Card.state == SHOWN, stands_alone())
    )
    return list(session.exec(rows.order_by(col(Card.number))).all())


def _view(row: Agreement, card: Card | None) -> AgreementView:
    tags = card.tags.split(",") if card is not None else []
    return AgreementView(
        id=row.id or 0,
        dialogue_id=row.dialogue_id,
        card_id=card.id or 0 if card is not None else 0,
        number=card.number if card is not None else 0,
        sort=row.sort,
        what=row.what or (card.first if card is not None else ""),
        who=row.who or (card.second if card is not None else ""),
        due_on=row.due_on,
        scope=row.scope or next((tag for tag in tags if tag in SCOPES), ""),
        status=row.status,
        note=row.note,
        told_at=row.told_at,
        reminded=row.reminded,
    )


def gather(tx: Transaction, dialogue_id: int) -> int:
    """Give every agreement that still is only a card a row of its own, so that it can have an owner's link.

    Returns how many were new. Repeating it changes nothing.
    """
    fresh = [view for view in all_of(tx.session, dialogue_id) if not view.id]
    for view in fresh:
        tx.session.add(
            Agreement(dialogue_id=dialogue_id, card_id=view.card_id, what="", nonce=secrets.token_urlsafe(12))
        )
    if fresh:
        tx.touch(dialogue_id, "desk")
    return len(fresh)


def get(session: Session, agreement_id: int) -> AgreementView:
    """One agreement. Raises NotFound, also when the card it was written on is gone."""
    row, card = _found(session, agreement_id)
    return _view(row, card)


def _found(session: Session, agreement_id: int) -> tuple[Agreement, Card | None]:
    row = session.get(Agreement, agreement_id)
    if row is None or row.dropped:
        raise errors.NotFound
    card = session.get(Card, row.card_id) if row.card_id is not None else None
    if row.card_id is not None and (card is None or card.state != SHOWN):
        raise errors.NotFound
    return row, card


def add(tx: Transaction, dialogue_id: int, sort: str, what: str, who: str, due_on: date | None, scope: str) -> int:
    """An agreement that stands on no card. Returns its id. Raises Empty or TooLong."""
    dialogues.get(tx.session, dialogue_id)
    what = texts.line(what, TEXT_MAX)
    if not what:
        raise errors.Empty
    row = Agreement(
        dialogue_id=dialogue_id,
        sort=sort if sort in (AGREED, PRODUCT) else AGREED,
        what=what,
        who=texts.line(who, TITLE_MAX),
        due_on=due_on,
        scope=scope if scope in SCOPES else "",
        nonce=secrets.token_urlsafe(12),
    )
    tx.session.add(row)
    tx.session.flush()
    tx.touch(dialogue_id, "desk", "board")
    return row.id or 0


def settle(tx: Transaction, agreement_id: int, who: str, due_on: date | None, scope: str) -> None:
    """Who does it, when, and whether at home or together. Raises NotFound, Unreadable or TooLong."""
    row, _ = _found(tx.session, agreement_id)
    if scope not in SCOPES:
        raise errors.Unreadable
    row.who, row.due_on, row.scope = texts.line(who, TITLE_MAX), due_on, scope
    tx.session.add(row)
    tx.touch(row.dialogue_id, "desk", "board")


def drop(tx: Transaction, agreement_id: int) -> None:
    """Take an agreement off the list; the card it was written on stays. Undo brings it back. Raises NotFound."""
    row, _ = _found(tx.session, agreement_id)
    act = journal.Act(tx, row.dialogue_id, "drop_agreement")
    act.change(row, dropped=True)
    act.done()
    tx.touch(row.dialogue_id, "desk", "board")


def tell(tx: Transaction, agreement_id: int, status: str, note: str) -> None:
    """What became of it, as its owner says; "unknown" takes the word back. Raises NotFound, Unreadable or TooLong."""
    row, _ = _found(tx.session, agreement_id)
    if status not in STATUSES:
        raise errors.Unreadable
    row.status, row.note, row.told_at = status, texts.paragraph(note, TEXT_MAX), now()
    tx.session.add(row)
    tx.touch(row.dialogue_id, "desk", "board", "phones")


def remind(tx: Transaction, agreement_id: int) -> int:
    """Note that its owner was reminded. Returns how often by now; past two nothing more is noted. Raises NotFound."""
    row, _ = _found(tx.session, agreement_id)
    if row.status == UNKNOWN and row.reminded < REMINDERS:
        row.reminded += 1
        tx.session.add(row)
    return row.reminded


def secret(session: Session, agreement_id: int, key: str) -> str:
    """The secret part of an owner's link: 144 bits from the signing key and the row. Raises NotFound."""
    row, _ = _found(session, agreement_id)
    return _secret(row, key)


def _secret(row: Agreement, key: str) -> str:
    words = f"agreement:{row.id}:{row.nonce}"
    return urlsafe_b64encode(hmac.digest(key.encode(), words.encode(), hashlib.sha256)[:18]).decode()


def open_with(session: Session, agreement_id: int, given: str, key: str) -> tuple[AgreementView, Dialogue]:
    """The agreement this link opens, and the dialogue it was made in. Raises LinkRevoked for any other secret."""
    try:
        row, card = _found(session, agreement_id)
    except errors.NotFound as gone:
        raise errors.LinkRevoked from gone
    if not hmac.compare_digest(_secret(row, key).encode(), given.encode("utf-8", "replace")):
        raise errors.LinkRevoked
    return _view(row, card), dialogues.get(session, row.dialogue_id)


def by_status(views: tuple[AgreementView, ...]) -> dict[str, tuple[AgreementView, ...]]:
    """First what was done, then what is under way, then what was dropped, then what nobody has spoken of."""
    order = ("done", "under_way", "dropped", UNKNOWN)
    return {status: tuple(view for view in views if view.status == status) for status in order}
