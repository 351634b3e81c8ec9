"""What the room says of where cards belong, what headings bring with them, and what the machine has read of cards."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel


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
