"""The phone that survives the venue, in a real browser: what is written is stored first, sent once, and never lost."""

import re
from contextlib import contextmanager

import pytest

from tests.browser.test_phone import joined
from tests.conftest import BLOCKED, serving
from tests.web.test_phone import go

NO_STORE = "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"
DEAF = """
  const Real = WebSocket;
  window.opened = window.dead = 0;
  window.WebSocket = class extends Real {
    constructor(...where) { super(...where); this.number = ++window.opened; }
    set onmessage(hear) { super.onmessage = (event) => this.number > window.dead && hear(event); }
    close() { if (this.number > window.dead) super.close(); }
  };
"""
LATER = "const skew = 5 * 365 * 86400e3; const real = Date.now; Date.now = () => real() + skew;"


@contextmanager
def room(tmp_path):
    with serving(tmp_path / "data") as live:
        facilitator = live.opened("desk")
        facilitator.post("/desk/1/begin").raise_for_status()
        go(facilitator, "Råd")
        live.facilitator = facilitator
        yield live


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with room(tmp_path_factory.mktemp("outbox")) as live:
        yield live


def texts(live) -> list[str]:
    """The first field of every card in the dialogue, by the summary."""
    rows = live.facilitator.get("/dialogues/1/summary.csv").text
    return re.findall(r"Kort fra telefonen \w+", rows)


def write(page, text: str) -> None:
    page.fill("textarea[name=first]", text)
    page.locator("form[data-write] button.go").click()


def received(page, text: str) -> None:
    page.wait_for_selector(f"#mine article:has-text('{text}')", timeout=20_000)
    page.wait_for_selector("#kept", state="hidden", timeout=5_000)


def holds(page, text: str) -> None:
    """The box has this text, or gets it within ten seconds."""
    for _ in range(100):
        if page.locator("textarea[name=first]").input_value() == text:
            return
        page.wait_for_timeout(100)
    assert page.locator("textarea[name=first]").input_value() == text


def stored(page) -> int:
    return page.evaluate("Outbox.kept().then((rows) => rows.length)")


def test_a_card_goes_over_the_socket_and_is_deleted_here_when_it_has_arrived(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    frames = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    page.reload()
    page.wait_for_selector("form[data-write]")
    page.wait_for_timeout(500)
    write(page, "Kort fra telefonen socket")
    received(page, "Kort fra telefonen socket")
    assert [frame for frame in frames if '"to":"cards"' in str(frame)] != []
    assert (stored(page), page.trouble) == (0, [])
    assert texts(shared).count("Kort fra telefonen socket") == 1
    page.context.close()


def test_what_is_written_without_a_line_is_kept_through_a_reload_and_sent_once(tmp_path, chromium):
    with room(tmp_path) as live:
        page = joined(chromium, live)
        page.wait_for_timeout(300)
        live.kill()
        write(page, "Kort fra telefonen mørke")
        page.wait_for_selector("#kept article:has-text('Gemt på din telefon')")
        page.wait_for_selector("#offline:has-text('1 svar ligger trygt')", timeout=10_000)
        page.evaluate("window.__here = true")
        with serving(live.data, live.port):
            received(page, "Kort fra telefonen mørke")
            assert page.evaluate("window.__here") is True
            page.wait_for_selector("#offline", state="hidden")
            assert (texts(live).count("Kort fra telefonen mørke"), stored(page), page.trouble) == (1, 0, [])
        page.context.close()


def test_what_lies_in_the_outbox_survives_the_page(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    page.wait_for_timeout(300)
    page.route("**/cards", lambda route: route.abort())
    page.evaluate("Line.send = undefined; WebSocket.prototype.send = () => {}")
    write(page, "Kort fra telefonen genstart")
    page.wait_for_selector("#kept article")
    page.unroute("**/cards")
    page.reload()
    received(page, "Kort fra telefonen genstart")
    assert texts(shared).count("Kort fra telefonen genstart") == 1
    page.context.close()


def test_a_draft_survives_a_reload_with_its_key(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    page.fill("textarea[name=first]", "Kort fra telefonen kladde")
    page.wait_for_timeout(500)
    key = page.locator("form[data-write] input[name=key]").input_value()
    page.reload()
    holds(page, "Kort fra telefonen kladde")
    assert page.locator("form[data-write] input[name=key]").input_value() == key
    page.locator("form[data-write] button.go").click()
    received(page, "Kort fra telefonen kladde")
    page.reload()
    page.wait_for_selector("form[data-write]")
    assert page.locator("textarea[name=first]").input_value() == ""
    page.context.close()


def test_blocked_sockets_fall_back_to_plain_requests(shared, chromium):
    go(shared.facilitator, "Råd")
    context = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844})
    context.add_init_script(BLOCKED)
    page = joined(chromium, shared, context=context)
    write(page, "Kort fra telefonen blokeret")
    received(page, "Kort fra telefonen blokeret")
    go(shared.facilitator, "Oplæg")
    page.wait_for_selector("#now h1:has-text('Spørg undervejs.')", timeout=20_000)
    assert page.locator("#offline").is_hidden()
    assert page.trouble == []
    context.close()


def test_two_tabs_are_one_person_and_one_outbox(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    other = page.context.new_page()
    other.goto(shared.join)
    other.wait_for_selector("form[data-write]")
    write(page, "Kort fra telefonen fane")
    received(page, "Kort fra telefonen fane")
    received(other, "Kort fra telefonen fane")
    codes = [tab.locator(".facts dd.code").text_content() for tab in (page, other)]
    assert codes[0] == codes[1]
    assert texts(shared).count("Kort fra telefonen fane") == 1
    page.context.close()


def test_a_refused_card_keeps_its_text_and_can_go_back_into_the_box(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    page.wait_for_timeout(300)
    page.evaluate("document.querySelector('form[data-write] input[name=activity]').value = '999999'")
    write(page, "Kort fra telefonen afvist")
    page.wait_for_selector("#kept article button[data-back]", timeout=10_000)
    assert page.locator("#kept article bdi").first.text_content() == "Kort fra telefonen afvist"
    page.reload()
    page.locator("#kept button[data-back]").click()
    assert page.locator("textarea[name=first]").input_value() == "Kort fra telefonen afvist"
    page.locator("form[data-write] button.go").click()
    received(page, "Kort fra telefonen afvist")
    assert texts(shared).count("Kort fra telefonen afvist") == 1
    page.context.close()


def test_a_browser_that_stores_nothing_still_sends(shared, chromium):
    go(shared.facilitator, "Råd")
    context = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844})
    context.add_init_script(NO_STORE)
    page = joined(chromium, shared, context=context)
    write(page, "Kort fra telefonen privat")
    received(page, "Kort fra telefonen privat")
    assert page.trouble == []
    context.close()


def test_a_plain_address_in_the_venue_works(shared, chromium):
    go(shared.facilitator, "Råd")
    page = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844}).new_page()
    page.goto(shared.join.replace("127.0.0.1", "lan.test"))
    page.locator("input[name=role]").nth(3).check(force=True)
    page.locator("button.go").click()
    page.wait_for_selector("form[data-write]")
    write(page, "Kort fra telefonen lokalt")
    received(page, "Kort fra telefonen lokalt")
    page.context.close()


