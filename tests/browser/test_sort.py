"""A sorting on a phone in a real browser: small, by keyboard, and without a connection."""

import re

from playwright.sync_api import expect
from sqlmodel import Session, create_engine, select

from app.models import Tap
from tests.browser.test_phone import joined
from tests.web.test_sort import sorting  # noqa: F401 - the fixture

SHOWN = "section[data-deal]:not([hidden])"
CARD = f"{SHOWN} input[name=card]"


def taps(live, cards: list[str]) -> dict[int, int]:
    """How many taps each of these cards has got in all."""
    engine = create_engine(f"sqlite:///{live.data}/tovholder.sqlite3")
    with Session(engine) as session:
        rows = session.exec(select(Tap.card_id).where(Tap.card_id.in_([int(card) for card in cards]))).all()  # type: ignore[attr-defined]
    engine.dispose()
    return {int(card): rows.count(int(card)) for card in cards}


def test_nothing_is_wider_than_a_small_phone(sorting, chromium):  # noqa: F811
    page = joined(chromium, sorting, size=(320, 568))
    for fold in page.locator(f"{SHOWN} .folds details").all():
        fold.evaluate("one => (one.open = true)")
    box = page.locator(f"{SHOWN} input[name=heading]")
    box.fill("En ny overskrift")
    assert box.evaluate("one => one.getBoundingClientRect().width") > 200
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.context.close()


def test_a_card_placed_by_keyboard_brings_the_next_one_to_where_the_hand_is(sorting, chromium):  # noqa: F811
    page = joined(chromium, sorting)
    seen = []
    for _ in range(4):  # one more than a hand, so that fresh cards are dealt in between
        card = page.locator(CARD)
        seen.append(card.input_value())
        page.locator(f"{SHOWN} input[name=choice]").first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(card).not_to_have_value(seen[-1], timeout=20_000)
        page.wait_for_function("document.activeElement.matches('[data-deal] article')", timeout=20_000)
    assert len(set(seen)) == 4
    assert page.trouble == []
    page.context.close()


def test_a_hand_placed_without_a_connection_arrives_once_and_then_new_cards_come(sorting, chromium):  # noqa: F811
    page = joined(chromium, sorting)
    before = None
    page.context.set_offline(True)
    placed = []
    for at in range(3):
        card = page.locator(CARD)
        placed.append(card.input_value())
        if before is None:
            before = taps(sorting, [value.get_attribute("value") for value in page.locator("input[name=card]").all()])
        page.locator(f"{SHOWN} input[value=nowhere]").check(force=True)
        page.locator(f"{SHOWN} button.go").click()
        if at < 2:
            expect(card).not_to_have_value(placed[-1])
    page.context.set_offline(False)
    expect(page.locator(CARD)).not_to_have_value(re.compile("|".join(f"^{card}$" for card in placed)), timeout=30_000)
    after = taps(sorting, placed)
    assert after == {card: before[card] + 1 for card in after}
    assert page.trouble == []
    page.context.close()
