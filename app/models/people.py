"""Participants, who have no name, and the links that open board, desk and office."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Moment, now, one_of

FACES = ("office", "desk", "board", "summary")
GROUPS = ("table", "organisation", "arena")


class Participant(SQLModel, table=True):
    """A phone in a dialogue. The token lies hashed here and whole only in the phone's cookie."""

    __table_args__ = (UniqueConstraint("dialogue_id", "return_code"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    perspective_id: int = Field(foreign_key="perspective.id")
    token_hash: str = Field(unique=True)
    return_code: str
    language: str = "da"
    simulated: bool = False
    proxy: bool = False  # entered by somebody else or from paper, on behalf of a person without a phone
    joined_at: datetime = Field(default_factory=now, sa_type=Moment)


class Group(SQLModel, table=True):
    """A table in the room, an organisation that answers as one, or an arena with a host and a board of its own."""

    __tablename__ = "groups"  # the singular is a word of SQL
    __table_args__ = (
        UniqueConstraint("dialogue_id", "sort", "number"),
        one_of("sort", GROUPS),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    sort: str
    number: int  # what stands on the sign
    name: str = ""
    topic: str = ""  # what it works on
    scribe_id: int | None = None  # the participant who writes for it; no constraint: tables are copied in any order


class Member(SQLModel, table=True):
    """A participant in a group. Every seating is kept, so that it can be seen who has met whom."""

    participant_id: int = Field(foreign_key="participant.id", primary_key=True)
    sort: str = Field(primary_key=True)  # the group's: one table, one organisation and one arena at a time
    seating: int = Field(default=0, primary_key=True)  # of tables and arenas, from 1; 0 for an organisation
    group_id: int = Field(foreign_key="groups.id", index=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)


class Link(SQLModel, table=True):
    """A capability link. Its secret is derived from the signing key and this row; a new generation revokes the old."""

    __table_args__ = (UniqueConstraint("face", "dialogue_id"), one_of("face", FACES))

    id: int | None = Field(default=None, primary_key=True)
    face: str
    dialogue_id: int = 0  # 0 for the office, which spans all dialogues
    generation: int = 1
    expires_on: date | None = None
    closed: bool = False
    nonce: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
