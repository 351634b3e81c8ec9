"""Dialogues: made from a template, prepared in the office, found by code, never begun with a promise missing."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app import errors
from app.domain import codes, templates, texts
from app.language import gettext
from app.models import CLOSED, Abstention, Activity, Answer, Card, Dialogue, Perspective, Series, Statement, Vote, now
from app.models.dialogue import SAY
from app.settings import MANDATE_MAX, TEXT_MAX, TITLE_MAX
from app.store import Transaction

MANDATE = ("mandate_open", "mandate_fixed", "mandate_decides", "mandate_hear_back", "mandate_stored")
_FIELD = re.compile(r"\{([\wæøåÆØÅ]{1,30})\}")
_LONGEST = timedelta(days=1826)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the organiser sets before the day. `perspectives` are 3-8 pairs of a Danish and an English name."""

    title: str
    languages: str
    event_date: date | None
    delete_on: date
    mandate: dict[str, str]
    fields: dict[str, str]
    perspectives: tuple[tuple[str, str], ...]
    say: str = ""  # how much say people have: one of models.SAY
    intended: tuple[tuple[int, bool], ...] = ()  # beside each: how many are meant, and whether they do the work


def how_much_say(say: str) -> str:
    """How much say people have, in the words of the room; empty where nothing is said."""
    return {
        "inform": gettext("You are told what is decided."),
        "consult": gettext("We ask you, and others decide."),
        "involve": gettext("You are in it all along, and others decide."),
        "collaborate": gettext("We decide together."),
        "empower": gettext("You decide."),
    }.get(say, "")


def get(session: Session, dialogue_id: int) -> Dialogue:
    """The dialogue. Raises NotFound."""
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        raise errors.NotFound
    return dialogue


def numbers(session: Session, dialogue_ids: list[int]) -> dict[int, int]:
    """The sequence numbers of these dialogues; those that are gone are left out."""
    rows = session.exec(select(Dialogue.id, Dialogue.seq).where(col(Dialogue.id).in_(dialogue_ids))).all()
    return {dialogue_id: number for dialogue_id, number in rows if dialogue_id is not None}


def with_code(session: Session, code: str) -> Dialogue:
    """The dialogue with this join code. Raises UnknownCode."""
    dialogue = session.exec(select(Dialogue).where(Dialogue.code == code)).first()
    if dialogue is None:
        raise errors.UnknownCode
    return dialogue


def all_of(session: Session) -> list[tuple[Series, list[Dialogue]]]:
    """Every series with its dialogues, newest series first."""
    rows = session.exec(select(Dialogue).order_by(col(Dialogue.id))).all()
    every = session.exec(select(Series).order_by(col(Series.id).desc())).all()
    return [(series, [row for row in rows if row.series_id == series.id]) for series in every]


def make(tx: Transaction, template_key: str, title: str, retention_days: int, series_id: int | None = None) -> int:
    """A new dialogue in draft, from a template, with its steps and perspectives. Returns its id."""
    template = templates.template(tx.session, template_key)
    title = texts.line(title, TITLE_MAX) or template.name
    if series_id is None or tx.session.get(Series, series_id) is None:
        series = Series(title=title)
        tx.session.add(series)
        tx.session.flush()
        series_id = series.id or 0
    dialogue = Dialogue(
        series_id=series_id,
        code=_free_code(tx.session),
        title=title,
        template=template.key,
        delete_on=now().date() + timedelta(days=retention_days),
        epoch=secrets.token_hex(4),
    )
    tx.session.add(dialogue)
    tx.session.flush()
    dialogue_id = dialogue.id or 0
    for apart in ("", "before", "after"):
        own = [step for step in template.steps if step.get("apart", "") == apart]
        for position, step in enumerate(own, start=1):
            _add_step(tx, dialogue_id, position, step)
    set_perspectives(tx, dialogue_id, templates.PERSPECTIVES)
    return dialogue_id


def _add_step(tx: Transaction, dialogue_id: int, position: int, step: Mapping[str, Any]) -> Activity:
    """One step with its statements, if it has any."""
    columns = {name: value for name, value in step.items() if name != "statements"}
    activity = Activity(dialogue_id=dialogue_id, position=position, **columns)
    tx.session.add(activity)
    tx.session.flush()
    for place, words in enumerate(step.get("statements", ()), start=1):
        tx.session.add(Statement(dialogue_id=dialogue_id, activity_id=activity.id or 0, position=place, **words))
    return activity


