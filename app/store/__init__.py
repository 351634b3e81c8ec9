"""Where everything is kept: one writer, many readers."""

from app.store.engine import reading, sqlite_is_safe, sqlite_version, writing
from app.store.writer import Transaction, Writer

__all__ = ["Transaction", "Writer", "reading", "sqlite_is_safe", "sqlite_version", "writing"]
