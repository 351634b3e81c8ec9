"""The run sheet before a step has begun: its words, minutes and place can be changed, and the times follow."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from app import errors
from app.domain import texts
from app.models import Activity
from app.settings import TEXT_MAX, TITLE_MAX
from app.store import Transaction

_DAY = 24 * 60


def change(
    tx: Transaction, dialogue_id: int, step_id: int, words: Mapping[str, str], minutes: int, planned: str
) -> None:
    """Change a step that nobody has gone to. What comes after it on the day moves with its minutes and its time.

    `words` holds titles and prompts in both languages. Raises NotFound, StepBegun, Empty without any title, or TooLong.
    """
    step = _waiting(tx, dialogue_id, step_id)
    cleaned = {name: texts.line(words.get(name, ""), TITLE_MAX) for name in ("title_da", "title_en")}
    cleaned |= {name: texts.paragraph(words.get(name, ""), TEXT_MAX) for name in ("prompt_da", "prompt_en")}
    if not cleaned["title_da"] and not cleaned["title_en"]:
        raise errors.Empty
    later = minutes - step.minutes
    if planned and step.planned:
        later += _minutes(planned) - _minutes(step.planned)
    for name, text in cleaned.items():
        setattr(step, name, text)
    step.minutes, step.planned = minutes, planned
    tx.session.add(step)
    for row in _day(tx.session, dialogue_id):
        if row.position > step.position and not step.apart and row.opened_at is None:
            _shift(tx, row, later)
    tx.touch(dialogue_id, "board", "phones", "desk")


def move(tx: Transaction, dialogue_id: int, step_id: int, by: int) -> None:
    """Let a step change places with the one before it (-1) or after it (1); both keep their minutes.

    At either end, and beside a step that has begun, nothing happens. Raises NotFound or StepBegun.
    """
    step = _waiting(tx, dialogue_id, step_id)
    rows = _day(tx.session, dialogue_id)
    at = next((place for place, row in enumerate(rows) if row.id == step_id), None)
    if at is None:
        raise errors.NotFound
    if not 0 <= at + by < len(rows) or rows[at + by].opened_at is not None:
        return
    first, second = (rows[at + by], step) if by < 0 else (step, rows[at + by])
    first.position, second.position = second.position, first.position
    if first.planned and second.planned:
        second.planned, first.planned = first.planned, _clock(_minutes(first.planned) + second.minutes)
    tx.session.add_all((first, second))
    tx.touch(dialogue_id, "board", "phones", "desk")


def _waiting(tx: Transaction, dialogue_id: int, step_id: int) -> Activity:
    step = tx.session.get(Activity, step_id)
    if step is None or step.dialogue_id != dialogue_id:
        raise errors.NotFound
    if step.opened_at is not None:
        raise errors.StepBegun
    return step


def _day(session: Session, dialogue_id: int) -> list[Activity]:
    rows = select(Activity).where(Activity.dialogue_id == dialogue_id, Activity.apart == "")
    return list(session.exec(rows.order_by(col(Activity.position))).all())


def _shift(tx: Transaction, row: Activity, minutes: int) -> None:
    if row.planned and minutes:
        row.planned = _clock(_minutes(row.planned) + minutes)
        tx.session.add(row)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    """A time of the same day."""
    minutes = max(0, min(_DAY - 1, minutes))
    return f"{minutes // 60:02}:{minutes % 60:02}"
