"""Questions to whoever speaks, on phone, desk, board and in the summary; without scripts too."""

from collections.abc import Iterator

import pytest

from app.domain import cards, dialogues, questions
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("questions")) as running:
        yield running


def talking(house: House) -> tuple[Hall, list[int]]:
    room = hall.opened(house, 3)  # type: ignore[arg-type]
    ask = {"kind": "collect", "title_da": "Spørg", "title_en": "Ask", "settings": {"kinds": ["question"]}}
    room.do(dialogues.add_step, ask)
    step = room.go("Spørg")
    for person in room.people:
        house.do(cards.submit, person, step, cards.written("question", f"<Hvad> nu {person.id}?", ""), hall.key())
    return room, [each.id for each in room.read(questions.ranked)]


def test_a_question_is_lifted_on_a_phone_and_answered_at_the_desk(house: House) -> None:
    room, [one, other, _] = talking(house)
    base = f"/d/{room.dialogue.code}"
    phone, desk = house.browser(), house.opened("desk", room.id)
    phone.post(f"{base}/join", data={"role": "borger"})
    page = phone.get(base).text
    assert (page.count("I want to know that too<"), "<Hvad>" in page, "&lt;Hvad&gt;" in page) == (3, False, True)
    for _ in range(2):
        assert phone.post(f"{base}/questions/{other}", data={"on": "true"}).status_code == 303
    region = phone.post(f"{base}/questions/{other}", data={"on": "true"}, headers={"hx-request": "true"}).text
    assert region.lstrip().startswith('<section id="questions"')
    assert (region.count('aria-pressed="true"'), "1 wants to know" in region) == (1, True)
    assert "1 vil vide det" in house.opened("board", room.id).get(f"/board/{room.id}").text
    shown = desk.get(f"/desk/{room.id}").text
    assert shown.index(f"answered-{other}") < shown.index(f"answered-{one}")
    assert desk.post(f"/desk/{room.id}/questions/{other}", data={"on": "true"}).status_code == 303
    assert "Answered in the room" in phone.get(base).text
    assert "A question is answered" in desk.get(f"/desk/{room.id}").text
    told = desk.get(f"/dialogues/{room.id}/summary.md?language=en").text
    assert "1 wants to know, answered in the room" in told
    assert told.count("not answered yet") == 2


def test_bad_wishes_get_a_sentence(house: House) -> None:
    room, [one, *_] = talking(house)
    base = f"/d/{room.dialogue.code}/questions"
    phone, desk = house.browser(), house.opened("desk", room.id)
    phone.post(f"/d/{room.dialogue.code}/join", data={"role": "borger"})
    for address, data, status in (
        (f"{base}/999999", {"on": "true"}, 404),
        (f"{base}/{HUGE}", {"on": "true"}, 422),
        (f"{base}/{one}", {"on": "perhaps"}, 422),
        (f"{base}/{one}", {}, 422),
    ):
        assert phone.post(address, data=data).status_code == status, address
    assert house.browser().post(f"{base}/{one}", data={"on": "true"}).status_code == 403
    assert desk.post(f"/desk/{room.id}/questions/999999", data={"on": "true"}).status_code == 404
    assert {each.lifts for each in room.read(questions.ranked)} == {0}
