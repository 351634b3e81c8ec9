"""Dialogues, the series they belong to, their perspectives and the steps of their run sheet."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Moment, now, one_of

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
WAITING = "waiting"
BOARD_VIEWS = ("auto", "cards", "themes", "calm")
KINDS = ("collect", "sort", "vote", "assess", "present")
UNITS = ("person", "table", "organisation")
PHASES = ("develop", "carry_out", "evaluate")
SAY = ("", "inform", "consult", "involve", "collaborate", "empower")


class Series(SQLModel, table=True):
    """Dialogues tied together over time."""

    id: int | None = Field(default=None, primary_key=True)
    title: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class Dialogue(SQLModel, table=True):
    """One live event with a join code."""

    __table_args__ = (
        one_of("state", (DRAFT, OPEN, CLOSED)),
        one_of("board_view", BOARD_VIEWS),
        {"sqlite_autoincrement": True},  # an id is never used again, also after a deletion
    )

    id: int | None = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="series.id", index=True)
    code: str = Field(unique=True)
    title: str
    template: str = ""
    languages: str = "da,en"  # those the phones offer; the first is the dialogue's own
    state: str = DRAFT
    event_date: date | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    delete_on: date = Field(index=True)
    mandate_open: str = ""
    mandate_fixed: str = ""
    mandate_decides: str = ""
    mandate_hear_back: str = ""
    mandate_stored: str = ""
    mandate_say: str = ""  # how much say people have, after the levels of public participation (IAP2)
    fields: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    activity_id: int | None = None  # the step the room is on
    board_view: str = "auto"
    phase: str = "develop"  # of the series: develop, carry out, evaluate
    delay: int = 0  # minutes that everything after the step that is on comes later than planned
    seating: int = 0  # the table plan on show; 0 before the first
    follow_up_on: date | None = None  # the next meeting, agreed before people left
    follow_up: str = ""  # or why there is none
    looking_back: str = ""  # the organiser's half page after the day
    published_at: datetime | None = Field(default=None, sa_type=Moment)  # when the summary was called finished
    own_kinds: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    holding: bool = False  # new cards wait for the facilitator
    card_count: int = 0  # the number of the newest card; never reused, so not a tally
    tidied_at: int = 0  # how many cards stood in themes when the board was last tidied
    edited_themes: bool = False  # once a facilitator has edited, regrouping is offered, not done
    epoch: str = ""  # changes when the sequence starts over
    seq: int = 0  # grows with every committed change


class Perspective(SQLModel, table=True):
    """A role people come in, from the organiser's list. The last in every list is "something else"."""

    __table_args__ = (UniqueConstraint("dialogue_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    position: int  # 1-8 gives glyph and colour; 0 is "something else"
    key: str
    name_da: str
    name_en: str
    intended: int = 0  # how many the organiser means to have in the room; 0 where nothing is said
    practice: bool = False  # people who do the work the dialogue is about


class Activity(SQLModel, table=True):
    """One step of the run sheet, of one of five kinds."""

    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", (WAITING, OPEN, CLOSED)),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    dialogue_id: int = Field(foreign_key="dialogue.id", index=True)
    position: int
    kind: str
    title_da: str
    title_en: str
    prompt_da: str = ""
    prompt_en: str = ""
    minutes: int = 10
    planned: str = ""  # "09:30"
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    unit: str = "person"  # who answers as one
    cue: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # why, how, who, plan_b
    carries: str = ""  # what it yields for a later dialogue, such as focus_ranked; a template's word
    apart: str = ""  # before or after: not a step of the day, but open for days by a link of its own
    open_until: datetime | None = Field(default=None, sa_type=Moment)  # of one that stands apart
    round_of: int | None = None  # the vote it asks once more; no constraint, so that tables can be copied in any order
    skipped: bool = False
    state: str = WAITING
    opened_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    extra_minutes: int = 0
    revealed: bool = False  # collect: the silence is over; vote: the result is shown
