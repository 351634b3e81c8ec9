"""Somebody who has never seen the product: taps from the scan to the first card, steps from the link to a dialogue.

The page itself counts, so that nothing is left out: every press of a finger or mouse, and every field typed in.
"""

import re
from datetime import date, timedelta

import pytest

from tests.conftest import serving
from tests.web.test_phone import go

COUNT = """
  const count = (what) => sessionStorage.setItem(what, 1 + Number(sessionStorage.getItem(what) || 0));
  const typed = new Set();
  addEventListener("pointerdown", ({ isTrusted }) => isTrusted && count("taps"), true);
  addEventListener("input", ({ isTrusted, target }) => {
    const field = target.matches("textarea, input:not([type=radio], [type=checkbox])");
    if (!isTrusted || !field || typed.has(target)) return;
    typed.add(target);
    count("texts");
  }, true);
"""


def counted(page) -> tuple[int, int]:
    """Taps and texts so far, over every page of the visit."""
    return tuple(page.evaluate("['taps', 'texts'].map(what => Number(sessionStorage.getItem(what) || 0))"))


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("first") / "data") as running:
        yield running


def test_the_first_card_is_sent_with_four_taps_and_one_text(live, chromium):
    desk = live.opened("desk")
    desk.post("/desk/1/begin").raise_for_status()
    go(desk, "Eksempler")
    context = chromium.new_context(
        locale="da-DK", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.add_init_script(COUNT)
    page.goto(live.join)  # what the camera opens
    page.get_by_text("Borger", exact=True).tap()
    page.get_by_role("button", name="Kom med").tap()
    box = page.locator("textarea[name=first]")
    box.tap()
    page.keyboard.type("Naboerne satte borde på vejen")
    page.get_by_role("button", name="Send kortet").tap()
    page.wait_for_selector("#mine article")
    assert page.locator("#mine .state").first.inner_text().startswith("Modtaget")
    taps, texts = counted(page)
    assert (taps <= 4, texts) == (True, 1), (taps, texts)
    assert "Naboerne satte borde" in desk.get("/desk/1?theme=all", headers={"accept": "text/html"}).text
    context.close()


def test_a_t5_runs_eight_steps_after_the_one_time_link(live, chromium):
    context = chromium.new_context(locale="da-DK", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(COUNT)
    page.goto(live.office)
    page.wait_for_selector("#new")
    page.locator("button[name=template][value=T5]").click()
    page.wait_for_url(re.compile(r"/office/dialogues/\d+"))
    number = re.search(r"/dialogues/(\d+)", page.url)[1]
    words = {
        "mandate_open": "Hvordan vi deler vagterne",
        "mandate_fixed": "Antallet af ansatte",
        "mandate_decides": "Lederen, på fredag",
        "mandate_hear_back": (date.today() + timedelta(days=7)).isoformat(),
    }
    for name, text in words.items():
        press_tab_to(page, f"#{name}")
        page.keyboard.type(text)
    for field, text in (("opgave", "vagtplanen i sommer"), ("dato", "1. maj")):
        label = page.locator("label[for^=field-]", has_text=field)
        press_tab_to(page, f"#{label.get_attribute('for')}")
        page.keyboard.type(text)
    page.get_by_role("button", name="Gem og begynd nu").click()
    page.wait_for_url(re.compile(rf"/desk/{number}$"))
    page.wait_for_selector("#run li.now")
    assert "Opgaven" in page.locator("#run li.now").inner_text()
    taps, texts = counted(page)
    assert taps + texts <= 8, (taps, texts)
    mandate = live.opened("office").get(f"/office/dialogues/{number}", headers={"accept": "text/html"}).text
    assert "Alt slettes den dag, der står på jeres telefon." in mandate
    context.close()


def press_tab_to(page, field: str) -> None:
    """Go to a field with the Tab key, as one who fills in a form does; a field counts as one step."""
    for _ in range(60):
        if page.evaluate("(field) => document.activeElement?.matches(field)", field):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {field}")


def test_begin_now_says_what_is_missing_and_keeps_what_was_typed(live, chromium):
    page = chromium.new_page(locale="da-DK")
    page.goto(live.office)
    page.wait_for_selector("#new")
    page.locator("button[name=template][value=T4]").click()
    page.locator("#mandate_open").fill("Tonen på møderne")
    page.get_by_role("button", name="Gem og begynd nu").click()
    page.wait_for_selector("#notice[role=alert]")
    assert "hvem der bestemmer" in page.locator("#notice").inner_text()
    assert page.locator("#mandate_open").input_value() == "Tonen på møderne"
    page.close()
