"""What facilitators did, so that it can be undone and read; and what was deleted, so that a backup can follow."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from app.models.base import Moment, now


class Edit(SQLModel, table=True):
    """One act on the desk: rows as they were before and after. Never holds what a participant wrote."""

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    verb: str
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    by: str = ""  # the link it was done with, such as "desk 1"; never a name
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    undone: bool = False


class Deletion(SQLModel, table=True):
    """A dialogue that was deleted. Kept without title or text."""

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int
    epoch: str  # tells the deleted dialogue from a later one with the same id
    due_on: date
    deleted_at: datetime = Field(default_factory=now, sa_type=Moment)
    scrubbed: bool = False  # its bytes are gone too
