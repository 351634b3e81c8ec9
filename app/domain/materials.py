"""What is laid on the table from outside the room: definitions with their source, and what an earlier dialogue gave.

Every line shows where it comes from. It has no author, and it goes with the card that it was taken from.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app import errors
from app.domain import dialogues, texts
from app.models import SHOWN, Card, Group, Material
from app.settings import MANDATE_MAX, TITLE_MAX
from app.store import Transaction

SORTS = ("form", "concept", "topic", "stance", "advice", "dilemma", "question", "decision", "note")
CONCEPT_LINES = 5  # what a room can take in, the line of the minority among them


@dataclass(frozen=True, slots=True)
class MaterialView:
    """One line. `source`: of a definition. `origin` and `origin_date`: the dialogue it came from; empty when typed."""

    id: int
    sort: str
    text: str
    second: str
    source: str
    origin: str
    origin_date: date | None
    added: bool


def of(session: Session, dialogue_id: int, *sorts: str) -> tuple[MaterialView, ...]:
    """What lies on the table, in order; of these sorts, or all. What is no longer on show where it came from is not."""
    rows = (
        select(Material)
        .join(Card, col(Card.id) == col(Material.card_id), isouter=True)
        .where(Material.dialogue_id == dialogue_id, col(Card.id).is_(None) | (Card.state == SHOWN))
    )
    if sorts:
        rows = rows.where(col(Material.sort).in_(sorts))
    return tuple(
        MaterialView(
            row.id or 0, row.sort, row.text, row.second, row.source, row.origin_title, row.origin_date, row.added
        )
        for row in session.exec(rows.order_by(col(Material.position), col(Material.id))).all()
    )


def lay(tx: Transaction, material: Material) -> None:
    """Put a line last among its kind."""
    last = tx.session.exec(
        select(Material.position)
        .where(Material.dialogue_id == material.dialogue_id, Material.sort == material.sort)
        .order_by(col(Material.position).desc())
    ).first()
    material.position = (last or 0) + 1
    tx.session.add(material)
    tx.session.flush()


def add(tx: Transaction, dialogue_id: int, sort: str, text: str, second: str = "", source: str = "") -> int:
    """A line that the organiser adds, and is marked so. Returns its id. Raises Unreadable, Empty or TooLong."""
    dialogues.get(tx.session, dialogue_id)
    text = texts.paragraph(text, MANDATE_MAX)
    if sort not in SORTS:
        raise errors.Unreadable
    if not text:
        raise errors.Empty
    row = Material(
        dialogue_id=dialogue_id,
        sort=sort,
        position=0,
        text=text,
        second=texts.paragraph(second, MANDATE_MAX),
        source=texts.line(source, TITLE_MAX),
        added=True,
    )
    lay(tx, row)
    tx.touch(dialogue_id, "board", "phones", "desk")
    return row.id or 0


def _own(tx: Transaction, dialogue_id: int, material_id: int) -> Material:
    row = tx.session.get(Material, material_id)
    if row is None or row.dialogue_id != dialogue_id:
        raise errors.NotFound
    return row


def edit(tx: Transaction, dialogue_id: int, material_id: int, text: str, second: str, source: str) -> None:
    """Word a line anew; what it came from stays as it is there. Raises NotFound, Empty or TooLong."""
    row = _own(tx, dialogue_id, material_id)
    row.text = texts.paragraph(text, MANDATE_MAX)
    if not row.text:
        raise errors.Empty
    row.second, row.source = texts.paragraph(second, MANDATE_MAX), texts.line(source, TITLE_MAX)
    tx.session.add(row)
    tx.touch(dialogue_id, "board", "phones", "desk")


def remove(tx: Transaction, dialogue_id: int, material_id: int) -> None:
    """Take a line off the table. Raises NotFound."""
    tx.session.delete(_own(tx, dialogue_id, material_id))
    tx.touch(dialogue_id, "board", "phones", "desk")


def spread_topics(tx: Transaction, dialogue_id: int) -> int:
    """Give each topic to two tables, in order, as far as the tables go. Returns how many tables have one."""
    topics = of(tx.session, dialogue_id, "topic")
    tables = tx.session.exec(
        select(Group).where(Group.dialogue_id == dialogue_id, Group.sort == "table").order_by(col(Group.number))
    ).all()
    if not topics:
        return 0
    for place, table in enumerate(tables):
        table.topic = topics[place // 2 % len(topics)].text
        tx.session.add(table)
    tx.touch(dialogue_id, "board", "phones", "desk")
    return len(tables)
