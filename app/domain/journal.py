"""Every act on the desk, kept as the rows it changed, so that it can be undone. No act deletes anything."""

from collections.abc import Collection
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from app import errors
from app.models import (
    WITHDRAWN,
    Activity,
    Agreement,
    Apart,
    Ban,
    Card,
    Dialogue,
    Edit,
    Option,
    Placement,
    Proposal,
    Theme,
    Vote,
    milliseconds,
)
from app.store import Transaction

_TABLES: dict[str, type[SQLModel]] = {
    model.__name__: model for model in (Activity, Agreement, Card, Dialogue, Option, Placement, Proposal, Theme)
}

acting: ContextVar[str] = ContextVar("acting", default="")  # the link behind what is done now, such as "desk 2"

_SAID = ("Ban", "Apart")  # rows that only hold or do not


def _packed(value: Any) -> Any:
    return {"moment": milliseconds(value)} if isinstance(value, datetime) else value


def _unpacked(value: Any) -> Any:
    packed = isinstance(value, dict) and "moment" in value
    return datetime.fromtimestamp(value["moment"] / 1000, UTC) if packed else value


class Act:
    """One act being done. `change` sets columns of a row and remembers what stood there; `done` writes it down."""

    def __init__(self, tx: Transaction, dialogue_id: int, verb: str) -> None:
        self._tx = tx
        self._edit = Edit(dialogue_id=dialogue_id, verb=verb, by=acting.get())
        self._changes: list[dict[str, Any]] = []

    def change(self, row: SQLModel, **values: Any) -> None:
        """Set these columns; those that stay as they are leave no trace."""
        before = {name: getattr(row, name) for name in values if getattr(row, name) != values[name]}
        if not before:
            return
        for name in before:
            setattr(row, name, values[name])
        self._tx.session.add(row)
        self._changes.append(
            {
                "table": type(row).__name__,
                "row": _key(row),
                "before": {name: _packed(value) for name, value in before.items()},
                "after": {name: _packed(values[name]) for name in before},
            }
        )

    def ban(self, card_id: int, theme_id: int) -> None:
        """A person took this card out of this theme."""
        self._add({"table": "Ban", "card": card_id, "theme": theme_id})

    def apart(self, card_id: int, other_id: int) -> None:
        """A person said that these cards, the smaller id first, are not the same."""
        self._add({"table": "Apart", "card": card_id, "other": other_id})

    def _add(self, change: dict[str, Any]) -> None:
        if _said(self._tx, self._edit.dialogue_id, change, True):
            self._changes.append(change)

    def done(self) -> None:
        """Write the act down, unless it changed nothing."""
        if self._changes:
            self._edit.changes = self._changes
            self._tx.session.add(self._edit)


def _said(tx: Transaction, dialogue_id: int, change: dict[str, Any], holds: bool) -> bool:
    """Let a ban, or that two cards are not the same, hold or not. Returns whether that was new."""
    if any(tx.session.get(Card, change[name]) is None for name in ("card", "other") if name in change):
        return False
    model: type[Ban] | type[Apart]
    if change["table"] == "Ban":
        model, names = Ban, {"card_id": change["card"], "theme_id": change["theme"]}
    else:
        model, names = Apart, {"card_id": change["card"], "other_id": change["other"]}
    row = tx.session.get(model, tuple(names.values()))
    if holds and row is None:
        tx.session.add(model(**names, dialogue_id=dialogue_id))
    elif not holds and row is not None:
        tx.session.delete(row)
    return holds == (row is None)


def _key(row: SQLModel) -> int:
    return int(row.card_id) if isinstance(row, Placement) else int(row.id)  # type: ignore[attr-defined]


def last(session: Session, dialogue_id: int) -> Edit | None:
    """The newest act that is not undone."""
    acts = select(Edit).where(Edit.dialogue_id == dialogue_id, col(Edit.undone).is_(False))
    return session.exec(acts.order_by(col(Edit.id).desc())).first()


def _settled(session: Session, row: SQLModel) -> bool:
    """What participants have done since stands: a card its writer took back, the cards of a vote that has begun."""
    if isinstance(row, Card):
        return row.state == WITHDRAWN
    if isinstance(row, Option):
        return session.exec(select(Vote).where(Vote.activity_id == row.activity_id).limit(1)).first() is not None
    return False


def undo(tx: Transaction, dialogue_id: int) -> str:
    """Put back what the newest act changed, save what participants settled since. Returns its verb.

    Raises NothingToUndo.
    """
    edit = last(tx.session, dialogue_id)
    if edit is None:
        raise errors.NothingToUndo
    for change in reversed(edit.changes):
        if change["table"] in _SAID:
            _said(tx, dialogue_id, change, holds=False)
        else:
            _put(tx, change, "before")
    return _turned(tx, edit, undone=True)


def next_undone(session: Session, dialogue_id: int) -> Edit | None:
    """The act that was taken back last, while nothing else has been done since."""
    newest = last(session, dialogue_id)
    acts = select(Edit).where(Edit.dialogue_id == dialogue_id, col(Edit.undone).is_(True))
    if newest is not None:
        acts = acts.where(col(Edit.id) > newest.id)
    return session.exec(acts.order_by(col(Edit.id))).first()


def redo(tx: Transaction, dialogue_id: int) -> str:
    """Do again what was taken back last, save what participants settled since. Returns its verb.

    Raises NothingToRedo.
    """
    edit = next_undone(tx.session, dialogue_id)
    if edit is None:
        raise errors.NothingToRedo
    for change in edit.changes:
        if change["table"] in _SAID:
            _said(tx, dialogue_id, change, holds=True)
        else:
            _put(tx, change, "after")
    return _turned(tx, edit, undone=False)


def _put(tx: Transaction, change: dict[str, Any], side: str) -> None:
    row = tx.session.get(_TABLES[change["table"]], change["row"])
    if row is None or _settled(tx.session, row):
        return
    for name, value in change.get(side, {}).items():  # an act of an earlier version kept no after
        if name == "same_as" and value is not None and tx.session.get(Card, value) is None:
            continue
        setattr(row, name, _unpacked(value))
    tx.session.add(row)


def _turned(tx: Transaction, edit: Edit, undone: bool) -> str:
    edit.undone = undone
    tx.session.add(edit)
    tx.touch(edit.dialogue_id, "board", "phones", "desk", "themes")
    return edit.verb


def acts(session: Session, dialogue_id: int, verbs: Collection[str]) -> list[Edit]:
    """What was done of these kinds and not taken back, the newest first."""
    rows = select(Edit).where(
        Edit.dialogue_id == dialogue_id, col(Edit.undone).is_(False), col(Edit.verb).in_(sorted(verbs))
    )
    return list(session.exec(rows.order_by(col(Edit.id).desc())).all())
