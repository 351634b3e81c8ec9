"""Tables on phone, desk and office; an arena's own board; and what strangers and bad input get."""

from collections.abc import Iterator

import pytest

from app.domain import groups
from app.models import Activity
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("seats")) as running:
        yield running


def room_of(house: House, unit: str = "table") -> Hall:
    room = hall.writing(house)  # type: ignore[arg-type]
    house.do(lambda tx: setattr(tx.session.get(Activity, room.step("Råd").id), "unit", unit))
    return room


def phone_of(house: House, room: Hall):
    phone = house.browser()
    assert phone.post(f"/d/{room.dialogue.code}/join", data={"role": "borger"}).status_code == 303
    return phone


def test_the_office_lists_tables_organisations_and_arenas(house: House) -> None:
    room, office = room_of(house), house.opened("office")
    path = f"/office/dialogues/{room.id}/groups"
    good = {"tables": "2", "organisations": "FOA\r\n\r\nKL ", "arenas": "Inviter\nPartner"}
    assert office.post(path, data=good).status_code == 303
    assert [len(room.read(groups.of, sort)) for sort in ("table", "organisation", "arena")] == [2, 2, 2]
    assert ">FOA\nKL\n</textarea>" in office.get(f"/office/dialogues/{room.id}").text
    for bad in ({"tables": "61"}, {"tables": "x"}, {"organisations": "x" * 200}):
        assert office.post(path, data=good | bad).status_code == 422, bad
    assert house.browser().post(path, data=good).status_code == 403
    assert [len(room.read(groups.of, sort)) for sort in ("table", "organisation", "arena")] == [2, 2, 2]


def test_the_desk_makes_a_plan_and_each_phone_shows_its_table(house: House) -> None:
    room = room_of(house)
    desk = house.opened("desk", room.id)
    assert desk.post(f"/desk/{room.id}/seat", data={"sort": "table"}).status_code == 409
    room.do(groups.set_tables, 2)
    phone = phone_of(house, room)
    page = f"/d/{room.dialogue.code}"
    assert "Table" not in phone.get(page).text
    assert desk.post(f"/desk/{room.id}/seat", data={"sort": "table"}).status_code == 303
    assert "One phone writes for Table" in phone.get(page).text
    assert "Nothing sent yet from" in desk.get(f"/desk/{room.id}").text
    late = phone_of(house, room)
    assert "One phone writes for Table" in late.get(page).text


def test_the_pen_is_taken_and_taken_over_only_on_purpose(house: House) -> None:
    room = room_of(house)
    room.do(groups.set_tables, 1)
    first, second = phone_of(house, room), phone_of(house, room)
    room.do(groups.seat)
    [table] = room.read(groups.of, "table")
    base = f"/d/{room.dialogue.code}"
    card = {"activity": str(room.step("Råd").id), "kind": "advice", "first": "Spørg først", "key": "k" * 22}
    assert 'name="first"' not in first.get(base).text
    assert first.post(f"{base}/cards", data=card).status_code == 409
    assert first.post(f"{base}/pen", data={"group": table.id}).status_code == 303
    assert 'name="first"' in first.get(base).text
    assert second.post(f"{base}/pen", data={"group": table.id}).status_code == 409
    assert second.post(f"{base}/pen", data={"group": table.id, "pen": "over"}).status_code == 303
    assert first.post(f"{base}/cards", data=card).status_code == 409
    assert second.post(f"{base}/cards", data=card).status_code == 303
    assert second.post(f"{base}/pen", data={"group": 10**20}).status_code == 422


def test_an_organisation_is_chosen_on_the_phone(house: House) -> None:
    room = room_of(house, "person")
    room.do(groups.set_names, "organisation", ["FOA", "KL"])
    phone = phone_of(house, room)
    base = f"/d/{room.dialogue.code}"
    kl = room.read(groups.of, "organisation")[1]
    assert "The organisation you come from" in phone.get(base).text
    assert phone.post(f"{base}/group", data={"group": kl.id}).status_code == 303
    assert [each.people for each in room.read(groups.of, "organisation")] == [0, 1]
    other = room_of(house)
    other.do(groups.set_tables, 1)
    assert phone.post(f"{base}/group", data={"group": other.read(groups.of, "table")[0].id}).status_code == 404


def test_an_arena_has_a_board_with_its_own_cards_alone(house: House) -> None:
    room = room_of(house, "person")
    room.join(1)
    room.do(groups.set_names, "arena", ["Inviter", "Partner"])
    room.do(groups.seat, "arena")
    step = room.step("Råd").id
    house.do(lambda tx: setattr(tx.session.get(Activity, step), "settings", {"kinds": ["advice"], "arenas": True}))
    for me in room.people:
        room.write(f"Fra person {me.id}", by=me)
    board = house.opened("board", room.id)
    for me in room.people:
        [arena] = house.read(groups.mine, me)
        for path in (f"/board/{room.id}", f"/board/{room.id}/regions"):
            page = board.get(f"{path}?arena={arena.id}").text
            assert [each.id for each in room.people if f"Fra person {each.id}" in page] == [me.id]
            assert arena.label in page
    assert board.get(f"/board/{room.id}?arena=999999").status_code == 404
    assert board.get(f"/board/{room.id}?arena={10**20}").status_code == 422
