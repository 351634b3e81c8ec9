"""The facilitator's worst ten minutes: sixty cards, doubles and headings, by keyboard alone, in a real browser."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT, serving
from tests.web.test_phone import form_of, go

MINUTES, KEYS_A_SECOND = 10, 1.5  # a calm hand that reads as it goes


@pytest.fixture(scope="module")
def lunch(tmp_path_factory):
    """The demo with the sixty cards of the workshop, two of them written twice, in themes of the machine."""
    with serving(tmp_path_factory.mktemp("lunch") / "data", TOVHOLDER_TEXTS_PER_MINUTE="1000") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Råd")
        with (ROOT / "app/data/scenario_track1.csv").open(encoding="utf-8") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        writers = [live.phone() for _ in range(6)]
        for number, text in enumerate([*texts[:58], texts[3], texts[7]]):
            writer = writers[number % 6]
            card = form_of(writer, live) | {"first": text, "key": f"lunch-key-{number}"}
            writer.post(live.join + "/cards", data=card).raise_for_status()
        yield live


class Hands:
    """A keyboard that counts."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def write(self, text):
        self.page.keyboard.type(text)
        self.count += len(text)


@pytest.mark.slow
def test_sixty_cards_with_doubles_and_headings_are_done_by_keys_in_ten_minutes(lunch, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="da-DK")
    page = context.new_page()
    address, _, secret = lunch.desk.partition("#")
    page.goto(address)
    page.fill("input[name=secret]", secret)
    page.click("button.go")
    page.wait_for_selector("#themes a[data-drop]", timeout=60_000)
    page.wait_for_selector("#pile-same", timeout=60_000)
    page.wait_for_timeout(1500)  # the last cards find their place
    hands = Hands(page)

    hands.press("s")
    expect(page.locator("#open-name")).to_have_text("Siger de det samme?")
    while pairs := page.locator(".pairs > li").count():
        alike = page.locator(".pairs > li").first.locator("bdi").all_inner_texts()
        hands.press("1" if alike[0] == alike[-1] else "0")
        expect(page.locator(".pairs > li")).to_have_count(pairs - 1, timeout=15_000)

    page.locator("#themes a[data-drop]").first.focus()
    named = [pile for pile in re.findall(r'id="pile-(\d+)"', page.content()) if pile != "0"]
    for number, pile in enumerate(named, start=1):
        page.locator(f"#pile-{pile}").focus()
        hands.press("Enter")
        expect(page.locator(f"#pile-{pile}")).to_have_attribute("aria-current", "true")
        hands.press("F2")
        hands.write(f"Overskrift nummer {number}")
        hands.press("Enter")
        expect(page.locator("#open-name")).to_have_text(f"Overskrift nummer {number}", timeout=15_000)

    page.locator("#pile-0").focus()
    hands.press("Enter")
    expect(page.locator("#pile-0")).to_have_attribute("aria-current", "true")
    for left in range(page.locator("#cards > li").count(), 0, -1):
        hands.press("ArrowRight", "Space", "f")
        hands.write(f"nummer {left % len(named) + 1}")
        hands.press("Enter")
        expect(page.locator("#cards > li")).to_have_count(left - 1, timeout=15_000)

    assert page.locator("#pile-0 .num").inner_text() == "0"
    assert sum(int(each) for each in page.locator("#themes a[data-drop] .num").all_inner_texts()) == 60
    desk = lunch.opened("desk")
    pages = [desk.get(f"/desk/1?theme={pile}", headers={"accept-language": "da"}).text for pile in named]
    assert sum(len(re.findall('class="mark">samme som', text)) for text in pages) == 2  # the two written twice
    print(f"\n{hands.count} keys, {hands.count / KEYS_A_SECOND / 60:.1f} minutes at {KEYS_A_SECOND} keys a second")
    assert hands.count < MINUTES * 60 * KEYS_A_SECOND
    context.close()
