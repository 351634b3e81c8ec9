"""What a room thinks of fixed statements, counted from the answers: by perspective, by organisation, before and after.

No group of fewer than five people is shown alone, and none can be worked out from those that are.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import language
from app.domain import agenda, answers, groups, participants, votes
from app.domain.answers import Given, StatementView
from app.domain.ballots import SPECTRUM
from app.models import OPEN, Abstention, Activity, Answer, Group, Participant, Perspective, Share, Statement, Vote
from app.settings import SMALLEST_GROUP

_HEADLINE = 0.25  # of the length of a scale: a gap between two groups worth saying


@dataclass(frozen=True, slots=True)
class LineView:
    """One perspective's answers to one statement; `position` 0 is everybody in a group that is not shown alone."""

    position: int
    name: str
    n: int
    mean: float


@dataclass(frozen=True, slots=True)
class ResultView:
    """One statement. `counts` maps each value to how many gave it; `n` answered with a value, `unknown` without.

    `gap` is between the means of two perspectives, `high` and `low`; 0 where fewer than two are shown.
    """

    statement: StatementView
    n: int
    unknown: int
    mean: float
    counts: dict[int, int]
    lines: tuple[LineView, ...]
    gap: float = 0.0
    high: str = ""
    low: str = ""
    headline: bool = False


@dataclass(frozen=True, slots=True)
class StandView:
    """What one organisation has let the others see: a value and a condition for each statement, by its id."""

    name: str
    given: dict[int, Given]


@dataclass(frozen=True, slots=True)
class PairedView:
    """The same people before and after: `n` pairs, their means, and the mean change."""

    title: str
    n: int
    before: float
    after: float
    change: float


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A whole assessment. `results` stand by their largest gap; `answered` people said something, `skipped` nothing.

    `unit` is person, table or organisation: then `stands` are those that were shared.
    """

    scale: str
    here: int
    answered: int
    skipped: int
    results: tuple[ResultView, ...]
    unit: str = "person"
    stands: tuple[StandView, ...] = ()
    paired: PairedView | None = None


def counted(session: Session, activity: Activity) -> tuple[int, int, int]:
    """People here, those who answered, and those who skipped."""
    answered = select(func.count(func.distinct(Answer.participant_id))).where(Answer.activity_id == activity.id)
    skipped = select(func.count()).select_from(Abstention).where(Abstention.activity_id == activity.id)
    return (
        participants.count(session, activity.dialogue_id),
        session.exec(answered).one(),
        session.exec(skipped).one(),
    )


def profile(session: Session, activity: Activity) -> ProfileView:
    """Count an assessment from its rows, the widest gap first. Groups of fewer than five are never shown alone."""
    here, answered, skipped = counted(session, activity)
    rows = session.exec(
        select(Answer.statement_id, Answer.value, Perspective.position)
        .join(Participant, col(Participant.id) == col(Answer.participant_id))
        .join(Perspective, col(Perspective.id) == col(Participant.perspective_id))
        .where(Answer.activity_id == activity.id)
    ).all()
    names = _names(session, activity.dialogue_id)
    length = answers.SCALES[answers.scale(activity)].stop - 1 - answers.SCALES[answers.scale(activity)].start
    results = [
        _result(
            statement,
            [(value, position) for number, value, position in rows if number == statement.id],
            names if activity.unit == "person" else {},
            length,
        )
        for statement in answers.statements(session, activity.id or 0)
    ]
    if answers.scale(activity) not in ("stance", "yesno", "status"):
        results.sort(key=lambda result: -round(result.gap, 6))
    return ProfileView(
        scale=answers.scale(activity),
        here=here,
        answered=answered,
        skipped=skipped,
        results=tuple(results),
        unit=activity.unit,
        stands=_stands(session, activity) if activity.unit == "organisation" else (),
        paired=_paired(session, activity),
    )


def leaning(session: Session, activity: Activity) -> tuple[ResultView, ...]:
    """A closed vote between the two poles of each card, as an assessment with the card's texts for poles."""
    if activity.state == OPEN or not activity.revealed:
        return ()
    rows = session.exec(
        select(Vote.card_id, Vote.value, Perspective.position)
        .join(Participant, col(Participant.id) == col(Vote.participant_id))
        .join(Perspective, col(Perspective.id) == col(Participant.perspective_id))
        .where(Vote.activity_id == activity.id)
    ).all()
    names = _names(session, activity.dialogue_id)
    results = [
        _result(
            StatementView(card.id or 0, f"card-{card.number}", "", card.first, card.second, ""),
            [(value, position) for number, value, position in rows if number == card.id],
            names,
            len(SPECTRUM) - 1,
        )
        for card in votes.options(session, activity.id or 0)
    ]
    return tuple(sorted(results, key=lambda result: -round(result.gap, 6)))