def test_a_phone_that_slept_is_up_to_date_within_a_second(shared, chromium):
    go(shared.facilitator, "Råd")
    context = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844})
    context.add_init_script(DEAF)
    page = joined(chromium, shared, context=context)
    page.wait_for_timeout(500)
    page.evaluate("dead = opened")  # the socket died in its sleep: it says nothing, and does not close
    go(shared.facilitator, "Oplæg")
    page.wait_for_timeout(700)
    assert page.locator("#now h1:has-text('Spørg undervejs.')").count() == 0
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#now h1:has-text('Spørg undervejs.')", timeout=2_000)
    context.close()


def test_a_clock_that_is_years_off_changes_nothing(shared, chromium):
    go(shared.facilitator, "Råd")
    context = chromium.new_context(locale="da-DK", viewport={"width": 390, "height": 844})
    context.add_init_script(LATER)
    page = joined(chromium, shared, context=context)
    plain = joined(chromium, shared)
    minutes = [tab.locator(".top .num").inner_text().split(":") for tab in (page, plain)]
    seconds = [60 * int(whole) + int(rest) for whole, rest in minutes]
    assert abs(seconds[0] - seconds[1]) <= 2
    write(page, "Kort fra telefonen ur")
    received(page, "Kort fra telefonen ur")
    context.close()
    plain.context.close()


def test_an_old_page_on_a_new_server_keeps_its_text_and_asks(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    page.fill("textarea[name=first]", "Kort fra telefonen gammel")
    page.evaluate("document.getElementById('pulse').dataset.build = 'older'; window.same = true")
    page.wait_for_selector("#renewed", state="visible", timeout=30_000)
    assert page.locator("textarea[name=first]").input_value() == "Kort fra telefonen gammel"
    page.locator("[data-reload]").click()
    page.wait_for_selector("form[data-write]")
    holds(page, "Kort fra telefonen gammel")
    assert page.evaluate("[window.same, document.getElementById('renewed').hidden]") == [None, True]
    page.context.close()


def test_an_old_page_that_nobody_writes_on_comes_anew_by_itself(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    with page.expect_navigation(timeout=30_000):
        page.evaluate("document.getElementById('pulse').dataset.build = 'older'")
    page.wait_for_selector("form[data-write]")
    assert page.evaluate("document.getElementById('renewed').hidden") is True
    page.context.close()


def test_forgetting_the_phone_takes_two_taps_and_leaves_nothing(shared, chromium):
    go(shared.facilitator, "Råd")
    page = joined(chromium, shared)
    page.fill("textarea[name=first]", "Kort fra telefonen glem")
    page.wait_for_timeout(500)
    page.locator("summary:has-text('Min kode')").click()
    page.locator("summary:has-text('Glem denne telefon')").click()
    page.locator("button:has-text('Ja, glem denne telefon')").click()
    page.wait_for_url("**/join")
    assert page.context.cookies() == []
    page.locator("input[name=role]").nth(3).check(force=True)
    page.locator("button.go").click()
    page.wait_for_selector("form[data-write]")
    page.wait_for_timeout(300)
    assert page.locator("textarea[name=first]").input_value() == ""
    assert page.evaluate("Outbox.drafts().then((rows) => rows.length)") == 0
    page.context.close()
