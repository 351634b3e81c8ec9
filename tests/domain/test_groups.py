"""Tables, organisations and arenas: mixed seating, new tables after lunch, latecomers, and one phone that writes."""

from collections import Counter

import pytest

from app import errors
from app.domain import groups
from app.models import Activity, Card, Group, Member
from tests.domain import hall
from tests.domain.hall import Hall


def seated(base, people: int = 8, tables: int = 2) -> Hall:
    """People of two roles at tables, on a step that tables answer."""
    room = hall.writing(base, people=people // 2)
    room.join(people - people // 2, "medarbejder")
    room.do(groups.set_tables, tables)
    room.do(groups.seat)
    base.do(lambda tx: setattr(tx.session.get(Activity, room.step("Råd").id), "unit", "table"))
    return room


def table_of(base, me) -> groups.GroupView:
    [table] = [group for group in base.read(groups.mine, me) if group.sort == "table"]
    return table


def test_everybody_gets_a_table_and_every_table_is_mixed(base):
    room = seated(base)
    rows = room.rows(Member)
    roles = {me.id: me.perspective_id for me in room.people}
    tables = {
        number: Counter(roles[row["participant_id"]] for row in rows if row["group_id"] == number)
        for number in {row["group_id"] for row in rows}
    }
    assert [sorted(table.values()) for table in tables.values()] == [[2, 2], [2, 2]]
    assert [(table.number, table.people) for table in room.read(groups.of, "table")] == [(1, 4), (2, 4)]


def test_a_new_seating_brings_new_faces_and_the_old_one_is_kept(base):
    room = seated(base, people=16, tables=4)
    before = {me.id: table_of(base, me).id for me in room.people}
    assert room.do(groups.seat) == 2
    after = {me.id: table_of(base, me).id for me in room.people}
    together = [
        (one, other)
        for one in before
        for other in before
        if one < other and before[one] == before[other] and after[one] == after[other]
    ]
    assert len(together) <= 2
    assert len(room.rows(Member)) == 32


def test_a_latecomer_gets_the_emptiest_table_and_only_once(base):
    room = seated(base, people=7, tables=2)
    [late] = room.join(1, "borger")
    sizes = {table.id: table.people for table in room.read(groups.of, "table")}
    found = base.do(groups.find_seat, late)
    assert sizes[found] == min(sizes.values())
    assert base.do(groups.find_seat, late) == found
    assert table_of(base, late).id == found


def test_without_a_plan_a_latecomer_sits_nowhere_and_without_tables_nobody_can_be_seated(base):
    room = hall.writing(base)
    assert base.do(groups.find_seat, room.people[0]) is None
    with pytest.raises(errors.NoTables):
        room.do(groups.seat)


def test_one_phone_writes_for_a_table_and_its_cards_are_the_tables(base):
    room = seated(base)
    me = room.people[0]
    table = table_of(base, me)
    other = next(each for each in room.people[1:] if table_of(base, each).id == table.id)
    with pytest.raises(errors.NotTheScribe):
        room.write(by=me)
    base.do(groups.take_pen, me, table.id)
    with pytest.raises(errors.PenTaken):
        base.do(groups.take_pen, other, table.id)
    with pytest.raises(errors.NotTheScribe):
        room.write(by=other)
    card = room.write("Vi spørger først", by=me).card_id
    assert room.card(card).group_id == table.id
    base.do(groups.take_pen, other, table.id, True)
    assert room.card(room.write("Og så igen", by=other).card_id).group_id == table.id
    with pytest.raises(errors.NotTheScribe):
        room.write(by=me)


def test_nobody_writes_for_a_table_they_do_not_sit_at(base):
    room = seated(base)
    mine = table_of(base, room.people[0])
    stranger = next(each for each in room.people if table_of(base, each).id != mine.id)
    with pytest.raises(errors.NotThere):
        base.do(groups.take_pen, stranger, mine.id)
    base.do(groups.take_pen, room.people[0], mine.id)
    base.do(groups.lay_pen, stranger, mine.id)
    assert table_of(base, room.people[0]).mine
    base.do(groups.lay_pen, room.people[0], mine.id)
    assert not table_of(base, room.people[0]).scribe


def test_a_step_of_tables_without_tables_is_answered_by_everybody(base):
    room = hall.writing(base)
    base.do(lambda tx: setattr(tx.session.get(Activity, room.step("Råd").id), "unit", "table"))
    assert room.card(room.write().card_id).group_id is None


def test_the_desk_sees_which_tables_have_sent_nothing(base):
    room = seated(base)
    me = room.people[0]
    table = table_of(base, me)
    base.do(groups.take_pen, me, table.id)
    room.write(by=me)
    quiet = base.read(lambda session: groups.silent(session, session.get(Activity, room.step("Råd").id)))
    assert [each.number for each in quiet] == [number for number in (1, 2) if number != table.number]


def test_three_arenas_at_once_do_not_mix_their_cards(base):
    room = hall.writing(base, people=9)
    room.do(groups.set_names, "arena", ["Inviter", "Partner", "Hvad kom der ud"])
    room.do(groups.seat, "arena")
    base.do(
        lambda tx: setattr(
            tx.session.get(Activity, room.step("Råd").id), "settings", {"kinds": ["advice"], "arenas": True}
        )
    )
    for me in room.people:
        room.write(f"Fra {me.id}", by=me)
    arena = {me.id: base.read(groups.mine, me)[0].id for me in room.people}
    assert {row["participant_id"]: row["group_id"] for row in room.rows(Card)} == arena
    assert sorted(Counter(arena.values()).values()) == [3, 3, 3]


def test_organisations_keep_their_people_when_the_list_is_written_anew(base):
    room = hall.writing(base, people=2)
    room.do(groups.set_names, "organisation", ["FOA", "KL", "", "KL"])
    foa, kl = room.read(groups.of, "organisation")
    base.do(groups.enter, room.people[0], foa.id)
    room.do(groups.set_names, "organisation", ["HK", "KL"])
    assert [(each.id, each.name, each.people) for each in room.read(groups.of, "organisation")][1:] == [
        (kl.id, "KL", 0),
        (foa.id, "FOA", 1),
    ]
    base.do(groups.enter, room.people[0], kl.id)
    assert [each.name for each in base.read(groups.mine, room.people[0])] == ["KL"]


def test_bad_numbers_and_strange_groups_are_refused(base):
    room, other = hall.writing(base), hall.writing(base)
    for number in (-1, 61):
        with pytest.raises(errors.Unreadable):
            room.do(groups.set_tables, number)
    other.do(groups.set_tables, 1)
    [strange] = other.read(groups.of, "table")
    with pytest.raises(errors.NotFound):
        base.do(groups.enter, room.people[0], strange.id)


def test_fewer_tables_take_only_empty_ones_away(base):
    room = seated(base, people=4, tables=2)
    room.do(groups.set_tables, 5)
    room.do(groups.set_tables, 1)
    assert [(row["number"]) for row in room.rows(Group)] == [1, 2]
