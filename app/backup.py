"""The commands `backup`, `restore` and `check`: a copy while people write, a way back, and a look at every page.

Nothing is overwritten without `--force`, and nothing is replaced that a server uses or that is not whole.
"""

import argparse
import logging
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.domain import deleted, retention
from app.models import Deletion
from app.settings import Settings
from app.store import Transaction, Writer, copies, is_sqlite, lock, reading, schema, sqlite_file, writing

log = logging.getLogger("tovholder")

MARK = "backed-up"  # in the data folder: when the newest backup was made
_AHEAD = 1_000_000  # sequence numbers skipped by a restore, so that no phone has seen a later one
_USE_PG = "the data lies in PostgreSQL: use pg_dump and pg_restore, see docs/operating.md"


class Refused(Exception):
    """What was asked for is not done; the message says why."""


def add_arguments(commands: Any) -> None:
    """The three commands, beside the others."""
    for name, run, words in (
        ("backup", _backup, "copy the database into FILE while the server runs"),
        ("restore", _restore, "put a backup in the place of the database"),
        ("check", _check, "look through the whole database"),
    ):
        parser = commands.add_parser(name, help=words)
        if name != "check":
            parser.add_argument("file", metavar="FILE", type=Path, help="the backup")
        if name == "backup":
            parser.add_argument("--force", action="store_true", help="overwrite FILE")
        parser.add_argument("--data", type=Path, help="the data folder")
        parser.set_defaults(run=lambda arguments, run=run: _told(run, arguments))


def database_file(settings: Settings) -> Path:
    """The SQLite file. Raises Refused where there is none of ours to have."""
    if not is_sqlite(settings.database):
        raise Refused(_USE_PG)
    return sqlite_file(settings.database)


def _told(run: Any, arguments: argparse.Namespace) -> int:
    try:
        run(arguments)
    except Refused as reason:
        log.error("%s", reason)
        return 1
    except OSError as wrong:
        log.error("%s: %s", wrong.filename or "the disk", wrong.strerror)
        return 1
    return 0


def _backup(arguments: argparse.Namespace) -> None:
    settings, target = Settings(), arguments.file
    source = _there(database_file(settings))
    if hasattr(os, "nice"):
        os.nice(10)  # people are writing meanwhile
    if target.exists() and (not arguments.force or target.samefile(source)):
        raise Refused(f"{target} exists; choose another name, or overwrite it with --force")
    copies.copy(source, target, _whole)
    with suppress(OSError):  # a user who may only read makes backups too
        (source.parent / MARK).touch()
    print(f"{target}: {target.stat().st_size} bytes, whole")


def _check(_arguments: argparse.Namespace) -> None:
    file = _there(database_file(Settings()))
    found = copies.look_through(file)
    for name, rows in found.rows.items():
        print(f"{name:<12} {rows:>9}")
    print(f"schema {found.version or 'none'} (this program: {schema.NEWEST})")
    _sound(file, found)
    print(f"{file}: whole")


def _restore(arguments: argparse.Namespace) -> None:
    place = database_file(Settings())
    backup = _there(arguments.file)
    try:
        with lock.held(place.parent, patience=0):
            _put_back(backup, place)
    except lock.InUse:
        raise Refused(f"a server uses {place.parent}; stop it first") from None


def _put_back(backup: Path, place: Path) -> None:
    version = _whole(backup).version
    if version not in schema.versions():
        raise Refused(f"{backup} was made by a newer version (schema {version}); restore it with that one")
    gone = [*deleted.read(place.parent), *_deleted_since(place)]
    fresh = place.with_name(f"{place.name}.restoring")
    try:
        copies.copy(backup, fresh)
        again = _brought_up_to_date(f"sqlite:///{fresh}", gone)
        _whole(fresh)
        deleted.keep(place.parent, gone)
        old = place.with_name(f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S}.sqlite3")
        copies.swap(fresh, place, old)
    finally:
        for end in copies.LOGS:
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
    print(f"{place}: restored from {backup}, {again} dialogues deleted again")
    if old.exists():
        print(f"{old}: what was there before; delete it when all is well")


def _deleted_since(place: Path) -> list[Deletion]:
    """The journal of the database that is replaced, if it can still be read."""
    if not place.exists():
        return []
    readers = reading(f"sqlite:///{place}")
    try:
        with Session(readers) as session:
            return deleted.all_of(session)
    except SQLAlchemyError as wrong:
        log.warning("the deletions in %s cannot be read; those in %s count", place, deleted.NAME)
        log.debug("%s", wrong)
        return []
    finally:
        readers.dispose()


def _brought_up_to_date(url: str, gone: list[Deletion]) -> int:
    """Migrations, sequence numbers past those that phones have seen, and deletions done again. Returns how many."""
    schema.upgrade(url)
    writer, readers = Writer(writing(url)), reading(url)
    try:
        writer.change_now(_go_on_from, gone)
        with Session(readers) as session:
            due = retention.due(session, datetime.now(UTC).date())
        readers.dispose()  # a reader would hold on to the log
        for dialogue_id in due:
            writer.change_now(retention.delete, dialogue_id)
        writer.alone(retention.scrub)
    finally:
        readers.dispose()
        writer.close()
    return len(due)


def _go_on_from(tx: Transaction, gone: list[Deletion]) -> None:
    deleted.take_over(tx, gone)
    tx.session.connection().execute(text(f"UPDATE dialogue SET seq = seq + {_AHEAD}"))  # noqa: S608 - a number


def _there(file: Path) -> Path:
    if not file.is_file():
        raise Refused(f"there is no {file}")
    return file


def _whole(file: Path) -> copies.Finding:
    found = copies.look_through(file)
    _sound(file, found)
    return found


def _sound(file: Path, found: copies.Finding) -> None:
    """Raises Refused for a damaged database, and for one that is none of ours."""
    if found.faults:
        raise Refused(f"{file} is damaged: " + "; ".join(found.faults))
    if not found.version:
        raise Refused(f"{file} is not a database of this program")
