"""Deletion on the promised day: every row of the dialogue goes, its bytes too, and a journal remembers that it went."""

from datetime import date

from sqlalchemy import Engine, exists
from sqlmodel import Session, col, select

from app import errors
from app.models import Deletion, Dialogue, Series
from app.store import Transaction

TABLES = (  # whatever belongs to a dialogue, children first
    "vote",
    "answer",
    "statement",
    "share",
    "imported",
    "reply",
    "lift",
    "agreement",
    "material",
    "member",
    "groups",
    "tap",
    "example",
    "apart",
    "proposal",
    "meaning",
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
    deleted = exists().where(col(Deletion.dialogue_id) == col(Dialogue.id), col(Deletion.epoch) == col(Dialogue.epoch))
    rows = select(Dialogue.id).where((col(Dialogue.delete_on) <= today) | deleted)
    return [row for row in session.exec(rows).all() if row is not None]


def delete(tx: Transaction, dialogue_id: int) -> None:
    """Delete a dialogue with everything people wrote and voted, and write that down. Repeating it is harmless."""
    dialogue = tx.session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return
    epoch, due_on, series_id = dialogue.epoch, dialogue.delete_on, dialogue.series_id
    tx.session.expunge(dialogue)
    tx.run(  # what other dialogues have carried over from here
        "DELETE FROM example WHERE card_id IN (SELECT id FROM card WHERE dialogue_id = :dialogue)", dialogue=dialogue_id
    )
    tx.run(
        "DELETE FROM material WHERE card_id IN (SELECT id FROM card WHERE dialogue_id = :dialogue)",
        dialogue=dialogue_id,
    )
    tx.run(
        "UPDATE statement SET agreement_id = NULL WHERE agreement_id IN"
        " (SELECT id FROM agreement WHERE dialogue_id = :dialogue)",
        dialogue=dialogue_id,
    )
    for table in TABLES:
        tx.run(f'DELETE FROM "{table}" WHERE dialogue_id = :dialogue', dialogue=dialogue_id)  # noqa: S608 - fixed text
    tx.run("DELETE FROM dialogue WHERE id = :dialogue", dialogue=dialogue_id)
    if tx.session.exec(select(Dialogue.id).where(Dialogue.series_id == series_id)).first() is None:
        series = tx.session.get(Series, series_id)
        if series is not None:
            tx.session.delete(series)
    tx.session.add(Deletion(dialogue_id=dialogue_id, epoch=epoch, due_on=due_on))
    tx.touch(dialogue_id, "board", "phones", "desk")


def unscrubbed(session: Session) -> bool:
    """Whether rows were deleted whose bytes may still lie in the files: a scrub is owed, also after a crash."""
    return session.exec(select(Deletion.id).where(col(Deletion.scrubbed).is_(False)).limit(1)).first() is not None


def scrub(engine: Engine) -> None:
    """Leave no byte of deleted texts: rebuild the database and, on SQLite, empty its log. Run it outside a transaction.

    PostgreSQL's own log forgets in its own time. Raises Busy while a reader holds on to the log.
    """
    if engine.dialect.name == "sqlite":
        _scrub_sqlite(engine)
        return
    tables = ", ".join(f'"{table}"' for table in (*TABLES, "dialogue", "series"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # it may take its time, and is not used again
        connection.exec_driver_sql("SET statement_timeout = 0")
        newest = connection.exec_driver_sql(_NEWEST).scalar_one()
        connection.exec_driver_sql(f"VACUUM (FULL) {tables}")  # a plain VACUUM leaves the bytes in their pages
        connection.exec_driver_sql(f"UPDATE deletion SET scrubbed = true WHERE id <= {newest}")  # noqa: S608 - a number


def _scrub_sqlite(engine: Engine) -> None:
    connection = engine.raw_connection()  # SQLAlchemy would begin a transaction, and in one nothing can be rebuilt
    try:
        cursor = connection.cursor()
        cursor.execute(_NEWEST)
        newest = cursor.fetchall()[0]
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(held_up, _, _)] = cursor.fetchall()
        if held_up:
            raise errors.Busy
        cursor.execute("UPDATE deletion SET scrubbed = 1 WHERE id <= ?", newest)
    finally:
        connection.close()


_NEWEST = "SELECT coalesce(max(id), 0) FROM deletion"
