"""What the room says of where cards belong, and what the machine has read of them."""

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
