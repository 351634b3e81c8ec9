"""The database behind one address: SQLite with every commit on disk, or PostgreSQL. Readers can only read."""

import sqlite3
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

if TYPE_CHECKING:
    from psycopg import AsyncConnection

BUSY_SECONDS = 5  # how long one process waits while another writes
SAFE_SQLITE = (3, 51, 3)  # older versions can corrupt a database when two connections checkpoint at once

# What libpq does about a PostgreSQL that is out of reach, in seconds and milliseconds: give up rather than hang.
ALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
_PROMISES = """
    SELECT set_config('synchronous_commit', 'on', false)
     WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
    SET lock_timeout = '8s';
    SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '5s'
"""

try:
    from pysqlite3 import dbapi2 as _sqlite
except ImportError:
    _sqlite = sqlite3

sqlite: ModuleType = _sqlite


def sqlite_version() -> str:
    """The version of SQLite in this process."""
    return str(sqlite.sqlite_version)


def sqlite_is_safe() -> bool:
    """Whether this SQLite is free of the checkpoint fault."""
    return tuple(int(part) for part in sqlite_version().split(".")) >= SAFE_SQLITE


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def sqlite_file(url: str) -> Path:
    """The file behind the address of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def writing(url: str) -> Engine:
    """The writer's engine: one connection, one thread at a time."""
    if not is_sqlite(url):
        engine = create_engine(
            url, pool_size=1, max_overflow=1, pool_pre_ping=True, hide_parameters=True, connect_args=ALIVE
        )
        event.listen(engine, "connect", _keep_promises)
        return engine
    sqlite_file(url).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlite,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # what people wrote stands in no error and in no log
    )
    _tune(engine, begin="BEGIN IMMEDIATE")
    return engine


def reading(url: str) -> Engine:
    """The readers' engine: many connections, none of which can change anything."""
    if not is_sqlite(url):
        readers = create_engine(
            url,
            pool_size=10,
            max_overflow=30,
            pool_pre_ping=True,
            execution_options={"postgresql_readonly": True},
            hide_parameters=True,
            connect_args=ALIVE,
        )
        event.listen(readers, "connect", _keep_patience)
        return readers
    engine = create_engine(
        url,
        module=sqlite,
        poolclass=QueuePool,
        pool_size=10,
        max_overflow=40,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    _tune(engine, begin="BEGIN", read_only=True)
    return engine


async def line(url: str) -> "AsyncConnection[Any]":
    """A connection to PostgreSQL beside the engines, for LISTEN and NOTIFY. Needs session pooling."""
    from psycopg import AsyncConnection  # only where PostgreSQL is used is its driver there

    return await AsyncConnection.connect(url.replace("+psycopg", "", 1), autocommit=True, **ALIVE)


def _keep_promises(connection: Any, _record: Any) -> None:
    """An answer means on disk, whatever the server's default; and a process that stands still holds nobody up for long:
    the server ends its transaction before the others give up waiting for its locks.
    """
    _say(connection, _PROMISES)


def _keep_patience(connection: Any, _record: Any) -> None:
    """A picture that takes this long is of no use any more."""
    _say(connection, "SET statement_timeout = '15s'")


def _say(connection: Any, settings: str) -> None:
    connection.autocommit = True
    connection.execute(settings)
    connection.autocommit = False


def _tune(engine: Engine, *, begin: str, read_only: bool = False) -> None:
    """Transactions begin where we say; commits reach the disk; deleted text is overwritten."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            _write_ahead(cursor)
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA secure_delete=ON")
            cursor.execute("PRAGMA journal_size_limit=67108864")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _write_ahead(cursor: Any) -> None:
    """Keep a log beside the database. The switch does not wait for another process that makes the same new file."""
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)
