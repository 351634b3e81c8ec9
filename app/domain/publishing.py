"""When the organiser calls a summary finished, adds what they saw, and who may read it then."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain import dialogues, texts
from app.models import Card, Dialogue, Edit, now
from app.settings import LOOKING_BACK_MAX
from app.store import Transaction


def look_back(tx: Transaction, dialogue_id: int, text: str) -> None:
    """Keep the organiser's half page, at any time. Raises NotFound or TooLong."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    dialogue.looking_back = texts.paragraph(text, LOOKING_BACK_MAX)
    tx.session.add(dialogue)


def publish(tx: Transaction, dialogue_id: int, on: bool) -> None:
    """Call the summary finished, or a draft again. A repeat changes nothing. Raises NotFound."""
    dialogue = dialogues.get(tx.session, dialogue_id)
    if on != (dialogue.published_at is not None):
        dialogue.published_at = now() if on else None
        tx.session.add(dialogue)
        tx.touch(dialogue_id, "board", "phones")


def changed_since(session: Session, dialogue: Dialogue) -> bool:
    """Whether cards or themes were changed after the summary was called finished."""
    if dialogue.published_at is None:
        return False
    newest = (
        select(func.max(Edit.created_at)).where(Edit.dialogue_id == dialogue.id),
        select(func.max(Card.created_at)).where(Card.dialogue_id == dialogue.id),
        select(func.max(Card.edited_at)).where(Card.dialogue_id == dialogue.id, col(Card.edited_at).is_not(None)),
    )
    moments: list[datetime | None] = [session.exec(each).one() for each in newest]
    return any(moment is not None and moment > dialogue.published_at for moment in moments)
