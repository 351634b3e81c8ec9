"""Rounds: a vote that was talked over is asked once more about the same cards. Both results are kept side by side."""

from sqlmodel import select

from app import errors
from app.domain import agenda, dialogues, votes
from app.models import CLOSED, DRAFT, OPEN, Activity, Option
from app.store import Transaction


def again(tx: Transaction, dialogue_id: int, activity_id: int) -> int:
    """Ask a closed vote once more, as the next step, and go there. Returns the id of the new step.

    Where it was asked again before and nobody has come to it yet, that step is gone to. Raises NotFound, VotingOpen
    while people still vote, or what `agenda.go` raises.
    """
    before = tx.session.get(Activity, activity_id)
    if before is None or before.dialogue_id != dialogue_id or before.kind != "vote" or before.apart:
        raise errors.NotFound
    state = dialogues.get(tx.session, dialogue_id).state
    if state != OPEN:
        raise errors.NotOpenYet if state == DRAFT else errors.DialogueClosed
    if before.state != CLOSED:
        raise errors.VotingOpen
    next_ = tx.session.exec(select(Activity).where(Activity.round_of == activity_id)).first()
    if next_ is None:
        next_ = _after(tx, before)
    agenda.go(tx, dialogue_id, next_.id or 0)
    return next_.id or 0


def _after(tx: Transaction, before: Activity) -> Activity:
    later = select(Activity).where(
        Activity.dialogue_id == before.dialogue_id, Activity.apart == "", Activity.position > before.position
    )
    for step in tx.session.exec(later).all():
        step.position += 1
    copied = ("kind", "title_da", "title_en", "prompt_da", "prompt_en", "minutes", "unit", "cue", "carries")
    step = Activity(
        **{name: getattr(before, name) for name in copied},
        dialogue_id=before.dialogue_id,
        position=before.position + 1,
        settings=before.settings | {"round": int(before.settings.get("round", 1)) + 1},
        round_of=before.id,
        skipped=True,  # until it is gone to, so that undo takes it out of the day again
    )
    tx.session.add(step)
    tx.session.flush()
    for position, card in enumerate(votes.options(tx.session, before.id or 0), start=1):
        tx.session.add(
            Option(dialogue_id=before.dialogue_id, activity_id=step.id or 0, card_id=card.id or 0, position=position)
        )
    tx.session.flush()
    return step
