"""What the room says of where cards belong, what headings bring with them, what the machine has read and proposes."""

from typing import Any

from sqlalchemy import JSON, Column, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import one_of

OFFERED, ADOPTED, DISMISSED = "offered", "adopted", "dismissed"


class Tap(SQLModel, table=True):
    """One participant's word on one card in one sorting: a theme, another card that says the same, a heading of their
    own, or, where all three are empty, that it fits nowhere. Skipped: they said nothing, and it is not counted."""

    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", primary_key=True, index=True)
    card_id: int = Field(foreign_key="card.id", primary_key=True, index=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    theme_id: int | None = Field(default=None, foreign_key="theme.id")
    same_as: int | None = Field(default=None, foreign_key="card.id")
    heading: str = ""
    skipped: bool = False


class Meaning(SQLModel, table=True):
    """What the sentence model read in a card, so that a card is read once, ever. `row`: numbers of 16 bits each."""

    card_id: int = Field(foreign_key="card.id", primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    source: str  # the model's name: another model reads anew
    digest: str  # of the text: a corrected card is read anew
    row: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Example(SQLModel, table=True):
    """What belongs under a heading that was carried over: a card of an earlier dialogue, or a text that was typed in.

    A card is never copied: when its writer takes it back, or its dialogue is deleted, it is gone here too.
    """

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)  # the one that sorts by it
    theme_id: int = Field(foreign_key="theme.id", index=True)
    card_id: int | None = Field(default=None, foreign_key="card.id", index=True)
    text: str = ""


class Apart(SQLModel, table=True):
    """A person looked at two cards and said that they are not the same. `card_id` is the smaller id."""

    card_id: int = Field(foreign_key="card.id", primary_key=True)
    other_id: int = Field(foreign_key="card.id", primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)


class Proposal(SQLModel, table=True):
    """A new grouping that the machine offers once a person has edited. A dialogue has one; without moves it says that
    nothing would be gained."""

    __table_args__ = (one_of("state", (OFFERED, ADOPTED, DISMISSED)), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)  # another offer has another id
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    basis: str  # a digest of what people had decided when it was worked out; it holds while that stands
    tidied_at: int  # the dialogue's, then
    state: str = OFFERED
    moves: list[list[int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # card, from, to
    headings: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    typical: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
