"""Participants, who have no name, and the links that open board, desk and office."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Moment, now, one_of

FACES = ("office", "desk", "board")


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
    joined_at: datetime = Field(default_factory=now, sa_type=Moment)


class Link(SQLModel, table=True):
    """A capability link. Its secret is derived from the signing key and this row; a new generation revokes the old."""

    __table_args__ = (UniqueConstraint("face", "dialogue_id"), one_of("face", FACES))

    id: int | None = Field(default=None, primary_key=True)
    face: str
    dialogue_id: int = 0  # 0 for the office, which spans all dialogues
    generation: int = 1
    nonce: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
