"""Answers to fixed statements, "don't know" among them: set, never toggled. `profiles` counts them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import errors, language
from app.domain import groups, receipts, texts
from app.domain.participants import Me
from app.models import Abstention, Activity, Answer, Statement, milliseconds, now
from app.settings import TEXT_MAX
from app.store import Transaction

SCALES: dict[str, range] = {
    "1-5": range(1, 6),
    "0-10": range(11),
    "yesno": range(2),
    "stance": range(-1, 2),  # 1 supports, 0 supports if, -1 does not
    "spectrum": range(1, 8),
    "points": range(11),
    "status": range(1, 4),  # 1 done, 2 under way, 3 dropped
}
POINTS = 10  # to share out over the statements of a step of points


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement as it is read. `left` and `right` are poles, or empty; `source` of a definition."""

    id: int
    key: str
    text: str
    left: str
    right: str
    source: str

    @property
    def first(self) -> str:
        """All its words on one line, as a board shows it."""
        return " – ".join(filter(None, (" ".join(filter(None, (self.text, self.left))), self.right)))

    @property
    def second(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered: no value is "don't know". `condition` is what it hangs on."""

    value: int | None
    condition: str = ""


def scale(activity: Activity) -> str:
    """The scale of a step."""
    return str(activity.settings.get("scale", "1-5"))


def statements(session: Session, activity_id: int) -> list[StatementView]:
    """What is assessed in a step, in its order, in the current language or in the other where one is missing."""
    rows = select(Statement).where(Statement.activity_id == activity_id).order_by(col(Statement.position))
    return [shown_as(row) for row in session.exec(rows).all()]


def shown_as(row: Statement) -> StatementView:
    danish = language.current() == "da"

    def said(own: str, other: str) -> str:
        return (own or other) if danish else (other or own)

    return StatementView(
        id=row.id or 0,
        key=row.key,
        text=said(row.text_da, row.text_en),
        left=said(row.left_da, row.left_en),
        right=said(row.right_da, row.right_en),
        source=row.source,
    )


def give(
    tx: Transaction, me: Me, activity_id: int, values: Mapping[int, int | None], conditions: Mapping[int, str], key: str
) -> None:
    """Set what somebody answers; statements that are not named stay as they were. Hot verb. A repeat changes nothing.

    Raises ActivityClosed, NotAnOption for a strange statement, Unreadable for a value that is not on the scale,
    PointsLeft, NotTheScribe, TooLong or KeyReused.
    """
    said = {number: texts.line(text, TEXT_MAX) for number, text in conditions.items()}
    known = receipts.claim(tx, me, key, activity_id, sorted(values.items()), sorted(said.items()))
    if known is not None:
        return
    activity = _open(tx, me, activity_id)
    allowed = SCALES[scale(activity)]
    own = tx.run("SELECT id FROM statement WHERE activity_id = :activity", activity=activity_id)
    if not set(values) <= {number for (number,) in own}:
        raise errors.NotAnOption
    if any(value is not None and value not in allowed for value in values.values()):
        raise errors.Unreadable
    if scale(activity) == "points" and sum(value or 0 for value in values.values()) != POINTS:
        raise errors.PointsLeft(points=POINTS)
    group = groups.speaks_for(tx, me, activity_id)
    for number, value in values.items():
        tx.run(
            "INSERT INTO answer (activity_id, participant_id, statement_id, dialogue_id, group_id, value, condition)"
            " VALUES (:activity, :participant, :statement, :dialogue, :group, :value, :condition)"
            " ON CONFLICT (activity_id, participant_id, statement_id) DO UPDATE SET value = excluded.value,"
            " condition = excluded.condition, group_id = excluded.group_id",
            activity=activity_id,
            participant=me.id,
            statement=number,
            dialogue=me.dialogue_id,
            group=group,
            value=value,
            condition=said.get(number, ""),
        )
    tx.run(
        "DELETE FROM abstention WHERE activity_id = :activity AND participant_id = :participant",
        activity=activity_id,
        participant=me.id,
    )
    receipts.keep(tx, me, key, activity_id)
    tx.touch(me.dialogue_id, "board", "desk")


def _open(tx: Transaction, me: Me, activity_id: int) -> Activity:
    """The step, while it takes answers: when it is on, or stands apart and its last day has not passed."""
    found = tx.run(
        "SELECT a.state, d.state, a.apart, a.open_until FROM activity a JOIN dialogue d ON d.id = a.dialogue_id"
        " WHERE a.id = :activity AND d.id = :dialogue AND a.kind = 'assess'",
        activity=activity_id,
        dialogue=me.dialogue_id,
    )
    if not found:
        raise errors.NotFound
    state, dialogue, apart, until = found[0]
    on = state == "open" and (dialogue == "open" or apart)
    if not on or (apart and until is not None and milliseconds(now()) > until):
        raise errors.ActivityClosed
    return tx.session.get_one(Activity, activity_id)


def skip(tx: Transaction, me: Me, activity_id: int) -> None:
    """Say nothing; what was answered before is taken back. Raises ActivityClosed."""
    _open(tx, me, activity_id)
    names = {"activity": activity_id, "participant": me.id}
    tx.run("DELETE FROM answer WHERE activity_id = :activity AND participant_id = :participant", **names)
    tx.run(
        "INSERT INTO abstention (activity_id, participant_id, dialogue_id) VALUES (:activity, :participant, :dialogue)"
        " ON CONFLICT (activity_id, participant_id) DO NOTHING",
        dialogue=me.dialogue_id,
        **names,
    )
    tx.touch(me.dialogue_id, "board", "desk")


def given(session: Session, me: Me, activity_id: int) -> dict[int, Given]:
    """What I answered, by statement."""
    rows = select(Answer).where(Answer.activity_id == activity_id, Answer.participant_id == me.id)
    return {row.statement_id: Given(row.value, row.condition) for row in session.exec(rows).all()}


def skipped(session: Session, me: Me, activity_id: int) -> bool:
    return session.get(Abstention, (activity_id, me.id)) is not None


def locked(session: Session, activity_id: int) -> bool:
    """Whether somebody has answered: from then on the wording stays."""
    rows = select(Answer.statement_id).where(Answer.activity_id == activity_id)
    return session.exec(rows.limit(1)).first() is not None
