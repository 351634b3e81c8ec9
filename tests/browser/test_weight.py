"""What a phone has to fetch on a bad line, counted as bytes on the wire by the browser itself."""

import pytest

from tests.conftest import serving
from tests.web.test_phone import go

FIRST_VIEW = 14_000  # bytes: what a server may send before it has heard from the phone again
EVERYTHING, REQUESTS = 45_000, 5


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("weight") / "data") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Råd")
        yield live


def fetched(page, load) -> dict[str, int]:
    """Address and bytes on the wire of each request that `load` makes; what comes from the cache is left out."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    names, sizes, cached = {}, {}, set()
    session.on("Network.requestWillBeSent", lambda event: names.setdefault(event["requestId"], event["request"]["url"]))
    session.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    load()
    page.wait_for_load_state("networkidle")
    return {names[key]: size for key, size in sizes.items() if key not in cached and names[key].startswith("http")}


def test_a_phone_fetches_little_and_then_only_the_page(room, chromium):
    page = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844}).new_page()
    way_in = fetched(page, lambda: page.goto(room.join))
    assert sum(way_in.values()) <= FIRST_VIEW, way_in
    page.locator("input[name=role]").nth(3).check(force=True)
    page.locator("button.go").click()
    page.wait_for_selector("form[data-write]")
    page.close()

    fresh = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844})
    fresh.add_cookies(page.context.cookies())
    page = fresh.new_page()
    everything = fetched(page, lambda: page.goto(room.join))
    first_view = {name: size for name, size in everything.items() if ".js" not in name}
    assert sum(first_view.values()) <= FIRST_VIEW, first_view
    assert sum(everything.values()) <= EVERYTHING, everything
    assert len(everything) <= REQUESTS, everything
    again = fetched(page, lambda: page.goto(room.join))
    assert [name.rpartition("/")[2].partition("?")[0] for name in again] == [room.join.rpartition("/")[2]]
    print(f"first view {sum(first_view.values())} B, all {sum(everything.values())} B in {len(everything)} requests")
    fresh.close()
