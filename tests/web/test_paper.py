"""People without a phone: entered at the desk or by the phone of their table, counted, and typed in from paper."""

from collections.abc import Iterator

import pytest

from app.domain import groups, participants, proxies
from app.models import Activity, Card, Participant
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("paper")) as running:
        yield running


def test_a_person_without_a_phone_counts_and_their_card_is_theirs(house: House) -> None:
    room = hall.writing(house)  # type: ignore[arg-type]
    desk = house.opened("desk", room.id)
    base = f"/desk/{room.id}/paper"
    added = desk.post(f"{base}/people", data={"role": "borger"})
    [person] = house.read(proxies.of, room.id)
    assert added.headers["location"] == f"{base}?step=0&person={person.id}"
    assert (person.number, house.read(participants.count, room.id)) == (1, 2)
    step = room.step("Råd").id or 0
    card = {"person": person.id, "step": step, "kind": "advice", "first": "Ring i stedet", "key": "a" * 24}
    assert desk.post(f"{base}/cards", data=card).status_code == 303
    assert desk.post(f"{base}/cards", data=card).status_code == 303  # a repeat is no second card
    [row] = room.rows(Card)
    assert (row["participant_id"], row["first"], row["late"]) == (person.id, "Ring i stedet", False)
    assert "Kept." in desk.get(f"{base}?number=1").text


def test_what_cannot_be_kept_comes_back_in_its_form(house: House) -> None:
    room = hall.writing(house)  # type: ignore[arg-type]
    desk = house.opened("desk", room.id)
    person = room.do(proxies.add, "borger")
    base, step = f"/desk/{room.id}/paper", room.step("Råd").id
    card = {"person": person, "step": step, "kind": "dilemma", "first": "Det ene", "second": ""}
    answer = desk.post(f"{base}/cards", data=card)
    assert (answer.status_code, ">Det ene</textarea>" in answer.text) == (422, True)
    for bad in ({"person": room.people[0].id}, {"person": 10**9}, {"step": 10**9}):
        assert desk.post(f"{base}/cards", data=card | {"second": "Det andet"} | bad).status_code == 404, bad
    assert desk.post(f"{base}/cards", data=card | {"person": "x"}).status_code == 422
    assert house.browser().get(base).status_code == 403
    assert room.rows(Card) == []


def test_paper_can_be_typed_in_after_the_step_has_closed(house: House) -> None:
    room = hall.writing(house)  # type: ignore[arg-type]
    person = room.do(proxies.add, "borger")
    closed = room.step("Råd").id
    room.go("Prikker")
    text = hall.cards.written("advice", "Fra den gule bunke", "")
    receipt = room.do(proxies.write, person, closed, text, hall.key())
    assert room.card(receipt.card_id).late


def test_a_ballot_from_paper_counts_once_and_only_while_the_vote_is_open(house: House) -> None:
    room, ballot, ids = hall.voting(house)  # type: ignore[arg-type]
    desk = house.opened("desk", room.id)
    person = room.do(proxies.add, "borger")
    data = {"person": person, "step": ballot, f"card-{ids[0]}": "2", f"card-{ids[1]}": "1", "key": "b" * 24}
    base = f"/desk/{room.id}/paper"
    assert desk.post(f"{base}/votes", data=data).status_code == 303
    assert desk.post(f"{base}/votes", data=data | {f"card-{ids[1]}": "9", "key": "c" * 24}).status_code == 409
    assert desk.post(f"{base}/votes", data=data | {f"card-{ids[1]}": "x", "key": "c" * 24}).status_code == 422
    room.close(ballot)
    assert desk.post(f"{base}/votes", data=data | {"key": "d" * 24}).status_code == 409
    assert [row.total for row in room.tally(ballot).results] == [2, 1, 0]


def test_the_phone_of_a_table_writes_for_a_neighbour_without_one(house: House) -> None:
    room = hall.writing(house)  # type: ignore[arg-type]
    house.do(lambda tx: setattr(tx.session.get(Activity, room.step("Råd").id), "unit", "table"))
    room.do(groups.set_tables, 1)
    phone, other = house.browser(), house.browser()
    base = f"/d/{room.dialogue.code}"
    for each in (phone, other):
        each.post(f"{base}/join", data={"role": "borger"})
    room.do(groups.seat)
    [table] = room.read(groups.of, "table")
    wanted = {"role": "frivillig", "group": table.id}
    assert phone.post(f"{base}/people", data=wanted).status_code == 409
    phone.post(f"{base}/pen", data={"group": table.id})
    assert phone.post(f"{base}/people", data=wanted).status_code == 303
    [person] = house.read(proxies.of, room.id)
    card = {"activity": room.step("Råd").id, "kind": "advice", "first": "Kom hjem til mig", "key": "e" * 24}
    assert other.post(f"{base}/people/{person.id}/cards", data=card).status_code == 409
    assert phone.post(f"{base}/people/{person.id}/cards", data=card).status_code == 303
    [row] = room.rows(Card)
    assert (row["participant_id"], row["group_id"]) == (person.id, None)
    assert sum(one["proxy"] for one in room.rows(Participant)) == 1


def test_a_room_takes_sixty_people_of_paper_and_no_more(house: House) -> None:
    room: Hall = hall.writing(house)  # type: ignore[arg-type]
    for _ in range(proxies.MOST):
        room.do(proxies.add, "borger")
    assert house.opened("desk", room.id).post(f"/desk/{room.id}/paper/people", data={}).status_code == 409
