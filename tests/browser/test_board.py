"""The wall in a real browser: always the way in, nothing overlapping, live without a reload, readable from afar."""

import re
from pathlib import Path

import pytest

from tests.conftest import serving
from tests.web.test_phone import form_of, go

SIZES = ((320, 568), (390, 844), (1024, 768), (1280, 800), (1920, 1080), (3840, 2160))
HOSTILE = [
    "x" * 280,
    "Speciallægepraksisplanlægningsstabiliseringsperiode " * 5,
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "مرحبا بالعالم " * 10,
    "😡" * 100,
    "{{ 7*7 }} ${7*7} =HYPERLINK(1)",
]
CARDS = [
    f"{text} {n}"
    for n in range(3)
    for text in ("Tid til frivillige og kaffe", "Møde om aftenen med mad", "Regler på én side")
]

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8").strip()
INSIDE = ".isle, .card, .loop, .head h1, .sums p, .rope, .tally tbody tr, .charter div, .welcome h2"
SOLID = ".isle, .card, .loop, .charter div"


def misplaced(page, width: int) -> list[object]:
    """What stands outside the wall or over something else."""
    outside = page.evaluate(f"([names, wall]) => ({MEASURE}).outside(names, wall)", [INSIDE, width > 704])
    return outside + page.evaluate(f"(names) => ({MEASURE}).overlapping(names)", SOLID)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("board") / "data") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        live.facilitator = desk
        yield live


def wall(chromium, live, size=(1920, 1080)):
    context = chromium.new_context(locale="da-DK", viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.trouble = []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("console", lambda said: page.trouble.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: page.trouble.append(dialog.message))
    page.goto(live.board)
    page.wait_for_selector(".loop svg")
    return page


def write(live, texts: list[str]) -> None:
    for begin in range(0, len(texts), 5):
        phone = live.phone()
        for text in texts[begin : begin + 5]:
            answer = phone.post(live.join + "/cards", data=form_of(phone, live) | {"first": text[:280]})
            answer.raise_for_status()


def scene_is(page, name: str) -> None:
    page.wait_for_selector(f"#pulse[data-scene={name}]", state="attached", timeout=20_000)


def test_every_scene_fits_every_size(room, chromium):
    page = wall(chromium, room)
    wrong = []
    scenes = {"Ankomst": "lobby", "Velkommen": "mandate", "Frokost": "step", "Råd": "hush"}

    def look(name: str) -> None:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(120)
            found = misplaced(page, width)
            if found:
                wrong.append((name, width, found[:4]))
            assert page.locator(".loop svg").is_visible()
            assert re.fullmatch(r"\w{4} \w{4}", page.locator(".loop .code").inner_text())

    for title, name in scenes.items():
        if title != "Ankomst":
            go(room.facilitator, title)
        scene_is(page, name)
        look(name)
    write(room, CARDS + HOSTILE)
    room.facilitator.post("/desk/1/board", data={"view": "cards"}).raise_for_status()
    scene_is(page, "cards")
    look("cards")
    room.facilitator.post("/desk/1/board", data={"view": "auto"}).raise_for_status()
    scene_is(page, "themes")
    look("themes")
    vote = go(room.facilitator, "Tre prikker")
    scene_is(page, "vote")
    look("vote")
    room.facilitator.post(f"/desk/1/votes/{vote}/close").raise_for_status()
    scene_is(page, "result")
    look("result")
    assert wrong == []
    assert page.trouble == []
    page.context.close()


def test_a_card_comes_to_the_wall_without_a_reload_and_a_reload_shows_the_same(room, chromium):
    go(room.facilitator, "Eksempler")
    page = wall(chromium, room)
    scene_is(page, "hush")
    write(room, ["Naboerne satte borde på vejen"])
    room.facilitator.post("/desk/1/board", data={"view": "cards"}).raise_for_status()
    page.wait_for_selector(".card:has-text('Naboerne satte borde på vejen')", timeout=20_000)
    before = page.locator("#scene").inner_text()
    page.reload()
    scene_is(page, "cards")
    assert page.locator("#scene").inner_text() == before
    page.context.close()


def test_hostile_text_is_text(room, chromium):
    go(room.facilitator, "Råd")
    page = wall(chromium, room)
    page.wait_for_timeout(500)
    assert page.locator("#scene script, #scene img").count() == 0
    assert page.trouble == []
    page.context.close()


def test_nothing_on_the_wall_is_smaller_than_24_pixels_at_1080(room, chromium):
    page = wall(chromium, room)
    small = []
    for title in ("Ankomst", "Velkommen", "Frokost", "Råd", "Tre prikker"):
        go(room.facilitator, title)
        page.wait_for_timeout(600)
        least, who = page.evaluate(f"() => ({MEASURE}).smallest()")
        if least < 24:
            small.append((title, least, who))
    assert small == []
    page.context.close()


def test_keys_change_contrast_size_and_list(room, chromium):
    go(room.facilitator, "Råd")
    page = wall(chromium, room)
    scene_is(page, "themes")
    page.keyboard.press("k")
    assert page.locator("html").get_attribute("data-theme") == "contrast"
    page.keyboard.press("+")
    assert page.locator("html").get_attribute("data-size") == "plus"
    page.keyboard.press("t")
    assert page.locator(".twin").is_visible()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.context.close()


def test_the_wall_says_when_the_connection_is_lost_and_comes_back_by_itself(tmp_path, chromium):
    with serving(tmp_path / "data") as live:
        page = wall(chromium, live)
        scene_is(page, "lobby")
        live.kill()
        page.wait_for_selector("#lost", state="visible", timeout=20_000)
        with serving(tmp_path / "data", live.port):
            page.wait_for_selector("#lost", state="hidden", timeout=25_000)
        page.context.close()
