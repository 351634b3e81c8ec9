"""Votes, and the receipts that make a repeat harmless. Totals are counted from these rows, never kept."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Option(SQLModel, table=True):
    """A card that is put to the vote."""

    __table_args__ = (UniqueConstraint("activity_id", "card_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    activity_id: int = Field(foreign_key="activity.id")
    card_id: int = Field(foreign_key="card.id", index=True)
    position: int


class Vote(SQLModel, table=True):
    """What a participant thinks of one card: dots 0-9, or stance 1 agree, -1 disagree, 0 pass."""

    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", primary_key=True, index=True)
    card_id: int = Field(foreign_key="card.id", primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    value: int


class Abstention(SQLModel, table=True):
    """A participant who skipped the whole vote; counted, since silence is not the same as absence."""

    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", primary_key=True, index=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)


class Receipt(SQLModel, table=True):
    """A client key that has been used: a repeat gets the first answer, the same key with other content is refused."""

    participant_id: int = Field(foreign_key="participant.id", primary_key=True)
    key: str = Field(primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    digest: str
    answer_id: int  # the card, or the activity voted in
