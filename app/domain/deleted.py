"""The journal of deletions, also kept as a small file beside the database: a restored backup forgets what it says.

A line is one dialogue that was deleted: its id, its epoch and two dates. No title, no text.
"""

import json
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session, select

from app.models import Deletion, milliseconds
from app.store import Transaction

NAME = "deletions.jsonl"


def all_of(session: Session) -> list[Deletion]:
    """The journal in the database, oldest first."""
    rows = session.exec(select(Deletion).order_by("id")).all()
    session.expunge_all()
    return list(rows)


def read(folder: Path) -> list[Deletion]:
    """The journal in the folder's file; a line that was cut short by a crash is left out."""
    file = folder / NAME
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [found for line in lines if (found := _of(line)) is not None]


def keep(folder: Path, deletions: Iterable[Deletion]) -> None:
    """Add to the file those it does not have. On disk when this returns."""
    known = {_key(deletion) for deletion in read(folder)}
    fresh = [deletion for deletion in deletions if _key(deletion) not in known]
    if not fresh:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a", encoding="utf-8") as file:
        file.writelines("\n" + _line(deletion) for deletion in fresh)  # a new line first: the last may be cut short
        file.flush()
        os.fsync(file.fileno())


def missing(session: Session, deletions: Iterable[Deletion]) -> list[Deletion]:
    """Those that the database does not know of."""
    known = {_key(deletion) for deletion in all_of(session)}
    return list({_key(each): each for each in deletions if _key(each) not in known}.values())


def take_over(tx: Transaction, deletions: Iterable[Deletion]) -> None:
    """Enter into the database those it does not know of; dialogues they name are due from then on."""
    for deletion in missing(tx.session, deletions):
        tx.session.add(
            Deletion(
                dialogue_id=deletion.dialogue_id,
                epoch=deletion.epoch,
                due_on=deletion.due_on,
                deleted_at=deletion.deleted_at,
            )
        )


def _key(deletion: Deletion) -> tuple[int, str]:
    return deletion.dialogue_id, deletion.epoch


def _line(deletion: Deletion) -> str:
    return json.dumps(
        {
            "dialogue": deletion.dialogue_id,
            "epoch": deletion.epoch,
            "due_on": deletion.due_on.isoformat(),
            "deleted_at": milliseconds(deletion.deleted_at),
        }
    )


def _of(line: str) -> Deletion | None:
    try:
        said = json.loads(line)
        return Deletion(
            dialogue_id=int(said["dialogue"]),
            epoch=str(said["epoch"]),
            due_on=date.fromisoformat(said["due_on"]),
            deleted_at=datetime.fromtimestamp(said["deleted_at"] / 1000, UTC),
        )
    except (ValueError, KeyError, TypeError):
        return None
