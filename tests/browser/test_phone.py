"""The phone in a real browser: it follows, keeps what is being written, and tells the truth about its connection."""

import pytest

from tests.browser.test_board import MEASURE
from tests.conftest import serving
from tests.web.test_phone import go

HOSTILE = ["x" * 280, "Speciallægepraksisplanlægningsstabilisering" * 6, "مرحبا بالعالم " * 15, "<b>fed</b> & »citat«"]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("phone") / "data") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        live.facilitator = desk
        yield live


def joined(chromium, live, size=(390, 844), context=None):
    context = context or chromium.new_context(locale="da-DK", viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.trouble = []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.goto(live.join)
    page.locator("input[name=role]").nth(3).check(force=True)
    page.locator("button.go").click()
    page.wait_for_selector("#now")
    return page


def test_a_phone_follows_the_facilitator(room, chromium):
    page = joined(chromium, room)
    for title, words in (("Oplæg", "Spørg undervejs."), ("Frokost", "Frokost"), ("Råd", "Giv ét råd")):
        go(room.facilitator, title)
        page.wait_for_selector(f"#now h1:has-text('{words}')", timeout=20_000)
    assert page.trouble == []
    page.context.close()


def test_a_text_that_is_being_written_is_kept_when_the_room_moves_on(room, chromium):
    go(room.facilitator, "Råd")
    page = joined(chromium, room)
    page.fill("textarea[name=first]", "Spørg først")
    go(room.facilitator, "Panel")
    page.wait_for_selector("#moved", state="visible", timeout=20_000)
    assert page.locator("textarea[name=first]").input_value() == "Spørg først"
    page.locator("[data-send-now]").click()
    page.wait_for_selector("#mine article:has-text('Spørg først')", timeout=20_000)
    page.context.close()


def test_after_sending_the_box_is_empty_and_has_the_focus(room, chromium):
    go(room.facilitator, "Råd")
    page = joined(chromium, room)
    page.fill("textarea[name=first]", "Vent med løsningen")
    page.locator("button.go").click()
    page.wait_for_selector("#mine article:has-text('Vent med løsningen')", timeout=20_000)
    assert page.locator("textarea[name=first]").input_value() == ""
    assert page.evaluate("document.activeElement.name") == "first"
    page.context.close()


def test_the_counter_shows_from_240_characters(room, chromium):
    go(room.facilitator, "Råd")
    page = joined(chromium, room)
    page.fill("textarea[name=first]", "a" * 239)
    assert page.locator(".counter").is_hidden()
    page.fill("textarea[name=first]", "😡" * 250)
    assert page.locator(".counter").inner_text() == "30 tegn tilbage"
    page.fill("textarea[name=first]", "a" * 290)
    assert page.locator(".counter").inner_text() == "10 tegn for meget"
    page.context.close()


def test_hostile_cards_neither_overflow_nor_run(room, chromium):
    go(room.facilitator, "Råd")
    page = joined(chromium, room, (320, 568))
    page.on("dialog", lambda dialog: page.trouble.append(dialog.message))
    for text in HOSTILE:
        page.fill("textarea[name=first]", text[:280])
        page.locator("button.go").click()
        page.wait_for_timeout(400)
    assert page.locator("#mine article").count() == len(HOSTILE)
    for width in (320, 390, 1024):
        page.set_viewport_size({"width": width, "height": 568})
        assert page.evaluate(f"() => ({MEASURE}).outside('main *', false)") == []
    assert page.trouble == []
    page.context.close()


@pytest.mark.slow
def test_the_phone_says_when_the_line_is_gone_and_takes_it_back(tmp_path, chromium):
    with serving(tmp_path / "data") as live:
        live.opened("desk").post("/desk/1/begin").raise_for_status()
        page = joined(chromium, live)
        live.kill()
        page.wait_for_selector("#offline", state="visible", timeout=20_000)
        with serving(tmp_path / "data", live.port):
            page.wait_for_selector("#offline", state="hidden", timeout=25_000)
        page.context.close()