def _free_code(session: Session) -> str:
    while True:
        code = codes.new_join_code()
        if session.exec(select(Dialogue.id).where(Dialogue.code == code)).first() is None:
            return code


def set_perspectives(tx: Transaction, dialogue_id: int, names: tuple[tuple[str, str], ...]) -> None:
    """The roles people choose from, 3-8 of them, plus "something else". Raises PerspectivesWrong.

    Roles keep their place by name, so that nobody who has joined changes role.
    """
    cleaned = [(texts.line(da, 40), texts.line(en, 40) or texts.line(da, 40)) for da, en in names]
    keys = [slug(da) for da, _ in cleaned]
    if not 3 <= len(cleaned) <= 8 or len(set(keys)) != len(keys) or not all(keys) or "other" in keys:
        raise errors.PerspectivesWrong
    known = {
        row.key: row for row in tx.session.exec(select(Perspective).where(Perspective.dialogue_id == dialogue_id)).all()
    }
    for offset, row in enumerate(known.values()):  # make room: positions are unique
        row.position = 100 + offset
    tx.session.flush()
    rows = [*zip(range(1, 9), keys, cleaned, strict=False), (0, "other", templates.SOMETHING_ELSE)]
    for position, key, (da, en) in rows:
        row = Perspective(dialogue_id=dialogue_id, position=0, key=key, name_da=da, name_en=en)
        row = known.pop(key, row)
        row.position, row.name_da, row.name_en = position, da, en
        tx.session.add(row)
    tx.session.flush()
    for row in known.values():
        _drop_perspective(tx, dialogue_id, row)


def _intend(tx: Transaction, dialogue_id: int, intended: tuple[tuple[int, bool], ...]) -> None:
    """How many of each role are meant to come, and who does the work, in the order of the list."""
    roles = [role for role in perspectives(tx.session, dialogue_id) if role.position]
    for role, (number, practice) in zip(roles, intended, strict=False):
        role.intended, role.practice = max(0, min(number, 100_000)), practice
        tx.session.add(role)


def _drop_perspective(tx: Transaction, dialogue_id: int, row: Perspective) -> None:
    """People who came in a role that is taken away are something else."""
    tx.run(
        "UPDATE participant SET perspective_id ="
        " (SELECT id FROM perspective WHERE dialogue_id = :dialogue AND key = 'other') WHERE perspective_id = :old",
        dialogue=dialogue_id,
        old=row.id,
    )
    tx.session.delete(row)
    tx.session.flush()


def perspectives(session: Session, dialogue_id: int) -> list[Perspective]:
    """The roles in the organiser's order, something else last."""
    rows = session.exec(select(Perspective).where(Perspective.dialogue_id == dialogue_id)).all()
    return sorted(rows, key=lambda row: row.position or 99)


def slug(name: str) -> str:
    """A role's key: its Danish name in small letters and underscores."""
    return "_".join(re.findall(r"[\wæøå]+", name.casefold()))[:40]


def prepare(tx: Transaction, dialogue_id: int, wanted: Preparation) -> None:
    """Keep what the organiser set. Raises TooLong, BadDate or PerspectivesWrong; then nothing is kept."""
    dialogue = get(tx.session, dialogue_id)
    today = now().date()
    if not today < wanted.delete_on <= today + _LONGEST:
        raise errors.BadDate
    dialogue.title = texts.line(wanted.title, TITLE_MAX) or dialogue.title
    dialogue.languages = wanted.languages
    dialogue.event_date = wanted.event_date
    dialogue.delete_on = wanted.delete_on
    for name in MANDATE:
        setattr(dialogue, name, texts.paragraph(wanted.mandate.get(name, ""), MANDATE_MAX))
    dialogue.mandate_say = wanted.say if wanted.say in SAY else ""
    dialogue.fields = {
        name: texts.line(value, TITLE_MAX) for name, value in wanted.fields.items() if texts.line(value, TITLE_MAX)
    }
    tx.session.add(dialogue)
    set_perspectives(tx, dialogue_id, wanted.perspectives)
    _intend(tx, dialogue_id, wanted.intended)
    tx.touch(dialogue_id, "board", "phones", "desk")


