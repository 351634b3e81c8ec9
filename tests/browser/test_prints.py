"""Sheets as Chromium prints them: the right number of pages, nothing cut in two, nothing but black and white."""

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.browser.stage import Stage
from tests.conftest import serving

LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8").strip()
SHEETS = (
    "poster",
    "print/slips",
    "print/tables",
    "print/cards?each=6",
    "print/answers",
    "print/programme",
    "print/talk",
)
A4 = {595, 596, 842}  # points, either way up
EDGE = 8  # millimetres that no printer reaches
DPI = 60
WORDS = {
    "da": {"why": "Hvorfor:", "plan": "Plan B:", "come": "Jeg kommer som", "number": r"Nr\. ?\d+", "do": "Det gør vi"},
    "en": {"why": "Why:", "plan": "Plan B:", "come": "I come as", "number": r"No\. ?\d+", "do": "What we do"},
}


@dataclass
class Printed:
    """A sheet as a PDF, the text of each of its pages, and what its boxes hide."""

    pdf: bytes
    pages: list[str]
    hidden: list[object]


@pytest.fixture(scope="module", params=["track 2", "hostile"])
def stage(request, tmp_path_factory, chromium):
    with serving(tmp_path_factory.mktemp("prints") / "data", TOVHOLDER_TEXTS_PER_MINUTE="10000") as live:
        made = Stage(live, chromium, hostile=request.param == "hostile", people=6)
        yield made
        made.close()


def printed(stage: Stage, language: str) -> dict[str, Printed]:
    found = {}
    for sheet in SHEETS:
        page = stage.context("office", language).new_page()
        page.set_viewport_size({"width": 1000, "height": 700} if "answers" in sheet else {"width": 700, "height": 1000})
        page.goto(f"{stage.live.url}/office/dialogues/1/{sheet}")
        page.emulate_media(media="print")
        hidden = [each for each in page.evaluate(f"({LAYOUT}).wrong()") if each[0] in ("cut", "over")]
        pdf = page.pdf(prefer_css_page_size=True)
        reader = PdfReader(io.BytesIO(pdf))
        assert {round(float(side)) for leaf in reader.pages for side in leaf.mediabox[2:]} <= A4, sheet
        pages = [" ".join(leaf.extract_text().split()) for leaf in reader.pages]
        found[sheet.removeprefix("print/").partition("?")[0]] = Printed(pdf, pages, hidden)
        page.close()
    return found


def pictures(pdf: bytes) -> list[np.ndarray]:
    """Every page as a picture."""
    drawn = subprocess.run(["pdftoppm", "-r", str(DPI), "-"], input=pdf, capture_output=True, check=True).stdout
    pages, at = [], io.BytesIO(drawn)
    while head := at.read(2):
        assert head == b"P6"
        width, height = map(int, (at.readline() + at.readline()).split())
        at.readline()
        pages.append(np.asarray(Image.frombytes("RGB", (width, height), at.read(3 * width * height))))
    return pages


@pytest.mark.slow
@pytest.mark.parametrize("language", ["da", "en"])
def test_sheets_have_the_right_pages_and_cut_nothing(stage, language):
    sheets, words = printed(stage, language), WORDS[language]
    count = {name: len(sheet.pages) for name, sheet in sheets.items()}
    kinds = 1  # the first step that takes cards asks for one
    assert {name: count[name] for name in ("poster", "slips", "tables")} == {"poster": 1, "slips": 1, "tables": 6}
    assert count["cards"] == ceil(6 * kinds / 4)
    assert [len(re.findall(words["number"], page)) for page in sheets["cards"].pages] == [4, 2]
    assert [page.count(words["come"]) for page in sheets["cards"].pages] == [4, 2]
    assert {page.count(words["come"]) for page in sheets["answers"].pages} == {2}
    for page in sheets["programme"].pages:  # a step stands on one page from its why to its plan B
        assert page.count(words["why"]) == page.count(words["plan"]) > 0
    assert sum(page.count(words["why"]) for page in sheets["programme"].pages) == len(stage.steps)
    assert words["do"] in sheets["talk"].pages[-1]
    assert {name: sheet.hidden for name, sheet in sheets.items() if sheet.hidden} == {}
    if not stage.hostile:
        assert count["talk"] == 1
        assert count["answers"] == 8  # one half sheet an assessment


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="no pdftoppm: poppler draws the pages")
def test_sheets_are_black_and_white_and_keep_off_the_edge(stage):
    edge = round(EDGE / 25.4 * DPI)
    for name, sheet in printed(stage, "da").items():
        for picture in pictures(sheet.pdf):
            ink = picture.min(axis=2) < 200
            assert ink.any(), name
            inside = ink[edge:-edge, edge:-edge].sum()
            assert inside == ink.sum(), name
            colour = picture.max(axis=2).astype(int) - picture.min(axis=2)
            if not stage.hostile:  # people may write in coloured signs
                assert colour.max() <= 12, name


@pytest.mark.slow
def test_a_dilemma_and_its_other_half_stand_on_one_page(stage):
    page = stage.context("office", "da").new_page()
    page.goto(f"{stage.live.url}/office/dialogues/1/print/talk")
    halves = "one => [...one.querySelectorAll('bdi')].map(half => half.textContent)"
    pairs = page.evaluate(f"[...document.querySelectorAll('.dilemma')].map({halves})")
    page.close()
    assert len(pairs) == 3
    if not stage.hostile:
        [only] = printed(stage, "da")["talk"].pages
        tight = "".join(only.split())
        assert [pair for pair in pairs if any("".join(half.split()) not in tight for half in pair)] == []
