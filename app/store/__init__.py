"""Where everything is kept: one writer, many readers."""

from app.store.disk import Disk
from app.store.engine import is_sqlite, line, reading, sqlite_file, sqlite_is_safe, sqlite_version, writing
from app.store.transaction import Transaction
from app.store.turns import turn
from app.store.writer import Settle, Writer, settling

__all__ = [
    "Disk",
    "Settle",
    "Transaction",
    "Writer",
    "is_sqlite",
    "line",
    "reading",
    "settling",
    "sqlite_file",
    "sqlite_is_safe",
    "sqlite_version",
    "turn",
    "writing",
]
