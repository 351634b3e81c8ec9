"""Questions to whoever speaks: who would like each answered too, and which were answered in the room."""

from dataclasses import dataclass
from random import Random

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import errors
from app.domain import journal
from app.domain.participants import Me
from app.domain.themes import stands_alone
from app.models import SHOWN, Activity, Card, Lift, Placement
from app.store import Transaction

KIND = "question"
OTHERS = 6  # questions of others that a phone shows at once


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question and how many people besides its writer want an answer. `mine`: this participant is one of them."""

    id: int
    number: int
    text: str
    lifts: int
    answered: bool
    mine: bool = False


def asked_in(activity: Activity) -> bool:
    """Whether a step collects questions and nothing else."""
    return activity.kind == "collect" and activity.settings.get("kinds") == [KIND]


_LIFT = (
    "INSERT INTO lift (card_id, participant_id, dialogue_id) SELECT c.id, :me, c.dialogue_id FROM card c"
    " JOIN dialogue d ON d.id = c.dialogue_id"
    " WHERE c.id = :card AND d.id = :dialogue AND d.state = 'open' AND c.kind = 'question' AND c.state = 'shown'"
    " AND c.participant_id <> :me ON CONFLICT (card_id, participant_id) DO NOTHING"
)


def lift(tx: Transaction, me: Me, card_id: int, on: bool) -> None:
    """Say that one wants this question answered too, or no longer. It is set, never toggled; a repeat is harmless.

    Raises NotAnOption for a question that is one's own or not on show, or once the dialogue is over.
    """
    asked = {"card": card_id, "me": me.id}
    if on:
        tx.run(_LIFT, dialogue=me.dialogue_id, **asked)
        if not tx.run("SELECT 1 FROM lift WHERE card_id = :card AND participant_id = :me", **asked):
            raise errors.NotAnOption
    else:
        tx.run("DELETE FROM lift WHERE card_id = :card AND participant_id = :me", **asked)
    tx.touch(me.dialogue_id, "board", "desk")


def lifts(session: Session, dialogue_id: int) -> dict[int, int]:
    """Card -> how many would like it answered; a card that nobody lifted is not in it."""
    rows = select(Lift.card_id, func.count()).where(Lift.dialogue_id == dialogue_id).group_by(col(Lift.card_id))
    return dict(session.exec(rows).all())


def ranked(session: Session, dialogue_id: int, activity_id: int | None = None) -> list[QuestionView]:
    """The questions on show, of one step or of all: those that still wait first, most wanted first."""
    rows = (
        select(Card)
        .join(Placement, col(Placement.card_id) == col(Card.id), isouter=True)
        .where(Card.dialogue_id == dialogue_id, Card.kind == KIND, Card.state == SHOWN, stands_alone())
    )
    if activity_id is not None:
        rows = rows.where(Card.activity_id == activity_id)
    wanted = lifts(session, dialogue_id)
    found = [
        QuestionView(card.id or 0, card.number, card.first, wanted.get(card.id or 0, 0), card.answered)
        for card in session.exec(rows).all()
    ]
    return sorted(found, key=lambda each: (each.answered, -each.lifts, each.number))


def of_others(session: Session, me: Me, activity_id: int) -> list[QuestionView]:
    """What others asked in this step: first what this participant has not lifted, in an order of their own."""
    own = select(Card.id).where(Card.participant_id == me.id, Card.activity_id == activity_id)
    mine = set(session.exec(own).all())
    lifted = set(session.exec(select(Lift.card_id).where(Lift.participant_id == me.id)).all())
    found = [
        QuestionView(each.id, each.number, each.text, each.lifts, each.answered, each.id in lifted)
        for each in ranked(session, me.dialogue_id, activity_id)
        if each.id not in mine
    ]
    return sorted(found, key=lambda each: (each.answered, each.mine, Random(f"{me.id}:{each.id}").random()))  # noqa: S311


def answer(tx: Transaction, dialogue_id: int, card_id: int, on: bool) -> None:
    """Mark a question as answered in the room, or as still waiting. Raises NotFound."""
    card = tx.session.get(Card, card_id)
    if card is None or card.dialogue_id != dialogue_id or card.kind != KIND or card.state != SHOWN:
        raise errors.NotFound
    act = journal.Act(tx, dialogue_id, "answered" if on else "unanswered")
    act.change(card, answered=on)
    act.done()
    tx.touch(dialogue_id, "board", "phones", "desk")
