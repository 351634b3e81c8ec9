"""Steps outside the day: a link that is open for days, before anybody has begun and after everybody has gone home."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain import agenda, cards, dialogues, groups, outside, templates
from app.models import Activity, Card, now
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("outside")) as running:
        yield running


def workshop(house: House) -> tuple[Hall, dict[str, int]]:
    """A track-1 workshop that has not begun, with two organisations; its steps before the day by kind of card."""
    room = Hall(house, house.do(dialogues.make, "T1", "Ekspertrummet", 90))  # type: ignore[arg-type]
    room.do(groups.set_names, "organisation", ["Kommunen", "Fagforeningen"])
    before = {row.settings.get("kinds", ["assess"])[0]: row.id or 0 for row in room.read(agenda.outside)}
    return room, before


def tomorrow() -> str:
    return (now().date() + timedelta(days=1)).isoformat()


def someone(house: House, room: Hall, step: int, organisation: str = "") -> Any:
    phone = house.browser()
    base = f"/d/{room.dialogue.code}"
    assert phone.get(f"{base}/step/{step}").headers["location"] == f"{base}/join?step={step}"
    page = phone.get(f"{base}/join?step={step}").text
    assert f'name="step" value="{step}"' in page
    came = phone.post(f"{base}/join", data={"role": "other", "step": str(step)})
    assert (came.status_code, came.headers["location"]) == (303, f"{base}/step/{step}")
    if organisation:
        [group] = [each for each in room.read(groups.of, "organisation") if each.name == organisation]
        assert (
            phone.post(f"{base}/group", data={"group": group.id, "step": step})
            .headers["location"]
            .endswith(f"/step/{step}")
        )
    return phone


def write(phone: Any, room: Hall, step: int, text: str, kind: str = "example") -> Any:
    data = {"activity": str(step), "kind": kind, "first": text, "second": "Hjemme", "key": hall.key()}
    return phone.post(f"/d/{room.dialogue.code}/cards", data=data)


def test_an_organisation_writes_before_the_day_and_shares_when_it_is_ready(house: House) -> None:
    room, before = workshop(house)
    office, step = house.opened("office"), before["example"]
    phone = someone(house, room, step)
    assert write(phone, room, step, "For tidligt").status_code == 409
    assert (
        office.post(f"/office/dialogues/{room.id}/outside/{step}/open", data={"until": tomorrow()}).status_code == 303
    )
    assert f"/step/{step}" in office.get(f"/office/dialogues/{room.id}").text
    page = phone.get(f"/d/{room.dialogue.code}/step/{step}").text
    assert ("which organisation you come from" in page, "data-write" in page) == (True, False)
    phone, other = someone(house, room, step, "Kommunen"), someone(house, room, step, "Fagforeningen")
    sent = write(phone, room, step, "Cykelturen <b>")
    assert sent.headers["location"].startswith(f"/d/{room.dialogue.code}/step/{step}?sent=")
    base = f"/d/{room.dialogue.code}/step/{step}"
    assert "Your own draft" in phone.get(base).text
    assert "Cykelturen &lt;b&gt;" not in other.get(base).text
    assert (room.read(cards.shown), room.read(cards.waiting)) == ([], [])
    assert phone.post(f"{base}/share", data={"on": "true"}).status_code == 303
    assert [card.first for card in room.read(cards.shown)] == ["Cykelturen <b>"]
    write(phone, room, step, "Og en til")
    assert len(room.read(cards.shown)) == 2
    assert phone.post(f"{base}/share", data={"on": "false"}).status_code == 303
    assert (room.read(cards.shown), room.read(cards.waiting)) == ([], [])


def test_it_closes_by_itself_after_its_last_day_and_by_hand(house: House) -> None:
    room, before = workshop(house)
    step = before["question"]
    room.do(outside.open_until, step, now().date())
    phone = someone(house, room, step, "Kommunen")
    assert write(phone, room, step, "Hvem bestemmer?", "question").status_code == 303
    past = now() - timedelta(minutes=1)
    house.do(lambda tx: setattr(tx.session.get(Activity, step), "open_until", past))
    assert write(phone, room, step, "For sent", "question").status_code == 409
    assert "This is closed" in phone.get(f"/d/{room.dialogue.code}/step/{step}").text
    room.do(outside.open_until, step, now().date())
    office = house.opened("office")
    assert office.post(f"/office/dialogues/{room.id}/outside/{step}/close").status_code == 303
    assert write(phone, room, step, "For sent", "question").status_code == 409
    assert len(room.rows(Card)) == 1


def test_bad_days_strange_steps_and_strangers_get_a_sentence(house: House) -> None:
    room, before = workshop(house)
    office, step = house.opened("office"), before["example"]
    base = f"/office/dialogues/{room.id}/outside"
    day = agenda_step(room)
    for address, until, status in (
        (f"{base}/{step}/open", "", 422),
        (f"{base}/{step}/open", "2020-01-01", 422),
        (f"{base}/{step}/open", "9999-01-01", 422),
        (f"{base}/{day}/open", tomorrow(), 404),
        (f"{base}/{HUGE}/open", tomorrow(), 422),
        (f"{base}/{day}/close", "", 404),
    ):
        assert office.post(address, data={"until": until}).status_code == status, address
    assert house.browser().post(f"{base}/{step}/open", data={"until": tomorrow()}).status_code == 403
    phone = someone(house, room, step)
    assert phone.get(f"/d/{room.dialogue.code}/step/{day}").status_code == 404
    assert phone.post(f"/d/{room.dialogue.code}/step/{step}/share", data={"on": "true"}).status_code == 409
    assert re.search(r'class="now"><h1 class="ask">', phone.get(f"/d/{room.dialogue.code}/step/{step}").text) is None


def agenda_step(room: Hall) -> int:
    return room.read(agenda.steps)[0].id or 0


def test_every_template_s_steps_outside_the_day_can_be_opened(house: House) -> None:
    seen = 0
    for key in templates.all_templates():
        room = Hall(house, house.do(dialogues.make, key, "Prøve", 90))  # type: ignore[arg-type]
        for row in room.read(agenda.outside):
            room.do(outside.open_until, row.id, now().date())
            phone = someone(house, room, row.id or 0)
            assert phone.get(f"/d/{room.dialogue.code}/step/{row.id}").status_code == 200
            seen += 1
    assert seen >= 6
