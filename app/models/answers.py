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
    """What a participant thinks of a card: dots 0-9, stance 1 agree, -1 disagree, 0 pass, spectrum 1-7, rank 1-5."""

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


class Statement(SQLModel, table=True):
    """A fixed sentence that is assessed, or two poles that are weighed. Locked once anybody has answered it."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    activity_id: int = Field(foreign_key="activity.id", index=True)
    position: int
    key: str  # the same in every repetition, such as principle_3
    text_da: str
    text_en: str = ""
    left_da: str = ""
    left_en: str = ""
    right_da: str = ""
    right_en: str = ""
    source: str = ""  # where a definition is taken from
    agreement_id: int | None = Field(default=None, foreign_key="agreement.id")  # what became of it is asked


class Answer(SQLModel, table=True):
    """What a participant answers to one statement; without a value they do not know. `condition`: only if."""

    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", primary_key=True, index=True)
    statement_id: int = Field(foreign_key="statement.id", primary_key=True, index=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    group_id: int | None = Field(default=None, foreign_key="groups.id")  # the one it speaks for
    value: int | None = None
    condition: str = ""


class Share(SQLModel, table=True):
    """A group lets the others see what it wrote or answered in an activity; until then it is its own draft."""

    activity_id: int = Field(foreign_key="activity.id", primary_key=True)
    group_id: int = Field(foreign_key="groups.id", primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
