"""What goes on from dialogue to dialogue: agreements, material with its origin, and templates that organisers keep."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Moment, now, one_of

SCOPES = ("", "internal", "joint")
UNKNOWN, DONE, UNDER_WAY, DROPPED = "unknown", "done", "under_way", "dropped"
STATUSES = (UNKNOWN, DONE, UNDER_WAY, DROPPED)


class Agreement(SQLModel, table=True):
    """Who does what, and when. Nobody has said what became of it until somebody does: silence is unknown."""

    __table_args__ = (
        UniqueConstraint("dialogue_id", "card_id"),
        one_of("sort", ("agreement", "product")),
        one_of("scope", SCOPES),
        one_of("status", STATUSES),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    card_id: int | None = Field(default=None, foreign_key="card.id", index=True)  # the card it was written on
    sort: str = "agreement"  # or a product that must be ready
    what: str
    who: str = ""  # a role or an organisation, never a person's name
    due_on: date | None = None
    scope: str = ""  # settled at home, or done together
    status: str = UNKNOWN
    note: str = ""  # what the owner says of it
    told_at: datetime | None = Field(default=None, sa_type=Moment)
    reminded: int = 0
    nonce: str  # its owner's link is derived from it
    dropped: bool = False  # taken out by the facilitator


class Material(SQLModel, table=True):
    """What is laid on the table from outside the room: definitions with a source, and what an earlier dialogue gave.

    A copy without author; where the card it came from is taken back, the row goes. Nothing overwrites it.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    sort: str  # form, concept, topic, product, agreement, question, advice, dilemma, heading
    position: int
    text: str
    second: str = ""
    source: str = ""  # where a definition is taken from
    origin_id: int | None = None  # the dialogue it came from; that one may be deleted before this
    origin_title: str = ""
    origin_date: date | None = None
    card_id: int | None = Field(default=None, foreign_key="card.id", index=True)
    added: bool = False  # by the organiser, beside what was carried


class Imported(SQLModel, table=True):
    """A dialogue that was made again from a file: the figures of its day, which no row of it can be counted from.

    Who voted what is in no file, so it cannot be made again; what they added up to can be kept.
    """

    dialogue_id: int = Field(foreign_key="dialogue.id", primary_key=True)
    figures: str  # the summary as the file holds it, JSON


class SavedTemplate(SQLModel, table=True):
    """A run sheet that an organiser keeps to begin from again, in the shape of app/data/templates.json."""

    __tablename__ = "saved_template"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
