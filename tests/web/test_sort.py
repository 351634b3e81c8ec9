"""A sorting over real HTTP: a card, a tap, the next card; without scripts, in both languages, and over the socket."""

import json
import re

import pytest

from tests.conftest import serving
from tests.web.test_phone import form_of, go
from tests.web.test_stream import listen, path_of

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def sorting(tmp_path_factory):
    """The demo with a dozen cards by three people, on its sorting."""
    with serving(tmp_path_factory.mktemp("sort") / "data", TOVHOLDER_TEXTS_PER_MINUTE="1000") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Råd")
        for writer in [live.phone() for _ in range(3)]:
            for number in range(4):
                advice = {"first": f"Giv tid nummer {number}", "key": f"sort-{id(writer)}-{number}"}
                writer.post(live.join + "/cards", data=form_of(writer, live) | advice).raise_for_status()
        for name in ("Tid", "Ledelse"):
            desk.post("/desk/1/themes", data={"label": name}).raise_for_status()
        office = live.opened("office")
        step = {"kind": "sort", "title_da": "Sortér nu", "title_en": "Sort now", "minutes": "5", "cards": "3"}
        assert office.post("/office/dialogues/1/steps", data=step).status_code == 303
        go(desk, "Sortér nu")
        live.facilitator = desk
        yield live


def dealt(phone, live) -> tuple[str, dict[str, str], list[str]]:
    """The address of the form, its hidden fields, and the themes it offers."""
    page = phone.get(live.join + "/now", headers=PAGE).text
    address = re.search(r'action="([^"]*/sort/\d+)"', page)[1]
    return (
        address,
        dict(re.findall(r'name="(card|key)" value="([^"]+)"', page)),
        re.findall(r'name="choice" value="([^"]+)"', page),
    )


def test_a_tap_brings_the_next_card_and_the_count_goes_up(sorting):
    phone = sorting.phone()
    address, hidden, offered = dealt(phone, sorting)
    assert "nowhere" in offered
    assert len(offered) >= 3
    page = phone.get(sorting.join + "/now", headers=PAGE | {"accept-language": "da"}).text
    assert "Kort 1 af 3" in page
    sent = phone.post(sorting.url + address, data=hidden | {"choice": offered[0]})
    assert (sent.status_code, sent.json()) == (200, {"placed": int(hidden["card"])})
    again = phone.post(sorting.url + address, data=hidden | {"choice": offered[0]})
    assert again.json() == sent.json()
    _, following, _ = dealt(phone, sorting)
    assert following["card"] != hidden["card"]
    page = phone.get(sorting.join + "/now", headers=PAGE | {"accept-language": "en"}).text
    assert "Card 2 of 3" in page


def test_without_scripts_a_post_leads_back_to_the_next_card(sorting):
    phone = sorting.phone()
    address, hidden, _ = dealt(phone, sorting)
    sent = phone.post(sorting.url + address, data=hidden | {"choice": "nowhere"}, headers=PAGE, follow_redirects=True)
    assert sent.status_code == 200
    assert f'name="card" value="{hidden["card"]}"' not in sent.text


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({}, 422, "Empty"),
        ({"choice": "x"}, 422, "Unreadable"),
        ({"choice": "theme-99999"}, 409, "ThemeGone"),
        ({"heading": "x" * 61}, 422, "TooLong"),
        ({"card": "999999", "choice": "nowhere"}, 404, "NotAnOption"),
        ({"card": "", "choice": "nowhere"}, 422, "Unreadable"),
    ],
)
def test_bad_taps_get_a_sentence_and_change_nothing(sorting, fields, status, error):
    phone = sorting.phone()
    address, hidden, _ = dealt(phone, sorting)
    told = phone.post(sorting.url + address, data=hidden | fields)
    assert (told.status_code, told.json()["error"]) == (status, error)
    assert dealt(phone, sorting)[1]["card"] == hidden["card"]


def test_a_tap_goes_over_the_socket_too(sorting):
    phone = sorting.phone()
    address, hidden, offered = dealt(phone, sorting)
    with listen(sorting, path_of(sorting), phone) as socket:
        socket.send(json.dumps({"to": address.split("/", 3)[3], **hidden, "choice": offered[0]}))
        while not (told := socket.recv(timeout=5)).startswith("{"):
            pass
    assert json.loads(told) == {"key": hidden["key"], "status": 200, "placed": int(hidden["card"])}


def test_the_desk_shows_what_people_disagree_on_and_the_board_how_far_they_are(sorting):
    first, second = sorting.phone(), sorting.phone()
    address, hidden, offered = dealt(first, sorting)
    themes = [theme for theme in offered if theme.startswith("theme-")]
    for phone, theme in ((first, themes[0]), (second, themes[1])):
        tap = {"key": f"split-{theme}-{id(phone)}", "card": hidden["card"], "choice": theme}
        phone.post(sorting.url + address, data=tap).raise_for_status()
    page = sorting.facilitator.get("/desk/1?theme=split", headers=PAGE | {"accept-language": "en"}).text
    assert "People disagree" in page
    assert f'data-card="{hidden["card"]}"' in page
    board = sorting.opened("board").get(sorting.board.split("#")[0], headers=PAGE).text
    assert re.search(r"af \d+ kort har tre tryk", board)
