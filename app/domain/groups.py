"""Tables, organisations and arenas: who sits where, and whose phone writes for them. Every seating is kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import errors
from app.analysis import seating
from app.analysis.seating import Sitter
from app.domain import dialogues, texts
from app.domain.participants import Me
from app.language import gettext
from app.models import Activity, Card, Dialogue, Group, Member, Participant
from app.settings import TITLE_MAX
from app.store import Transaction

TABLE, ORGANISATION, ARENA = "table", "organisation", "arena"
MOST = 60  # groups of a sort in a dialogue
_FACES = ("board", "phones", "desk")


@dataclass(frozen=True, slots=True)
class GroupView:
    """A table, organisation or arena. `people` sit there now; `scribe`: somebody's phone writes for it."""

    id: int
    sort: str
    number: int
    name: str
    topic: str
    people: int
    scribe: bool
    mine: bool = False  # my phone is the one that writes for it

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or named(self.sort, self.number)


def named(sort: str, number: int) -> str:
    """The name of a group that has only a number."""
    return (gettext("Table %(number)s") if sort == TABLE else gettext("Group %(number)s")) % {"number": number}


def of(session: Session, dialogue_id: int, sort: str) -> list[GroupView]:
    """Every group of a sort, by number, with how many sit there in the seating on show."""
    at = _seating(session, dialogue_id, sort)
    rows = session.exec(
        select(Group, func.count(col(Member.participant_id)))
        .join(Member, (col(Member.group_id) == col(Group.id)) & (col(Member.seating) == at), isouter=True)
        .where(Group.dialogue_id == dialogue_id, Group.sort == sort)
        .group_by(col(Group.id))
        .order_by(col(Group.number))
    ).all()
    return [_view(group, people) for group, people in rows]


def _view(group: Group, people: int, me: int = 0) -> GroupView:
    return GroupView(
        id=group.id or 0,
        sort=group.sort,
        number=group.number,
        name=group.name,
        topic=group.topic,
        people=people,
        scribe=group.scribe_id is not None,
        mine=me != 0 and group.scribe_id == me,
    )


def _seating(session: Session, dialogue_id: int, sort: str) -> int:
    """The seating on show: organisations have only one."""
    return 0 if sort == ORGANISATION else dialogues.get(session, dialogue_id).seating


def set_tables(tx: Transaction, dialogue_id: int, number: int) -> None:
    """So many tables, numbered from 1. Those past it go while nobody has sat at them. Raises Unreadable."""
    if not 0 <= number <= MOST:
        raise errors.Unreadable
    _set(tx, dialogue_id, TABLE, [""] * number)


def set_names(tx: Transaction, dialogue_id: int, sort: str, names: Sequence[str]) -> None:
    """The organisations or arenas, in this order; one that is still there keeps its people. Raises TooLong, Unreadable.

    One that people belong to, or that has written, stays at the end of the list.
    """
    cleaned = list(dict.fromkeys(filter(None, (texts.line(name, TITLE_MAX) for name in names))))
    if len(cleaned) > MOST or sort not in (ORGANISATION, ARENA):
        raise errors.Unreadable
    _set(tx, dialogue_id, sort, cleaned)


def set_all(
    tx: Transaction, dialogue_id: int, tables: int, organisations: Sequence[str], arenas: Sequence[str]
) -> None:
    """All three lists, or none of them. Raises what the two verbs above name."""
    set_tables(tx, dialogue_id, tables)
    set_names(tx, dialogue_id, ORGANISATION, organisations)
    set_names(tx, dialogue_id, ARENA, arenas)


def _set(tx: Transaction, dialogue_id: int, sort: str, names: list[str]) -> None:
    known = list(_rows(tx.session, dialogue_id, sort))
    for offset, row in enumerate(known):  # make room: numbers are unique
        row.number += 1000 + offset
    tx.session.flush()
    left = list(known)
    kept: list[Group] = []
    for name in names:
        row = next((each for each in left if each.name == name), None) or Group(
            dialogue_id=dialogue_id, sort=sort, number=0, name=name
        )
        if row in left:
            left.remove(row)
        kept.append(row)
    used = _used(tx.session, [row.id or 0 for row in left])
    kept += [row for row in left if row.id in used]
    for row in left:
        if row.id not in used:
            tx.session.delete(row)
    tx.session.flush()
    for number, row in enumerate(kept, start=1):
        row.number = number
        tx.session.add(row)
    tx.session.flush()
    tx.touch(dialogue_id, *_FACES)


