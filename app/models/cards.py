"""Cards as people wrote them, the themes they lie in, and what keeps them there."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Moment, now, one_of

SHOWN, HELD, HIDDEN, WITHDRAWN = "shown", "held", "hidden", "withdrawn"


class Card(SQLModel, table=True):
    """What one participant wrote, cleaned at the door and then kept as typed."""

    __table_args__ = (
        UniqueConstraint("dialogue_id", "number"),
        Index("ix_card_activity_state", "activity_id", "state"),
        one_of("state", (SHOWN, HELD, HIDDEN, WITHDRAWN)),
        {"sqlite_autoincrement": True},  # an id is never used again: the journal may still speak of the old row
    )

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    activity_id: int = Field(foreign_key="activity.id")
    participant_id: int = Field(foreign_key="participant.id", index=True)
    key: str  # the client key it was sent with; the writer's own receipt, also in the summary
    number: int  # counts up within the dialogue; what board, export and paper call the card
    kind: str
    first: str
    second: str = ""
    state: str = SHOWN
    reason: str = ""  # why it is hidden; its writer can read it
    masked: bool = False  # a number like a CPR number was masked
    late: bool = False  # came after the step closed
    group_id: int | None = Field(default=None, index=True)  # the group it speaks for
    tags: str = ""  # of its kind, such as sprouting or internal; comma separated
    onward: bool = False  # marked to go on to the next dialogue
    answered: bool = False  # a question that was answered in the room
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    edited_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def text(self) -> str:
        """Both fields, as one text."""
        return f"{self.first}\n{self.second}" if self.second else self.first


class Theme(SQLModel, table=True):
    """A heading with its cards."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    label: str
    terms: str = ""  # the words behind the heading, comma separated
    typical: str = ""  # card ids nearest its middle, nearest first, comma separated
    edited: bool = False  # a person named, merged, split or filled it: the machine never splits, swallows or empties it
    locked: bool = False
    pinned: bool = False  # stands first, whatever its size, so that a small one is not lost on the last page
    retired: bool = False  # merged into another, or dissolved; kept so that undo can bring it back
    into_id: int | None = None  # the theme it was merged into; no constraint, so that tables can be copied in any order
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class Placement(SQLModel, table=True):
    """Where a card lies. A card without a row, or with theme 0, is not placed yet."""

    card_id: int = Field(foreign_key="card.id", primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    theme_id: int | None = Field(default=None, foreign_key="theme.id", index=True)
    by_person: bool = False  # moved by the facilitator: the machine never moves it again
    by_room: bool = False  # the room's taps have put it here
    near: str = ""  # ids of the themes it may belong to, likeliest first, comma separated
    same_as: int | None = Field(default=None, foreign_key="card.id", index=True)  # a card that stands for both
    alike: str = ""  # cards most like it, likest first: id:share of likeness, comma separated


class Ban(SQLModel, table=True):
    """A person took this card out of this theme: the machine never puts it back."""

    card_id: int = Field(foreign_key="card.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)


class Reply(SQLModel, table=True):
    """What somebody added to a card of another: what it takes, supports, challenges. `part` is a word of its kind."""

    __table_args__ = (one_of("state", (SHOWN, HELD, HIDDEN, WITHDRAWN)), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    activity_id: int = Field(foreign_key="activity.id", index=True)
    card_id: int = Field(foreign_key="card.id", index=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    group_id: int | None = Field(default=None, foreign_key="groups.id")
    part: str = ""
    text: str
    state: str = SHOWN
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class Lift(SQLModel, table=True):
    """A participant would like this question answered too."""

    card_id: int = Field(foreign_key="card.id", primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", primary_key=True, index=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
