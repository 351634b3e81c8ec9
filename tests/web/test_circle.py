"""From one dialogue to the next in the office, and the page of whoever has promised something."""

from collections.abc import Iterator
from html import unescape

import pytest

from app.domain import agreements, carrying, dialogues, materials
from app.models import Agreement
from app.web import phone
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("circle")) as running:
        yield running


def agreed(house: House) -> Hall:
    room = hall.writing(house)  # type: ignore[arg-type]
    room.write("Vi prøver <b>en fælles plan</b>", second="Kommunen", kind="agreement")
    room.write("når vi gør det sammen", second="når nogen overtager", kind="concept")
    return room


def test_the_next_dialogue_is_made_in_one_step_with_what_was_ticked(house: House) -> None:
    room, office = agreed(house), house.opened("office")
    pieces = [piece.key for piece in room.read(carrying.offer)]
    page = office.get(f"/office/series/{room.dialogue.series_id}")
    assert [key for key in pieces if f'value="{key}" checked' in page.text] == pieces
    concept = max(card["id"] for card in room.rows(hall.Card))
    made = office.post(
        f"/office/dialogues/{room.id}/next",
        data={"template": "T2", "title": "Konferencen", "piece": [*pieces, f"card-{concept}"]},
        headers={"accept": "application/json"},
    ).json()["dialogue"]
    assert house.read(dialogues.get, made).series_id == room.dialogue.series_id
    assert house.read(materials.of, made) == ()  # the concept was not marked on the desk, so it is not offered
    assert "Konferencen" in office.get(f"/office/series/{room.dialogue.series_id}").text


def test_a_bad_piece_or_a_strange_series_is_a_sentence_and_makes_nothing(house: House) -> None:
    room, office = agreed(house), house.opened("office")
    stranger = house.do(dialogues.make, "empty", "Noget andet", 90)
    path = f"/office/dialogues/{room.id}/next"
    for data, status in (
        ({"template": "empty", "piece": ["card-x"]}, 422),
        ({"template": "none", "piece": []}, 422),
        ({"into": str(stranger)}, 409),
        ({"into": HUGE}, 422),
    ):
        assert office.post(path, data=data).status_code == status, data
    assert len(house.read(dialogues.all_of)[0][1]) == 1


def test_an_owner_says_what_became_of_it_without_a_login(house: House) -> None:
    room, office, stranger = agreed(house), house.opened("office"), house.browser()
    table = f"/office/dialogues/{room.id}/table"
    assert office.post(f"/office/dialogues/{room.id}/agreements/gather").status_code == 303
    [view] = room.read(agreements.all_of)
    secret = house.read(agreements.secret, view.id, house.place.key)
    link = f"/agreements/{view.id}/{secret}"
    assert f'value="http://testserver{link}"' in office.get(table).text
    page = stranger.get(link)
    assert (page.status_code, "<b>en fælles" in page.text) == (200, False)
    assert stranger.post(link, data={"status": "done", "note": "Den hænger i køkkenet"}).status_code == 303
    assert "Den hænger i køkkenet" in unescape(office.get(table).text)
    for path, data, status in (
        (f"/agreements/{view.id}/nothing", {"status": "done"}, 403),
        (f"/agreements/{HUGE}/{secret}", {"status": "done"}, 422),
        (link, {"status": "finished"}, 422),
        (link, {"status": "done", "note": "x" * 5000}, 422),
    ):
        assert stranger.post(path, data=data).status_code == status, path
    assert room.read(agreements.all_of)[0].status == "done"


def test_reminders_and_owners_are_kept_and_only_of_this_dialogue(house: House) -> None:
    room, other, office = agreed(house), agreed(house), house.opened("office")
    house.do(agreements.gather, room.id)
    [view] = room.read(agreements.all_of)
    for _ in range(3):
        assert (
            office.post(f"/office/dialogues/{room.id}/agreements/remind", data={"number": view.id}).status_code == 303
        )
    good = {"number": view.id, "who": "Frivilligcentret", "due_on": "2027-05-01", "scope": "joint"}
    assert office.post(f"/office/dialogues/{room.id}/agreements", data=good).status_code == 303
    assert office.post(f"/office/dialogues/{other.id}/agreements", data=good).status_code == 404
    assert office.post(f"/office/dialogues/{room.id}/agreements", data=good | {"due_on": "x"}).status_code == 422
    [row] = room.rows(Agreement)
    assert (row["reminded"], row["who"], str(row["due_on"])) == (2, "Frivilligcentret", "2027-05-01")


def test_strangers_see_neither_series_nor_table(house: House) -> None:
    room = agreed(house)
    for path in (f"/office/series/{room.dialogue.series_id}", f"/office/dialogues/{room.id}/table"):
        assert house.browser().get(path).status_code == 403
        assert house.opened("desk", room.id).get(path).status_code == 403


def test_a_writer_reads_on_the_phone_where_the_card_went(house: House) -> None:
    room = agreed(house)
    room.do(carrying.mark, [room.rows(hall.Card)[1]["id"]], True)
    made = house.do(carrying.next_in, room.id, "empty", "Konferencen", 90)
    assert [line.origin for line in house.read(materials.of, made)] == ["En hverdag til flere"]
    shown = house.read(phone.view, room.people[0])
    assert [trace.title for traces in shown.traces.values() for trace in traces] == ["Konferencen"]
