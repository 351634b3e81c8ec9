"""Cards: written and corrected by participants, held and hidden by the facilitator. Never lost, never doubled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_
from sqlmodel import Session, col, select

from app import errors
from app.domain import card_kinds, dialogues, groups, journal, receipts, texts
from app.domain.participants import Me
from app.models import CLOSED, HELD, HIDDEN, SHOWN, WITHDRAWN, Activity, Card, Share, milliseconds, now
from app.settings import CARDS_PER_DIALOGUE, TEXT_MAX
from app.store import Transaction

LATE_FOR = timedelta(seconds=20)  # a card sent this long after the step closed still comes in, marked late
_FACES = ("board", "desk", "themes")


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of a card as they go into the database."""

    kind: str
    first: str
    second: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the writer is told: the card's number, and whether a number was masked or the card waits."""

    card_id: int
    number: int
    state: str
    masked: bool


def written(kind: str, first: str, second: str) -> Written:
    """Clean, measure and mask the fields of a card. Raises Empty, FieldMissing or TooLong."""
    shape = card_kinds.kind(kind)
    first, second = texts.clean(first), texts.clean(second) if shape.second else ""
    if shape.key == "dilemma":
        first, second = texts.without_fixed_phrase(first, "first"), texts.without_fixed_phrase(second, "second")
    if not first and not second:
        raise errors.Empty
    if not first:
        raise errors.FieldMissing(field=shape.first.label)
    if not second and shape.second is not None and shape.second.required:
        raise errors.FieldMissing(field=shape.second.label)
    for field in (first, second):
        if len(field) > TEXT_MAX:
            raise errors.TooLong(over=len(field) - TEXT_MAX, limit=TEXT_MAX)
    first, first_masked = texts.mask_cpr(first)  # last: a mask may be longer than what was typed
    second, second_masked = texts.mask_cpr(second)
    return Written(shape.key, first, second, first_masked or second_masked)


def submit(
    tx: Transaction,
    me: Me,
    activity_id: int,
    text: Written,
    key: str,
    at: datetime | None = None,
    spoken_for: int | None = None,
) -> Receipt:
    """Put a card into the dialogue, once per key. Hot verb: prepared SQL, guards inside.

    `spoken_for`: the group it was typed in for from paper, 0 for none.

    Raises ActivityClosed, RoomFull, NotTheScribe or KeyReused; a repeat returns the first card as it stands.
    """
    known = receipts.claim(tx, me, key, activity_id, text.kind, text.first, text.second)
    if known is not None:
        return _receipt(tx, known)
    at = at or now()
    late = _is_late(tx, me.dialogue_id, activity_id, at)
    group = groups.speaks_for(tx, me, activity_id) if spoken_for is None else spoken_for or None
    numbered = tx.run(
        "UPDATE dialogue SET card_count = card_count + 1 WHERE id = :dialogue AND card_count < :most"
        " RETURNING card_count, holding",
        dialogue=me.dialogue_id,
        most=CARDS_PER_DIALOGUE,
    )
    if not numbered:
        raise errors.RoomFull
    number, holding = numbered[0]
    state = HELD if holding or (group and _is_draft(tx, activity_id, group)) else SHOWN
    [(card_id,)] = tx.run(
        "INSERT INTO card (dialogue_id, activity_id, participant_id, key, number, kind, first, second, state, reason,"
        " masked, late, group_id, created_at) VALUES (:dialogue, :activity, :participant, :key, :number, :kind, :first,"
        " :second, :state, '', :masked, :late, :group, :at) RETURNING id",
        dialogue=me.dialogue_id,
        activity=activity_id,
        participant=me.id,
        key=key,
        number=number,
        kind=text.kind,
        first=text.first,
        second=text.second,
        state=state,
        masked=text.masked,
        late=late,
        group=group,
        at=milliseconds(at),
    )
    receipts.keep(tx, me, key, card_id)
    tx.touch(me.dialogue_id, *_FACES)
    return Receipt(card_id, number, state, text.masked)


def _is_late(tx: Transaction, dialogue_id: int, activity_id: int, at: datetime) -> bool:
    """Whether a card for this step is late. Raises ActivityClosed when it is too late, Unreadable for a wrong step."""
    found = tx.run(
        "SELECT a.kind, a.state, a.closed_at, d.state, a.apart, a.open_until"
        " FROM activity a JOIN dialogue d ON d.id = a.dialogue_id"
        " WHERE a.id = :activity AND d.id = :dialogue",
        activity=activity_id,
        dialogue=dialogue_id,
    )
    if not found:
        raise errors.NotFound
    activity_kind, state, closed_at, dialogue_state, apart, until = found[0]
    if activity_kind != "collect":
        raise errors.Unreadable
    if apart and state == "open" and (until is None or milliseconds(at) <= until):
        return False
    if apart or dialogue_state != "open":
        raise errors.ActivityClosed
    if state == "open":
        return False
    if state == "closed" and closed_at is not None and milliseconds(at - LATE_FOR) <= closed_at:
        return True
    raise errors.ActivityClosed


_DRAFT = (
    "SELECT 1 FROM activity a WHERE a.id = :activity AND a.apart <> '' AND a.unit = 'organisation'"
    " AND NOT EXISTS (SELECT 1 FROM share s WHERE s.activity_id = a.id AND s.group_id = :group)"
)


def _is_draft(tx: Transaction, activity_id: int, group: int) -> bool:
    """Whether it is written before the day for an organisation that has not shared what it wrote there."""
    return bool(tx.run(_DRAFT, activity=activity_id, group=group))


def _receipt(tx: Transaction, card_id: int) -> Receipt:
    [(number, state, masked)] = tx.run("SELECT number, state, masked FROM card WHERE id = :id", id=card_id)
    return Receipt(card_id, number, state, bool(masked))


