"""The summary's own link, and who may read it when it is finished; nobody else, and nothing else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain import agenda, cards
from app.models import now
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("publishing")) as running:
        yield running


def written(house: House) -> tuple[Hall, Any, Any]:
    """A dialogue with two cards, one of them by the phone that is returned; and the office."""
    room = hall.writing(house, 1)  # type: ignore[arg-type]
    room.write("Et andet råd")
    phone = house.browser()
    phone.post(f"/d/{room.dialogue.code}/join", data={"role": "borger"})
    data = {"activity": room.step("Råd").id, "kind": "advice", "first": "Mit <råd>", "key": hall.key()}
    assert phone.post(f"/d/{room.dialogue.code}/cards", data=data).status_code == 303
    return room, phone, house.opened("office")


def link_of(page: str) -> str:
    found = re.search(r'id="address" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_whoever_has_the_link_reads_and_downloads_the_summary_and_nothing_else(house: House) -> None:
    room, _, office = written(house)
    base = f"/office/dialogues/{room.id}/publish"
    address = link_of(office.post(f"{base}/link", data={}).text)
    path, _, secret = address.partition("#")
    assert path.endswith(f"/summary/{room.id}")
    reader = house.browser()
    assert reader.get(f"/dialogues/{room.id}/summary").status_code == 403
    assert "Open with your link" in reader.get(f"/summary/{room.id}").text
    assert reader.post(f"/summary/{room.id}/open", data={"secret": "wrong"}).status_code == 403
    assert reader.post(f"/summary/{room.id}/open", data={"secret": secret}).headers["location"] == (
        f"/dialogues/{room.id}/summary"
    )
    page = reader.get(f"/dialogues/{room.id}/summary").text
    assert ("Mit &lt;råd&gt;" in page, "Your card." in page) == (True, False)
    for ending in ("pdf", "docx", "pptx", "xlsx", "csv", "md", "json"):
        assert reader.get(f"/dialogues/{room.id}/summary.{ending}").status_code == 200, ending
    assert reader.get(f"/dialogues/{room.id}/board.pdf").status_code == 200
    for other in (f"/desk/{room.id}/regions", base, f"/board/{room.id}/regions", "/office/new"):
        assert reader.get(other).status_code in (403, 404), other


def test_a_link_that_is_closed_expired_or_renewed_opens_nothing(house: House) -> None:
    room, _, office = written(house)
    base = f"/office/dialogues/{room.id}/publish"
    secret = link_of(office.post(f"{base}/link", data={}).text).partition("#")[2]
    reader = house.browser()
    reader.post(f"/summary/{room.id}/open", data={"secret": secret})
    today = now().date()
    for limits in (
        {"closed": "true"},
        {"expires_on": (today - timedelta(days=2)).isoformat()},
    ):
        assert office.post(f"{base}/limit", data=limits).status_code == 303
        assert reader.get(f"/dialogues/{room.id}/summary").status_code == 403
        answer = house.browser().post(f"/summary/{room.id}/open", data={"secret": secret})
        assert (answer.status_code, "closed this link" in answer.text) == (410, True)
    office.post(f"{base}/limit", data={"expires_on": (today + timedelta(days=2)).isoformat()})
    assert reader.get(f"/dialogues/{room.id}/summary").status_code == 200
    office.post(f"{base}/link", data={"renew": "true"})
    assert reader.get(f"/dialogues/{room.id}/summary").status_code == 403
    assert office.post(f"{base}/limit", data={"expires_on": "x"}).status_code == 422


def test_those_who_were_there_find_their_own_cards_once_it_is_finished(house: House) -> None:
    room, phone, office = written(house)
    base = f"/office/dialogues/{room.id}/publish"
    assert phone.get(f"/dialogues/{room.id}/summary").status_code == 403
    room.do(agenda.end)
    assert office.post(f"{base}/finished", data={"on": "true"}).status_code == 303
    assert "Read the summary" in phone.get(f"/d/{room.dialogue.code}").text
    page = phone.get(f"/dialogues/{room.id}/summary").text
    assert (page.count("Your card."), "Finished on" in page, "Changed since then" in page) == (1, True, False)
    assert office.post(f"{base}/finished", data={"on": "false"}).status_code == 303
    assert phone.get(f"/dialogues/{room.id}/summary").status_code == 403
    assert house.browser().get(f"/dialogues/{room.id}/summary").status_code == 403


def test_a_change_after_it_was_finished_is_told(house: House) -> None:
    room, _, office = written(house)
    base = f"/office/dialogues/{room.id}/publish"
    office.post(f"{base}/finished", data={"on": "true"})
    first = room.read(cards.shown)[0].id
    room.do(cards.hide, [first], "Hård tone")
    assert "Changed since then." in office.get(base).text
    assert "Changed since then." in office.get(f"/dialogues/{room.id}/summary.md?language=en").text


def test_what_the_organiser_saw_stands_first_in_every_file(house: House) -> None:
    room, _, office = written(house)
    base = f"/office/dialogues/{room.id}/publish"
    text = "Vi så <b>noget</b>\n\nOg det går videre."
    assert office.post(f"{base}/looking-back", data={"looking_back": text}).status_code == 303
    page = office.get(f"/dialogues/{room.id}/summary?language=en").text
    assert page.index("Vi så &lt;b&gt;noget") < page.index("Mit &lt;råd&gt;")
    assert "Og det går videre" in office.get(f"/dialogues/{room.id}/summary.md").text
    assert office.get(f"/dialogues/{room.id}/summary.json").json()["looking_back"] == text
    long = office.post(f"{base}/looking-back", data={"looking_back": "æ" * 2_500})
    assert (long.status_code, "æ" * 2_500 in long.text) == (422, True)
    assert house.browser().post(f"{base}/looking-back", data={"looking_back": "x"}).status_code == 403
    assert office.get("/office/dialogues/999999/publish").status_code == 404
    assert office.get(f"/summary/{HUGE}").status_code == 422
