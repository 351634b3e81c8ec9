"""The desk in a real browser: the keyboard alone, the mouse, no scripts, two desks at once, a server that goes."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.conftest import BLOCKED, Live, serve, serving

SIZES = ((1920, 1080), (1280, 800), (1024, 768), (390, 844), (320, 568))
TOO_SMALL = """() => [...document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")]
  .filter((each) => !each.closest(".seen-not, .skip") && !["checkbox", "radio"].includes(each.type))
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 90)])
  .filter(([box]) => box.width && box.height && (box.width < 43.5 || box.height < 43.5)).map(([, html]) => html)"""
_keys = count(1)


def begin(live: Live, cards: int = 8) -> tuple[list[int], list[int], str]:
    """The demo on its step of questions, with new cards in two new themes. Ids of both, and the second's name."""
    desk, path = live.opened("desk"), "/desk/1"
    desk.post(f"{path}/begin")
    step = list(dict.fromkeys(re.findall(r'name="step" value="(\d+)"', desk.get(path).text)))[2]
    desk.post(f"{path}/step", data={"step": step}).raise_for_status()
    for phone in [live.phone() for _ in range(cards // 4)]:
        for _ in range(4):
            number = next(_keys)
            form = {"activity": step, "kind": "question", "first": f"Spørgsmål {number}", "key": f"desk-key-{number}"}
            phone.post(f"{live.join}/cards", data=form).raise_for_status()
    found = re.findall(r'<li data-card="(\d+)"', desk.get(f"{path}?theme=all").text)
    ids = sorted(int(number) for number in found)[-cards:]
    names = f"Tid {ids[0]}", f"Tillid {ids[0]}"
    for name, own in zip(names, (ids[: cards // 2], ids[cards // 2 :]), strict=True):
        desk.post(f"{path}/themes", data={"label": name, "card": own}).raise_for_status()
    page = desk.get(path).text
    piles = [int(re.findall(rf'id="pile-(\d+)"[^>]*><span><bdi>{name}<', page)[0]) for name in names]
    return ids, piles, names[1]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server of this module's own, spoken to in English."""
    with serving(tmp_path_factory.mktemp("desk") / "data") as running:
        real = running.client
        running.client = lambda **headers: real(**{"accept-language": "en", **headers})  # type: ignore[method-assign]
        yield running


@pytest.fixture
def open_desk(chromium: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Opens desks in browsers of their own; fails the test if the page complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opening(width: int = 1280, height: int = 800, at: str = "", script: str = "", **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        address, _, secret = live.desk.partition("#")
        page.goto(address)
        page.fill("input[name=secret]", secret)
        page.click("button.go")
        page.goto(address + at)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert complaints == []


def undo_line(page: Page) -> Locator:
    return page.locator("[data-say]")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def test_everything_is_done_by_keyboard_alone(live: Live, open_desk: Callable[..., Page]) -> None:
    ids, piles, other = begin(live)
    page = open_desk(at=f"?theme={piles[0]}")
    press, write = page.keyboard.press, page.keyboard.type
    press("ArrowDown")
    assert focused(page) == f"c{ids[0]}"
    press("Space")
    press("ArrowDown")
    press("Space")
    expect(page.locator(".acts [data-chosen-count]")).to_have_text("2 cards chosen")

    press("f")
    write(other.lower())
    press("Enter")
    expect(undo_line(page)).to_have_text("2 cards moved")
    expect(page.locator(f"#pile-{piles[1]} .num")).to_have_text("6")
    expect(page.locator("#cards li")).to_have_count(2)
    assert focused(page) == f"c{ids[2]}"

    press("z")
    expect(page.locator(f"#pile-{piles[1]} .num")).to_have_text("4")

    press("F2")
    write("Tid og hænder")
    press("Enter")
    expect(page.locator("#open-name")).to_have_text("Tid og hænder")

    press("Space")
    press("d")
    write("Et nyt tema")
    press("Enter")
    expect(page.locator("#open-name")).to_have_text("Et nyt tema")
    expect(page.locator("#cards li")).to_have_count(1)

    press("l")
    expect(page.locator("#on-lock")).to_have_attribute("aria-pressed", "true")
    press("m")
    write(other.lower())
    press("Enter")
    expect(page.locator("#open-name")).to_have_text(other)
    expect(page.locator("#cards li")).to_have_count(5)

    press("ArrowLeft")
    assert focused(page) == f"pile-{piles[1]}"
    press("ArrowRight")
    press("h")
    write("Names a person")
    press("Enter")
    expect(undo_line(page)).to_have_text("1 card hidden")
    expect(page.locator("#pile-hidden .num")).to_have_text("1")

    page.focus("#on-go")
    before = page.locator("#now > b").inner_text()
    press("Enter")
    expect(page.locator("#now > b")).not_to_have_text(before)
    assert focused(page) == "on-go"
    for said in ("1 card hidden", "Themes merged", "Theme locked", "1 card moved", "Heading changed"):
        press("z")
        expect(undo_line(page)).to_have_text(said)
    expect(page.locator("#now > b")).to_have_text(before)


def test_cards_are_called_the_same_and_why_is_asked_by_keys(live: Live, open_desk: Callable[..., Page]) -> None:
    ids, piles, _ = begin(live)
    page = open_desk(at=f"?theme={piles[0]}")
    page.locator(f"#c{ids[0]}").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("s")
    expect(undo_line(page)).to_have_text("1 card stands under another")
    expect(page.locator("#cards .mark", has_text="same as")).to_have_count(1)
    page.keyboard.press("w")
    expect(page.locator("#ask-why")).to_be_visible()
    expect(page.locator("#why")).to_contain_text("Why does card")
    page.keyboard.press("Escape")
    expect(page.locator("#ask-why")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator("#themes a[data-drop]").nth(1)).to_contain_text("stands first")
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(page.locator("#cards .mark", has_text="same as")).to_have_count(0)


def test_letters_are_never_taken_from_somebody_who_types(live: Live, open_desk: Callable[..., Page]) -> None:
    _, piles, _ = begin(live)
    page = open_desk(at=f"?theme={piles[0]}")
    page.keyboard.press("n")
    page.keyboard.type("fdhmnlz?")
    expect(page.locator("#new-label")).to_have_value("fdhmnlz?")
    expect(page.locator("dialog[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.uncheck("#letters")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("F2")
    expect(page.locator("#ask-rename")).to_be_visible()


def test_a_card_is_dragged_onto_a_theme_and_escape_drops_it_back(live: Live, open_desk: Callable[..., Page]) -> None:
    ids, piles, _ = begin(live)
    page = open_desk(at=f"?theme={piles[0]}")

    def carry() -> None:
        grip = page.locator(f"[data-grip][value='{ids[0]}']").bounding_box()
        target = page.locator(f"#pile-{piles[1]}").bounding_box()
        assert grip is not None
        assert target is not None
        page.mouse.move(grip["x"] + 20, grip["y"] + 20)
        page.mouse.down()
        page.mouse.move(target["x"] + 40, target["y"] + 20, steps=8)
        expect(page.locator(f"#pile-{piles[1]}.target")).to_have_count(1)

    carry()
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".ghost")).to_have_count(0)
    expect(page.locator("#cards li")).to_have_count(4)
    carry()
    page.mouse.up()
    expect(page.locator("#cards li")).to_have_count(3)
    expect(page.locator(f"#pile-{piles[1]} .num")).to_have_text("5")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_two_desks_see_the_same_and_neither_loses_what_it_is_doing(live: Live, open_desk: Callable[..., Page]) -> None:
    ids, piles, _ = begin(live)
    mine, theirs = open_desk(at=f"?theme={piles[0]}"), open_desk(at=f"?theme={piles[0]}")
    mine.check(f"#c{ids[1]}")
    mine.locator("summary").last.click()
    mine.click("#on-rename")
    mine.fill("#rename-label", "Halvt skrevet")
    theirs.keyboard.press("F2")
    theirs.keyboard.type("Fra den anden pult")
    theirs.keyboard.press("Enter")
    expect(mine.locator("#open-name")).to_have_text("Fra den anden pult")
    expect(mine.locator("#rename-label")).to_have_value("Halvt skrevet")
    expect(mine.locator(f"#c{ids[1]}")).to_be_checked()
    expect(mine.locator("details[open]")).to_have_count(1)
    mine.keyboard.press("Escape")
    expect(mine.locator("#on-rename")).to_be_focused()


def test_where_sockets_are_blocked_the_desk_reads_by_itself(live: Live, open_desk: Callable[..., Page]) -> None:
    _, piles, _ = begin(live)
    page = open_desk(at=f"?theme={piles[0]}", script=BLOCKED)
    expect(page.locator("#open-name")).not_to_have_text("Omdøbt")
    live.opened("desk").post(f"/desk/1/themes/{piles[0]}/rename", data={"label": "Omdøbt"}).raise_for_status()
    expect(page.locator("#open-name")).to_have_text("Omdøbt", timeout=10_000)
    expect(page.locator("#offline")).to_be_hidden()


def test_the_desk_works_without_scripts(live: Live, open_desk: Callable[..., Page]) -> None:
    ids, piles, other = begin(live)
    page = open_desk(at=f"?theme={piles[0]}", java_script_enabled=False)
    page.check(f"#c{ids[0]}")
    page.check(f"#c{ids[1]}")
    page.click("#on-move")
    page.get_by_role("button", name=other).click()
    expect(page.locator("#cards li")).to_have_count(2)
    page.click("#on-undo")
    expect(page.locator("#cards li")).to_have_count(4)
    page.click("#on-rename")
    page.fill("input[name=label]", "Uden scripts")
    page.click("button.strong")
    expect(page.locator("#open-name")).to_have_text("Uden scripts")
    page.check(f"#c{ids[0]}")
    page.click("#on-hide")
    page.fill("input[name=reason]", "Hard words")
    page.click("button.strong")
    expect(page.locator("#cards li")).to_have_count(3)
    before = page.locator("#now > b").inner_text()
    page.click("#on-go")
    expect(page.locator("#now > b")).not_to_have_text(before)
    page.click("#shows-calm")
    expect(page.locator("#shows-calm")).to_have_attribute("aria-pressed", "true")
    page.click("#shows-auto")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_fits_and_can_be_hit(
    live: Live, chromium: Browser, open_desk: Callable[..., Page], width: int, height: int
) -> None:
    _, piles, _ = begin(live)
    page = open_desk(width, height, at=f"?theme={piles[0]}")
    office = chromium.new_context(viewport={"width": width, "height": height}, locale="da-DK").new_page()
    office.goto(live.office)
    office.wait_for_url(re.compile("^[^#]*$"))
    addresses = (page.url, *(f"{live.url}/office{path}" for path in ("", "/dialogues/1", "/dialogues/1/poster")))
    for shown, address in zip((page, office, office, office), addresses, strict=True):
        shown.goto(address)
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert shown.evaluate(TOO_SMALL) == [], address
    office.context.close()


def test_a_server_that_goes_is_told_of_and_its_return_is_silent(chromium: Browser, tmp_path: Path) -> None:
    first = serve(tmp_path / "data")
    address, port = first.desk, first.port
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#on-go")).to_be_visible()
    first.kill()
    expect(page.locator("#offline")).to_be_visible(timeout=15_000)
    page.locator("#on-go").click()
    with serving(tmp_path / "data", port):
        expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
        expect(page.locator("#on-go")).to_contain_text("Begin")
        page.locator("#on-go").click()
        expect(page.locator("#now")).to_be_visible()
    context.close()
    if first.process.stdout:
        first.process.stdout.close()