def _names(session: Session, dialogue_id: int) -> dict[int, str]:
    roles = session.exec(select(Perspective).where(Perspective.dialogue_id == dialogue_id)).all()
    return {role.position: participants.name_of(role) for role in roles}


def _result(
    statement: StatementView, rows: list[tuple[int | None, int]], names: Mapping[int, str], length: int
) -> ResultView:
    values = [(value, position) for value, position in rows if value is not None]
    lines = _lines(values, names)
    spread = sorted(lines, key=lambda line: (-line.mean, line.position))
    gap = spread[0].mean - spread[-1].mean if len(spread) > 1 else 0.0
    return ResultView(
        statement=statement,
        n=len(values),
        unknown=len(rows) - len(values),
        mean=sum(value for value, _ in values) / len(values) if values else 0.0,
        counts=dict(sorted(Counter(value for value, _ in values).items())),
        lines=lines,
        gap=gap,
        high=spread[0].name if gap else "",
        low=spread[-1].name if gap else "",
        headline=gap >= _HEADLINE * length,
    )


def _lines(values: list[tuple[int, int]], names: Mapping[int, str]) -> tuple[LineView, ...]:
    """Each perspective that can be shown alone, and the others together where they are five or more themselves."""
    sizes = Counter(position for _, position in values)
    alone = participants.shown_alone(sizes) if names else set()
    lines = [_line(position, names[position], values, {position}) for position in sorted(alone)]
    rest = {position for position in sizes if position not in alone}
    if names and sum(sizes[position] for position in rest) >= SMALLEST_GROUP:
        lines.append(_line(0, language.gettext("Others"), values, rest))
    return tuple(lines)


def _line(position: int, name: str, values: list[tuple[int, int]], own: set[int]) -> LineView:
    mine = [value for value, at in values if at in own]
    return LineView(position, name, len(mine), sum(mine) / len(mine))


def _stands(session: Session, activity: Activity) -> tuple[StandView, ...]:
    """The organisations that have shared their answers, by name."""
    rows = session.exec(
        select(Group, Answer)
        .join(Answer, col(Answer.group_id) == col(Group.id))
        .join(Share, (col(Share.group_id) == col(Group.id)) & (col(Share.activity_id) == col(Answer.activity_id)))
        .where(Answer.activity_id == activity.id)
        .order_by(col(Group.number))
    ).all()
    stands: dict[int, tuple[str, dict[int, Given]]] = {}
    for group, answer in rows:
        own = stands.setdefault(group.id or 0, (group.name or groups.named(group.sort, group.number), {}))
        own[1][answer.statement_id] = Given(answer.value, answer.condition)
    return tuple(StandView(name, given_) for name, given_ in stands.values())


def _paired(session: Session, activity: Activity) -> PairedView | None:
    """Against the first step of the dialogue that asked the same single thing, when this one asks it again."""
    own = session.exec(select(Statement.key).where(Statement.activity_id == activity.id)).all()
    if len(own) != 1:
        return None
    first = session.exec(
        select(Activity, Statement.id)
        .join(Statement, col(Statement.activity_id) == col(Activity.id))
        .where(Activity.dialogue_id == activity.dialogue_id, Statement.key == own[0])
        .where(col(Activity.id) < activity.id)
        .order_by(col(Activity.id))
    ).first()
    if first is None or answers.scale(first[0]) != answers.scale(activity):
        return None
    now_ = dict(_values(session, activity.id or 0))
    pairs = [(before, now_[person]) for person, before in _values(session, first[0].id or 0) if person in now_]
    if len(pairs) < SMALLEST_GROUP:
        return None
    before, after = (sum(pair[side] for pair in pairs) / len(pairs) for side in (0, 1))
    return PairedView(agenda.title(first[0]), len(pairs), before, after, after - before)


def _values(session: Session, activity_id: int) -> list[tuple[int, int]]:
    rows = select(Answer.participant_id, Answer.value).where(
        Answer.activity_id == activity_id, col(Answer.value).is_not(None)
    )
    return [(person, value) for person, value in session.exec(rows).all() if value is not None]
