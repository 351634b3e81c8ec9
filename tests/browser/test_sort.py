"""A sorting on a small phone in a real browser."""

from tests.browser.test_phone import joined
from tests.web.test_sort import sorting  # noqa: F401 - the fixture

SHOWN = "section[data-deal]:not([hidden])"


def test_nothing_is_wider_than_a_small_phone(sorting, chromium):  # noqa: F811
    page = joined(chromium, sorting, size=(320, 568))
    for fold in page.locator(f"{SHOWN} .folds details").all():
        fold.evaluate("one => (one.open = true)")
    box = page.locator(f"{SHOWN} input[name=heading]")
    box.fill("En ny overskrift")
    assert box.evaluate("one => one.getBoundingClientRect().width") > 200
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.context.close()
