"""Whole copies of a SQLite database: taken while a server writes, looked through, and put in its place.

A copy holds every change that was answered before it began. It appears under its name when it is whole and checked.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

from app.store.engine import BUSY_SECONDS, sqlite

LOGS = ("", "-wal", "-shm")  # a database and what SQLite keeps beside it
STEP = 256  # pages of a copy in one go, a megabyte
REST = 0.01  # seconds between two steps


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look through a database found. `version` is its newest migration, empty where there are no tables."""

    faults: tuple[str, ...]
    version: str
    rows: dict[str, int]


def copy(source: Path, target: Path, check: Callable[[Path], object] = lambda file: None) -> None:
    """Copy a database that may be in use into one new file, through a temporary one beside it.

    It is taken in small steps with rests between them, so that disk and processor are the server's; a reading that is
    held open meanwhile keeps the picture still, or a server that writes would make every step begin anew. `check`
    looks at the temporary file, and may raise to keep the target as it was.
    """
    fresh = target.with_name(f"{target.name}.part")
    fresh.unlink(missing_ok=True)
    try:
        file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        there, here = _open(source), sqlite.connect(fresh)

        def rest(*_: int) -> None:
            os.fsync(file)  # little by little: one large write at the end would hold up the server's own
            sleep(REST)

        try:
            there.execute("BEGIN")
            there.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # from here on the picture is still
            there.backup(here, pages=STEP, progress=rest)
            there.rollback()
            here.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, whoever opens it
        finally:
            there.close()
            here.close()
            os.close(file)
        check(fresh)
        _to_disk(fresh)
        fresh.replace(target)
        _to_disk(target.parent)
    finally:
        for end in (*LOGS, "-journal"):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)


def look_through(file: Path) -> Finding:
    """Read every page and every reference, and count the rows. Changes nothing."""
    database = _open(file)
    try:
        faults = [row[0] for row in database.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        faults += [
            f"row {row} of {table} points at a row of {parent} that is not there"
            for table, row, parent, _ in database.execute("PRAGMA foreign_key_check").fetchmany(20)
        ]
        names = [row[0] for row in database.execute(_TABLES)]
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
        known = rows.pop("alembic_version", 0)
        version = database.execute("SELECT version_num FROM alembic_version").fetchone()[0] if known else ""
        return Finding(tuple(faults), version, rows)
    except sqlite.DatabaseError as wrong:
        return Finding((str(wrong),), "", {})
    finally:
        database.close()


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"


def swap(fresh: Path, place: Path, old: Path) -> None:
    """Put `fresh` in the place of a database that nobody uses; that one is kept as `old`, with its log.

    Done by root, it belongs to whom the folder belongs to.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = place.parent.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
    for end in LOGS:
        before = place.with_name(place.name + end)
        if before.exists():
            before.replace(old.with_name(old.name + end))
    fresh.replace(place)
    _to_disk(place.parent)


def _open(file: Path) -> Any:
    """To read alone, which a log that was left behind makes more than reading."""
    database = sqlite.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    database.execute("PRAGMA query_only=ON")
    return database


def _to_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # Windows has no such thing
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