def _own(tx: Transaction, me: Me, card_id: int) -> Card:
    card = tx.session.get(Card, card_id)
    if card is None or card.participant_id != me.id or card.state == WITHDRAWN:
        raise errors.NotYours
    return card


def correct(tx: Transaction, me: Me, card_id: int, text: Written) -> Receipt:
    """The writer's own correction, at any time while the dialogue is open. Raises NotYours or DialogueClosed.

    While new cards wait for the facilitator, a corrected one waits again: nobody has seen its new text.
    """
    card = _own(tx, me, card_id)
    dialogue = dialogues.get(tx.session, me.dialogue_id)
    if dialogue.state == CLOSED:
        raise errors.DialogueClosed
    card.first, card.second, card.masked = text.first, text.second, card.masked or text.masked
    card.edited_at = now()
    if dialogue.holding and card.state == SHOWN:
        card.state = HELD
    tx.session.add(card)
    tx.run("UPDATE placement SET alike = '' WHERE card_id = :card", card=card_id)  # of the old text
    tx.touch(me.dialogue_id, *_FACES)
    return Receipt(card_id, card.number, card.state, text.masked)


def withdraw(tx: Transaction, me: Me, card_id: int) -> None:
    """The writer takes the card back: its texts are gone at once, from votes and themes too. A repeat is harmless."""
    card = tx.session.get(Card, card_id)
    if card is None or card.participant_id != me.id:
        raise errors.NotYours
    card.state, card.first, card.second, card.reason = WITHDRAWN, "", "", ""
    tx.session.add(card)
    tx.session.flush()
    told = "SELECT s.id FROM statement s JOIN agreement a ON a.id = s.agreement_id WHERE a.card_id = :card"
    tx.run(f"DELETE FROM answer WHERE statement_id IN ({told})", card=card_id)  # noqa: S608 - fixed text
    tx.run(f"DELETE FROM statement WHERE id IN ({told})", card=card_id)  # noqa: S608 - fixed text
    for table in (
        "vote",
        "option",
        "placement",
        "ban",
        "tap",
        "meaning",
        "example",
        "reply",
        "lift",
        "material",
        "agreement",
    ):
        tx.run(f'DELETE FROM "{table}" WHERE card_id = :card', card=card_id)  # noqa: S608 - fixed text
    tx.run("DELETE FROM tap WHERE same_as = :card", card=card_id)
    tx.run("DELETE FROM apart WHERE card_id = :card OR other_id = :card", card=card_id)
    tx.run("UPDATE placement SET same_as = NULL WHERE same_as = :card", card=card_id)
    tx.touch(me.dialogue_id, *_FACES, "phones")


def mine(session: Session, me: Me) -> list[Card]:
    """My cards, newest first, without those I took back."""
    own = select(Card).where(Card.participant_id == me.id, Card.state != WITHDRAWN)
    return list(session.exec(own.order_by(col(Card.number).desc())).all())


def _in_dialogue(tx: Transaction, dialogue_id: int, card_id: int) -> Card:
    card = tx.session.get(Card, card_id)
    if card is None or card.dialogue_id != dialogue_id or card.state == WITHDRAWN:
        raise errors.NotFound
    return card


def hold(tx: Transaction, dialogue_id: int, card_ids: list[int]) -> None:
    """Take cards off the board until somebody decides."""
    _set_state(tx, dialogue_id, card_ids, "hold", HELD, "")


def hide(tx: Transaction, dialogue_id: int, card_ids: list[int], reason: str) -> None:
    """Take cards off the board with a reason that their writers can read. Raises ReasonNeeded."""
    reason = texts.line(reason, TEXT_MAX)
    if not reason:
        raise errors.ReasonNeeded
    _set_state(tx, dialogue_id, card_ids, "hide", HIDDEN, reason)


def release(tx: Transaction, dialogue_id: int, card_ids: list[int]) -> None:
    """Show cards that were held or hidden."""
    _set_state(tx, dialogue_id, card_ids, "release", SHOWN, "")


def _set_state(tx: Transaction, dialogue_id: int, card_ids: list[int], verb: str, state: str, reason: str) -> None:
    if not card_ids:
        raise errors.NothingChosen
    act = journal.Act(tx, dialogue_id, verb)
    for card_id in card_ids:
        act.change(_in_dialogue(tx, dialogue_id, card_id), state=state, reason=reason)
    act.done()
    tx.touch(dialogue_id, *_FACES, "phones")


def shown(session: Session, dialogue_id: int, activity_id: int | None = None) -> list[Card]:
    """Cards on show, oldest first; of one step when given."""
    rows = select(Card).where(Card.dialogue_id == dialogue_id, Card.state == SHOWN)
    if activity_id is not None:
        rows = rows.where(Card.activity_id == activity_id)
    return list(session.exec(rows.order_by(col(Card.number))).all())


def waiting(session: Session, dialogue_id: int) -> list[Card]:
    """Cards that wait for the facilitator, oldest first. An organisation's draft waits for the organisation."""
    draft = (
        select(Activity.id)
        .where(Activity.id == Card.activity_id, Activity.apart != "", Activity.unit == "organisation")
        .where(~exists().where(col(Share.activity_id) == Activity.id, col(Share.group_id) == Card.group_id))
    )
    held = select(Card).where(
        Card.dialogue_id == dialogue_id,
        Card.state == HELD,
        or_(col(Card.group_id).is_(None), ~draft.exists()),
    )
    return list(session.exec(held.order_by(col(Card.number))).all())


def activity_of(session: Session, dialogue_id: int, activity_id: int) -> Activity:
    """The step, if it belongs to the dialogue. Raises NotFound."""
    activity = session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id:
        raise errors.NotFound
    return activity
