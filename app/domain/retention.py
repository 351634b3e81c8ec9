"""Deletion on the promised day: every row of the dialogue goes, its bytes too, and a journal remembers that it went."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.models import Deletion, Dialogue, Series
from app.store import Transaction

_TABLES = (
    "vote",
    "abstention",
    "option",
    "receipt",
    "ban",
    "placement",
    "theme",
    "card",
    "participant",
    "edit",
    "activity",
    "perspective",
    "link",
)


def due(session: Session, today: date) -> list[int]:
    """Dialogues whose deletion date has come, and those that a restored backup brought back after their deletion."""
    deleted = select(Deletion.epoch)
    rows = select(Dialogue.id).where((col(Dialogue.delete_on) <= today) | col(Dialogue.epoch).in_(deleted))
    return [row for row in session.exec(rows).all() if row is not None]


def delete(tx: Transaction, dialogue_id: int) -> None:
    """Delete a dialogue with everything people wrote and voted, and write that down. Repeating it is harmless."""
    dialogue = tx.session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return
    epoch, due_on, series_id = dialogue.epoch, dialogue.delete_on, dialogue.series_id
    tx.session.expunge(dialogue)
    for table in _TABLES:
        tx.run(f'DELETE FROM "{table}" WHERE dialogue_id = :dialogue', dialogue=dialogue_id)  # noqa: S608 - fixed text
    tx.run("DELETE FROM dialogue WHERE id = :dialogue", dialogue=dialogue_id)
    if tx.session.exec(select(Dialogue.id).where(Dialogue.series_id == series_id)).first() is None:
        series = tx.session.get(Series, series_id)
        if series is not None:
            tx.session.delete(series)
    tx.session.add(Deletion(dialogue_id=dialogue_id, epoch=epoch, due_on=due_on))
    tx.touch(dialogue_id, "board", "phones", "desk")


def scrub(engine: Engine) -> None:
    """Leave no byte of deleted texts: rebuild the database file and empty its log. PostgreSQL does this by VACUUM."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