def open_fields(session: Session, dialogue: Dialogue) -> list[str]:
    """The {fields} that stand in the prompts, in order of appearance."""
    rows = session.exec(
        select(Activity).where(Activity.dialogue_id == dialogue.id).order_by(col(Activity.position))
    ).all()
    names = [name for row in rows for text in (row.prompt_da, row.prompt_en) for name in _FIELD.findall(text)]
    return [name for name in dict.fromkeys(names) if name != "tid"]  # fills itself in, by the clock


def missing(session: Session, dialogue: Dialogue) -> list[str]:
    """What stands between the dialogue and its start, as sentences. Empty when it can begin."""
    questions = {
        "mandate_open": gettext("The mandate card does not say what is open."),
        "mandate_fixed": gettext("The mandate card does not say what is fixed."),
        "mandate_decides": gettext("The mandate card does not say who decides."),
        "mandate_hear_back": gettext("The mandate card does not say when people hear back."),
        "mandate_stored": gettext("The mandate card does not say what is stored."),
    }
    gaps = [sentence for name, sentence in questions.items() if not getattr(dialogue, name)]
    gaps += [
        gettext("Fill in {%(name)s}.") % {"name": name}
        for name in open_fields(session, dialogue)
        if name not in dialogue.fields
    ]
    if session.exec(select(Activity.id).where(Activity.dialogue_id == dialogue.id).limit(1)).first() is None:
        gaps.append(gettext("The run sheet has no steps."))
    return gaps


def set_board(tx: Transaction, dialogue_id: int, view: str) -> None:
    """What the wall shows: auto, cards, themes or calm."""
    dialogue = get(tx.session, dialogue_id)
    dialogue.board_view = view
    tx.session.add(dialogue)
    tx.touch(dialogue_id, "board", "desk")


def set_holding(tx: Transaction, dialogue_id: int, on: bool) -> None:
    """Whether new cards wait for the facilitator before they are shown."""
    dialogue = get(tx.session, dialogue_id)
    dialogue.holding = on
    tx.session.add(dialogue)
    tx.touch(dialogue_id, "desk")


def add_step(tx: Transaction, dialogue_id: int, step: dict[str, Any]) -> int:
    """A step at the end of the run sheet. `step` holds kind, titles, prompts, minutes and settings. Returns its id.

    Raises Empty without a title in either language, or TooLong.
    """
    words = {name: texts.line(step.get(name, ""), TITLE_MAX) for name in ("title_da", "title_en")}
    words |= {name: texts.paragraph(step.get(name, ""), TEXT_MAX) for name in ("prompt_da", "prompt_en")}
    if not words["title_da"] and not words["title_en"]:
        raise errors.Empty
    last = tx.session.exec(
        select(Activity.position)
        .where(Activity.dialogue_id == dialogue_id, Activity.apart == "")
        .order_by(col(Activity.position).desc())
    ).first()
    activity = _add_step(tx, dialogue_id, (last or 0) + 1, step | words)
    tx.touch(dialogue_id, "board", "phones", "desk")
    return activity.id or 0


def drop_step(tx: Transaction, dialogue_id: int, activity_id: int) -> None:
    """Take a step that has never been opened out of the run sheet. Raises NotFound.

    One that was opened and put back by undo stays when people have written or voted in it.
    """
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != dialogue_id or activity.opened_at is not None:
        raise errors.NotFound
    for table in (Card, Vote, Abstention, Answer):
        if tx.session.exec(select(table.activity_id).where(table.activity_id == activity_id).limit(1)).first():
            raise errors.NotFound
    tx.run('DELETE FROM "option" WHERE activity_id = :activity', activity=activity_id)
    tx.run("DELETE FROM statement WHERE activity_id = :activity", activity=activity_id)
    tx.session.delete(activity)
    tx.touch(dialogue_id, "board", "phones", "desk")


def live(dialogue: Dialogue) -> bool:
    """Whether people can still take part."""
    return dialogue.state != CLOSED