def _rows(session: Session, dialogue_id: int, sort: str) -> Sequence[Group]:
    rows = select(Group).where(Group.dialogue_id == dialogue_id, Group.sort == sort).order_by(col(Group.number))
    return session.exec(rows).all()


def _used(session: Session, group_ids: list[int]) -> set[int]:
    """Those of these groups that somebody belongs to or that have written."""
    sat = session.exec(select(Member.group_id).where(col(Member.group_id).in_(group_ids))).all()
    wrote = session.exec(select(Card.group_id).where(col(Card.group_id).in_(group_ids))).all()
    return {number for number in (*sat, *wrote) if number is not None}


def seat(tx: Transaction, dialogue_id: int, sort: str = TABLE) -> int:
    """A new seating for everybody who has joined: mixed, spread, with new faces. Returns its number. Raises NoTables.

    Whoever writes for a table is asked anew: another person may sit there.
    """
    groups = _rows(tx.session, dialogue_id, sort)
    if not groups:
        raise errors.NoTables
    dialogue = dialogues.get(tx.session, dialogue_id)
    plan = seating.plan(
        _sitters(tx.session, dialogue_id), len(groups), _met(tx.session, dialogue_id, sort), dialogue.seating
    )
    dialogue.seating += 1
    tx.session.add(dialogue)
    for number, place in plan.items():
        group = groups[place]
        tx.session.add(
            Member(
                participant_id=number,
                sort=sort,
                seating=dialogue.seating,
                group_id=group.id or 0,
                dialogue_id=dialogue_id,
            )
        )
    for group in groups:
        group.scribe_id = None
        tx.session.add(group)
    tx.touch(dialogue_id, *_FACES)
    return dialogue.seating


def _sitters(session: Session, dialogue_id: int) -> list[Sitter]:
    belongs = {
        row.participant_id: row.group_id
        for row in session.exec(
            select(Member).where(Member.dialogue_id == dialogue_id, Member.sort == ORGANISATION)
        ).all()
    }
    rows = session.exec(
        select(Participant.id, Participant.perspective_id)
        .where(Participant.dialogue_id == dialogue_id)
        .order_by(col(Participant.id))
    ).all()
    return [Sitter(number or 0, role, belongs.get(number or 0, 0)) for number, role in rows]


def _met(session: Session, dialogue_id: int, sort: str) -> list[tuple[int, int]]:
    """Pairs that have sat together in any earlier seating."""
    rows = session.exec(
        select(Member.seating, Member.group_id, Member.participant_id).where(
            Member.dialogue_id == dialogue_id, Member.sort == sort
        )
    ).all()
    tables: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, group, participant in rows:
        tables[number, group].append(participant)
    return [pair for sitters in tables.values() for pair in combinations(sitters, 2)]


def find_seat(tx: Transaction, me: Me) -> int | None:
    """A seat for somebody who came after the plan was made: the emptiest table, among these the one with fewest of
    their perspective. Returns the group, or None where there is no plan. A repeat changes nothing."""
    dialogue = dialogues.get(tx.session, me.dialogue_id)
    placed = tx.session.exec(
        select(Member.group_id).where(Member.participant_id == me.id, Member.seating == dialogue.seating)
    ).first()
    sort = tx.session.exec(
        select(Member.sort).where(Member.dialogue_id == me.dialogue_id, Member.seating == dialogue.seating).limit(1)
    ).first()
    if dialogue.seating == 0 or placed is not None or sort is None:
        return placed
    sitting = tx.session.exec(
        select(Group.id, Participant.perspective_id)
        .join(Member, (col(Member.group_id) == col(Group.id)) & (col(Member.seating) == dialogue.seating), isouter=True)
        .join(Participant, col(Participant.id) == col(Member.participant_id), isouter=True)
        .where(Group.dialogue_id == me.dialogue_id, Group.sort == sort)
    ).all()
    tables: dict[int, list[int]] = defaultdict(list)
    for group, role in sitting:
        tables[group or 0] += [role] if role is not None else []
    best = min(tables, key=lambda group: (len(tables[group]), tables[group].count(me.perspective_id), group))
    tx.session.add(
        Member(participant_id=me.id, sort=sort, seating=dialogue.seating, group_id=best, dialogue_id=me.dialogue_id)
    )
    tx.touch(me.dialogue_id, "desk")
    return best


def enter(tx: Transaction, me: Me, group_id: int) -> None:
    """Say which organisation one comes from, or go to another table or arena. Raises NotFound. A repeat is harmless."""
    group = _own(tx, me.dialogue_id, group_id)
    key = (me.id, group.sort, _seating(tx.session, me.dialogue_id, group.sort))
    row = tx.session.get(Member, key) or Member(
        participant_id=me.id, sort=group.sort, seating=key[2], group_id=group_id, dialogue_id=me.dialogue_id
    )
    row.group_id = group_id
    tx.session.add(row)
    tx.touch(me.dialogue_id, "desk", "board")


