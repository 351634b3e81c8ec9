"""The wall in a real browser: always the way in, nothing overlapping, live without a reload, readable from afar."""

import re
from pathlib import Path

import pytest

from tests.conftest import BLOCKED, serving
from tests.web.test_phone import form_of, go, steps

SIZES = ((320, 568), (390, 844), (1024, 768), (1280, 800), (1920, 1080), (3840, 2160))
LIST = 704  # pixels; below it the wall is a list that scrolls
HOSTILE = [
    "x" * 280,
    "W" * 140,
    "Speciallægepraksisplanlægningsstabiliseringsperiode " * 5,
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "مرحبا بالعالم " * 10,
    "😡" * 100,
    "漢字" * 90,
    "{{ 7*7 }} ${7*7} =HYPERLINK(1)",
]
CARDS = [
    f"{text} {n}"
    for n in range(3)
    for text in ("Tid til frivillige og kaffe", "Møde om aftenen med mad", "Regler på én side")
]

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8").strip()
SOLID = ".isle, .card, .option, .row, .loop, .knot, .adrift, .keys, .ask, .who, .say"
INSIDE = f"{SOLID}, .sums p, .rope, .title, .lead, .code, .site"
WORDS = ".ask, .isle h2, .isle blockquote, .card, .option, .opt, .title, .lead, .promises, .bars, .pages"


def misplaced(page, width: int) -> list[object]:
    """What stands outside the wall, over something else, or hides a part of itself."""
    wall = width > LIST
    wrong = page.evaluate(f"([names, wall]) => ({MEASURE}).outside(names, wall)", [INSIDE, wall])
    wrong += page.evaluate(f"(names) => ({MEASURE}).overlapping(names)", SOLID)
    return wrong + (page.evaluate(f"(names) => ({MEASURE}).hidden(names)", WORDS) if wall else [])


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("board") / "data") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        live.facilitator = desk
        yield live


def wall(chromium, live, size=(1920, 1080), context=None, **settings):
    viewport = {"width": size[0], "height": size[1]}
    context = context or chromium.new_context(locale="da-DK", viewport=viewport, **settings)
    page = context.new_page()
    page.trouble, page.asked = [], []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("console", lambda said: page.trouble.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: page.trouble.append(dialog.message))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(live.board)
    page.wait_for_selector(".loop svg")
    return page


def write(live, texts: list[str]) -> None:
    for begin in range(0, len(texts), 5):
        phone = live.phone()
        for text in texts[begin : begin + 5]:
            answer = phone.post(live.join + "/cards", data=form_of(phone, live) | {"first": text[:280]})
            answer.raise_for_status()


def advice(live) -> None:
    """The step with the cards; where it is on already, the desk shows no way to it."""
    if "Råd" in steps(live.facilitator):
        go(live.facilitator, "Råd")


def scene_is(page, name: str) -> None:
    page.wait_for_selector(f"body[data-scene={name}]", timeout=8000)


def newest_is(page, number: int) -> None:
    page.wait_for_function("number => Number(document.getElementById('pulse').dataset.newest) >= number", arg=number)


def test_every_scene_fits_every_size_with_the_way_in(room, chromium):
    page = wall(chromium, room)
    wrong = []

    def look(name: str) -> None:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for key in ("", "+", "+") if width > LIST else ("",):
                if key:
                    page.keyboard.press(key)
                page.wait_for_timeout(100)
                found = misplaced(page, width)
                if found:
                    wrong.append((name, width, page.locator("html").get_attribute("data-size"), found[:4]))
                assert page.locator(".loop svg").is_visible()
                assert re.fullmatch(r"\w{4} \w{4}", page.locator(".loop .code").inner_text())
            page.keyboard.press("-")
            page.keyboard.press("-")

    scene_is(page, "lobby")
    look("lobby")
    for title, name in (("Velkommen", "mandate"), ("Frokost", "step"), ("Råd", "hush")):
        go(room.facilitator, title)
        scene_is(page, name)
        look(name)
    write(room, CARDS + HOSTILE)
    newest_is(page, len(CARDS + HOSTILE))
    for view, name in (("cards", "cards"), ("auto", "themes"), ("calm", "calm")):
        room.facilitator.post("/desk/1/board", data={"view": view}).raise_for_status()
        scene_is(page, name)
        look(name)
    vote = go(room.facilitator, "Tre prikker")
    scene_is(page, "vote")
    look("vote")
    room.facilitator.post(f"/desk/1/votes/{vote}/close").raise_for_status()
    scene_is(page, "result")
    look("result")
    assert wrong == [], "\n".join(map(str, wrong))
    assert page.trouble == []
    assert [address for address in page.asked if not address.startswith(room.url)] == []
    page.context.close()


def test_a_card_comes_to_the_wall_without_a_reload_and_a_reload_shows_the_same(room, chromium):
    go(room.facilitator, "Eksempler")
    page = wall(chromium, room)
    scene_is(page, "hush")
    page.evaluate("window.same = true")
    write(room, ["Naboerne satte borde på vejen"])
    room.facilitator.post("/desk/1/board", data={"view": "cards"}).raise_for_status()
    page.wait_for_selector(".card:has-text('Naboerne satte borde på vejen')", timeout=5000)
    before = page.locator("#scene").inner_text()
    write(room, ["Klubben åbnede døren"])
    page.wait_for_selector(".card.new:has-text('Klubben åbnede døren')", timeout=5000)
    assert page.locator(".card.new").count() == 1  # the one that stood there already is left alone
    assert page.evaluate("window.same")
    after = page.locator("#scene").inner_text()
    assert after != before
    page.reload()
    scene_is(page, "cards")
    assert page.locator("#scene").inner_text() == after
    assert page.locator(".card.new").count() == 0
    page.context.close()


