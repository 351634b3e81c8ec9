"""Moves a whole dialogue server from one database to another: every row or none, compared by content at the end.

Ids keep their meaning: the next one on the target is one that the source never used.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, MetaData, Row, Table, func, select, text
from sqlmodel import SQLModel

from app.models import Moment
from app.store import schema
from app.store.engine import is_sqlite, reading, writing

BATCH = 1_000  # rows in memory at a time


class CannotMove(Exception):
    """Why nothing was moved, in words for the one who runs the command."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that lies on the target as it lay on the source. `digest` is the same on both."""

    table: str
    rows: int
    digest: str


def move(source: str, target: str, tell: Callable[[Moved], object]) -> None:
    """Copy every table into a target that has no rows, in one transaction. `tell` hears of each table.

    Raises CannotMove when the source is not up to date, the target is not empty, or a table came out different.
    """
    if is_sqlite(source) and not Path(source.removeprefix("sqlite:///")).exists():
        raise CannotMove("There is no database at the source's address.")
    schema.upgrade(target)
    there, here = reading(source), writing(target)
    try:
        if not schema.is_current(there):
            raise CannotMove("The source is not up to date. Bring it up to date first: tovholder migrate")
        with _standing_still(there) as rows, here.begin() as moving:
            _take_your_time(moving)
            for table in _tables():
                if moving.execute(select(func.count()).select_from(table)).scalar_one():
                    raise CannotMove(f"The target has rows in the table {table.name}. Move into an empty database.")
            for table in _tables():
                tell(_moved(table, rows, moving))
    finally:
        there.dispose()
        here.dispose()


def _standing_still(engine: Engine) -> Connection:
    """A connection that sees one moment, whatever others write meanwhile."""
    connection = engine.connect()
    return connection if is_sqlite(str(engine.url)) else connection.execution_options(isolation_level="REPEATABLE READ")


def _take_your_time(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def _tables() -> list[Table]:
    """Every table, those that others point at first, with moments as the plain numbers that lie in the database."""
    plain = MetaData()
    tables = [table.to_metadata(plain) for table in SQLModel.metadata.sorted_tables]
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, Moment):
                column.type = BigInteger()
    return tables


def _moved(table: Table, source: Connection, target: Connection) -> Moved:
    left = _Content()
    for rows in _rows(table, source):
        left.add(rows)
        target.execute(table.insert(), [dict(row._mapping) for row in rows])
    if "id" in table.columns:
        _go_on_after(table, _last_id(table, source), target)
    arrived = _Content()
    for rows in _rows(table, target):
        arrived.add(rows)
    if arrived != left:
        raise CannotMove(f"The table {table.name} came out different. Nothing was moved.")
    return Moved(table.name, left.rows, left.digest())


def _rows(table: Table, connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    return connection.execute(table.select(), execution_options={"yield_per": BATCH}).partitions()


@dataclass(slots=True)
class _Content:
    """How many rows, and a sum over what they hold that does not ask for their order."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Sequence[Row[Any]]) -> None:
        self.rows += len(rows)
        for row in rows:
            self.total += int.from_bytes(blake2b(repr(tuple(row)).encode(), digest_size=16).digest())

    def digest(self) -> str:
        return f"{self.total % 2**128:032x}"


def _last_id(table: Table, connection: Connection) -> int:
    """The largest id that was ever given in a table, also to a row that is gone."""
    largest = connection.execute(select(func.max(table.c.id))).scalar_one() or 0
    if connection.dialect.name == "sqlite":
        given = connection.execute(_GIVEN, {"table": table.name})
    else:
        sequence = connection.execute(_SEQUENCE, {"table": f'"{table.name}"'}).scalar_one()
        given = connection.exec_driver_sql(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 - a name
    return max(largest, given.scalar() or 0)


def _go_on_after(table: Table, last: int, connection: Connection) -> None:
    """Let the next id of a table be one that was never given."""
    if not last:
        return
    names = {"table": table.name, "last": last}
    if connection.dialect.name != "sqlite":
        sequence = connection.execute(_SEQUENCE, {"table": f'"{table.name}"'}).scalar_one()
        connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
    elif table.dialect_options["sqlite"]["autoincrement"]:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), names)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), names)


_GIVEN = text("SELECT max(seq) FROM sqlite_sequence WHERE name = :table")
_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, 'id')")