def _own(tx: Transaction, dialogue_id: int, group_id: int) -> Group:
    group = tx.session.get(Group, group_id)
    if group is None or group.dialogue_id != dialogue_id:
        raise errors.NotFound
    return group


def take_pen(tx: Transaction, me: Me, group_id: int, over: bool = False) -> None:
    """Let my phone write for a group. Raises NotThere for one I do not belong to, and PenTaken while another phone
    writes for it, unless I take it over on purpose."""
    group = _own(tx, me.dialogue_id, group_id)
    if not any(each.id == group_id for each in mine(tx.session, me)):
        raise errors.NotThere
    if group.scribe_id not in (None, me.id) and not over:
        raise errors.PenTaken
    group.scribe_id = me.id
    tx.session.add(group)
    tx.touch(me.dialogue_id, "desk", "phones")


def lay_pen(tx: Transaction, me: Me, group_id: int) -> None:
    """Let somebody else write. A repeat is harmless."""
    group = _own(tx, me.dialogue_id, group_id)
    if group.scribe_id == me.id:
        group.scribe_id = None
        tx.session.add(group)
        tx.touch(me.dialogue_id, "desk", "phones")


def mine(session: Session, me: Me) -> list[GroupView]:
    """My table, organisation and arena in the seating on show."""
    at = dialogues.get(session, me.dialogue_id).seating
    rows = session.exec(
        select(Group)
        .join(Member, col(Member.group_id) == col(Group.id))
        .where(Member.participant_id == me.id)
        .where((col(Member.seating) == at) | (Member.sort == ORGANISATION))
        .order_by(col(Group.sort))
    ).all()
    return [_view(group, 0, me.id) for group in rows]


def unit_of(session: Session, me: Me, activity: Activity) -> GroupView | None:
    """The group this person answers with in a step: by its unit, or by the arena where the step has arenas. None for a
    step that everybody answers alone, and where there are no such groups."""
    sort = ARENA if activity.settings.get("arenas") else activity.unit
    if sort == "person":
        return None
    return next((group for group in mine(session, me) if group.sort == sort), None)


def speaks_for(tx: Transaction, me: Me, activity_id: int) -> int | None:
    """The group a card in this step is written for. Raises NotTheScribe on the phone of somebody who does not write for
    their group; in an arena, and for cards outside the day, everybody writes. Hot verb: a step of persons is told apart
    by one prepared statement."""
    found = tx.run("SELECT unit, settings FROM activity WHERE id = :activity", activity=activity_id)
    if not found or (found[0][0] == "person" and "arenas" not in str(found[0][1])):
        return None
    activity = tx.session.get(Activity, activity_id)
    unit = unit_of(tx.session, me, activity) if activity is not None else None
    if unit is None or activity is None:
        return None
    if not writes(unit, activity):
        raise errors.NotTheScribe
    return unit.id


def writes(unit: GroupView, activity: Activity) -> bool:
    """Whether this phone may speak for its group in a step: it holds the pen, or no pen is needed."""
    return unit.mine or unit.sort == ARENA or (activity.apart != "" and activity.kind == "collect")


def one(session: Session, dialogue_id: int, group_id: int) -> GroupView:
    """A group of this dialogue. Raises NotFound."""
    group = session.get(Group, group_id)
    if group is None or group.dialogue_id != dialogue_id:
        raise errors.NotFound
    return _view(group, 0)


def labels(session: Session, dialogue_id: int) -> dict[int, str]:
    """What people call each group, by id."""
    rows = session.exec(select(Group).where(Group.dialogue_id == dialogue_id)).all()
    return {row.id or 0: row.name or named(row.sort, row.number) for row in rows}


def silent(session: Session, activity: Activity) -> list[GroupView]:
    """Tables or organisations that have written nothing in a step of theirs: somebody may walk there."""
    if activity.unit == "person":
        return []
    wrote = set(session.exec(select(Card.group_id).where(Card.activity_id == activity.id)).all())
    return [group for group in of(session, activity.dialogue_id, activity.unit) if group.id not in wrote]


def has_any(session: Session, dialogue: Dialogue) -> bool:
    """Whether the dialogue has groups of any sort."""
    return session.exec(select(Group.id).where(Group.dialogue_id == dialogue.id).limit(1)).first() is not None