def test_hostile_text_is_text(room, chromium):
    advice(room)
    page = wall(chromium, room)
    scene_is(page, "themes")
    assert page.locator("#scene script, #scene img").count() == 0
    assert page.trouble == []
    page.context.close()


def test_nothing_on_the_wall_is_smaller_than_24_pixels_at_1080(room, chromium):
    page = wall(chromium, room)
    small = []
    scenes = (("Ankomst", "lobby"), ("Velkommen", "mandate"), ("Frokost", "step"), ("Råd", "themes"))
    for title, name in (*scenes, ("Tre prikker", "vote")):
        go(room.facilitator, title)
        scene_is(page, name)
        page.wait_for_timeout(100)
        least, who = page.evaluate(f"() => ({MEASURE}).smallest()")
        if least < 24:
            small.append((title, least, who))
    assert small == []
    page.context.close()


def test_keys_change_contrast_size_and_text_and_can_be_turned_off(room, chromium):
    advice(room)
    page = wall(chromium, room)
    scene_is(page, "themes")
    html = page.locator("html")
    seen = []
    for _ in range(3):
        page.keyboard.press("k")
        seen.append(html.get_attribute("data-theme"))
    assert seen == ["contrast", "dark", "light"]
    page.keyboard.press("+")
    assert html.get_attribute("data-size") == "plus"
    page.reload()
    assert html.get_attribute("data-size") == "plus"  # the wall remembers how it was set
    page.keyboard.press("-")
    assert html.get_attribute("data-size") is None
    page.keyboard.press("t")
    assert page.locator(".isle .all li").first.is_visible()
    page.keyboard.press("t")
    assert page.locator(".isle .all li").first.is_hidden()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.locator("#keys-on").uncheck()
    page.locator("#keys .shut").click()
    page.keyboard.press("t")
    assert page.locator(".isle .all li").first.is_hidden()
    page.context.close()


def test_pages_turn_by_arrow_and_stand_still_when_held(room, chromium):
    advice(room)
    room.facilitator.post("/desk/1/board", data={"view": "cards"}).raise_for_status()
    page = wall(chromium, room)
    scene_is(page, "cards")
    first = page.locator("#scene").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#pages").inner_text().strip().startswith("side 2 af")
    assert page.locator("#scene").inner_text() != first
    page.keyboard.press("ArrowLeft")
    assert page.locator("#scene").inner_text() == first
    page.keyboard.press(" ")
    assert page.locator("#pages svg[aria-label=holdt]").is_visible()
    page.context.close()


def test_a_change_of_step_is_read_aloud_once(room, chromium):
    go(room.facilitator, "Frokost")
    page = wall(chromium, room)
    scene_is(page, "step")
    assert page.locator("#said").inner_text() == ""
    go(room.facilitator, "Panel")
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('Panel')")
    page.context.close()


def test_charts_have_a_table_that_says_the_same(room, chromium):
    vote = go(room.facilitator, "Tre prikker")
    room.facilitator.post(f"/desk/1/votes/{vote}/close").raise_for_status()
    page = wall(chromium, room)
    scene_is(page, "result")
    table = page.get_by_role("table")
    assert table.count() == 1
    drawn = page.evaluate("[...document.querySelectorAll('.row .opt')].map(one => one.textContent)")
    assert table.locator("tbody th").count() == len(drawn)
    assert page.locator(".bars").get_attribute("aria-hidden") == "true"
    page.context.close()


def test_nothing_slides_where_motion_is_not_wanted(room, chromium):
    advice(room)
    room.facilitator.post("/desk/1/board", data={"view": "auto"}).raise_for_status()
    page = wall(chromium, room, reduced_motion="reduce")
    scene_is(page, "themes")
    newest = int(page.locator("#pulse").get_attribute("data-newest"))
    write(room, ["Tid til frivillige og kaffe igen"])
    newest_is(page, newest + 1)
    moving = "() => document.getAnimations().filter(one => one.effect.getComputedTiming().duration > 1).length"
    assert page.evaluate(moving) == 0
    page.context.close()


def test_where_sockets_are_blocked_the_wall_asks_by_itself(room, chromium):
    advice(room)
    context = chromium.new_context(locale="da-DK", viewport={"width": 1920, "height": 1080})
    context.add_init_script(BLOCKED)
    page = wall(chromium, room, context=context)
    newest = int(page.locator("#pulse").get_attribute("data-newest"))
    write(room, ["Et kort uden sokkel"])
    newest_is(page, newest + 1)
    page.wait_for_timeout(6000)  # longer than it takes to say that the connection is lost
    assert page.locator("#lost").is_hidden()
    assert page.trouble == []
    context.close()


@pytest.mark.slow
def test_the_wall_says_when_the_connection_is_lost_and_nothing_when_it_is_back(tmp_path, chromium):
    with serving(tmp_path / "data") as live:
        page = wall(chromium, live)
        scene_is(page, "lobby")
        picture = page.locator("#scene").inner_text()
        live.kill()
        page.wait_for_selector("body.slack", timeout=12_000)
        assert page.locator("#lost").is_visible()
        assert page.locator("#scene").inner_text() == picture
        with serving(tmp_path / "data", live.port):
            page.wait_for_selector("#lost", state="hidden", timeout=15_000)
            assert page.locator("body.slack").count() == 0
        page.context.close()
