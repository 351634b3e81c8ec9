"""Every face and state at every size: nothing scrolls sideways, nothing is cut, nothing lies over anything else.

With the cards of track 2 and with hostile texts, in both languages. A fixed sample runs always; the whole walk is long.
"""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.faces import STATES, State, leave, visit
from tests.browser.stage import Stage, settle
from tests.conftest import serving

LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8").strip()
FINGER = 44  # pixels, the least a target is wide and high
PHONE = 18  # pixels, the smallest type on a phone
SAMPLE = (
    "phone at Dilemmaer",
    "phone at Tre prikker",
    "joining",
    "board at Ankomst",
    "board at Velkommen",
    "board with dilemmas",
    "board with themes",
    "board after Tilbage igen",
    "desk with all",
    "dialogue",
    "table",
    "summary",
)


def faults(page: Page, state: State, every: int = 1) -> list[object]:
    """What is wrong at each, or at every second, of the state's sizes."""
    found: list[object] = []
    for width, height in state.sizes[::every]:
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        wrong = page.evaluate(f"({LAYOUT}).wrong()")
        if state.face != "board":
            wrong += page.evaluate(f"({LAYOUT}).buried()")
            wrong += page.evaluate(f"({LAYOUT}).targets({FINGER})")
        if state.face in ("phone", "early"):
            wrong += page.evaluate(f"({LAYOUT}).small({PHONE})")
        found += [(f"{width}x{height}", *each) for each in wrong]
    return found


def walk(stage: Stage, names: tuple[str, ...], languages: tuple[str, ...], every: int = 1) -> list[object]:
    found: list[object] = []
    for name in names:
        for language in languages:
            state = STATES[name]
            page = visit(stage, state, language)
            found += [(name, language, *each) for each in faults(page, state, every)]
            leave(stage, state, page)
    return found


def told(found: list[object]) -> str:
    return f"{len(found)} faults\n" + "\n".join(json.dumps(each, ensure_ascii=False) for each in found[:60])


@pytest.fixture(scope="module", params=["track 2", "hostile"])
def stage(request, tmp_path_factory, chromium):
    data = tmp_path_factory.mktemp("layout") / "data"
    with serving(data, TOVHOLDER_TEXTS_PER_MINUTE="10000") as live:
        made = Stage(live, chromium, hostile=request.param == "hostile")
        yield made
        made.close()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_page_fits_every_size(stage):
    found = walk(stage, tuple(STATES), ("da", "en"))
    assert found == [], told(found)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory, chromium):
    """A small room of hostile texts, for the sample."""
    data = tmp_path_factory.mktemp("sample") / "data"
    with serving(data, TOVHOLDER_TEXTS_PER_MINUTE="10000") as live:
        made = Stage(live, chromium, hostile=True, people=6)
        yield made
        made.close()


def test_a_sample_of_pages_fits_every_size_with_hostile_texts(crowd):
    found = walk(crowd, SAMPLE, ("da",), every=2)
    assert found == [], told(found)


PLANTED = """
<style>body { margin: 0 } p { margin: 0 0 20px } .hidden { width: 80px; overflow: hidden; white-space: nowrap }
.over { margin-top: -35px } .far { margin-left: 330px; width: 90px } .dots { text-overflow: ellipsis }
.bar { position: fixed; bottom: 0; height: 60px; width: 100% }</style>
<p class="fine">One line that fits</p> <p class="hidden">Words that nobody can read</p>
<p class="hidden dots">Words cut on purpose</p>
<p class="first">Under another</p> <p class="over">Over another</p> <p class="far">Out of sight</p>
<button style="width: 30px; height: 30px">x</button> <p style="font-size: 12px">tiny</p>
<p class="last">The end</p><div class="bar"></div>
"""


def test_what_is_planted_is_found_and_nothing_else(chromium):
    page = chromium.new_page(viewport={"width": 320, "height": 200})
    page.set_content(PLANTED)
    found = page.evaluate(f"({LAYOUT}).wrong()")
    assert sorted({(each[0], str(each[1]).split()[0]) for each in found}) == [
        ("cut", "p.hidden"),
        ("outside", "p.far"),
        ("over", "p.first"),
        ("sideways", "420"),
    ]
    small = {each[2].split()[0] for each in page.evaluate(f"({LAYOUT}).small(13)")}
    assert small == {"p."}
    assert [each[1] for each in page.evaluate(f"({LAYOUT}).targets({FINGER})")] == ["30x30"]
    assert [each[1].split()[0] for each in page.evaluate(f"({LAYOUT}).buried()")] == ["p.last"]
    page.close()
