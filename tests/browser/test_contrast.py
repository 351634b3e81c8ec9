"""The wall's colours and type, measured in the picture of it: 7:1 in every theme, nothing under 24 pixels at 1080p.

A word's ground is the colour that most of its box has; its ink is the pixel nearest to the colour it is meant to have.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.faces import STATES, leave, visit
from tests.browser.stage import Stage, settle
from tests.conftest import serving

LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8").strip()
LEAST = 7.0
SMALLEST = 24
NEAR = 40  # how far, in any channel, a drawn pixel may be from the colour it is meant to have
THEMES = ("light", "contrast", "dark")
WALLS = tuple(name for name, state in STATES.items() if state.face == "board")
SAMPLE = ("board at Ankomst", "board with themes", "board after Tre prikker", "board after Tilbage igen")


def luminance(colour: np.ndarray) -> float:
    """Relative luminance as WCAG defines it."""
    share = colour[:3].astype(float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def inks(page: Page) -> list[tuple[float, str]]:
    """The contrast of every line of text on the wall, as drawn. 0 where its colour is not to be seen at all."""
    picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    found = []
    for line in page.evaluate(f"({LAYOUT}).inked()"):
        left, top, right, bottom = (round(line[side]) for side in ("left", "top", "right", "bottom"))
        pixels = picture[top:bottom, left:right].reshape(-1, 3)
        colours, counts = np.unique(pixels, axis=0, return_counts=True)
        ground = colours[counts.argmax()]
        meant = np.array([float(part) for part in line["colour"].partition("(")[2].rstrip(")").split(",")[:3]])
        away = np.abs(colours - meant).max(axis=1)
        found.append((contrast(colours[away.argmin()], ground) if away.min() <= NEAR else 0.0, line["name"]))
    return found


def faint(stage: Stage, names: tuple[str, ...]) -> list[object]:
    """Lines with too little contrast, and type that is too small."""
    wrong: list[object] = []
    for name in names:
        for theme in THEMES:
            page = visit(stage, STATES[name], "da", theme)
            page.set_viewport_size({"width": 1920, "height": 1080})
            settle(page)
            measured = inks(page)
            assert measured, name
            wrong += [(name, theme, round(ratio, 2), words) for ratio, words in measured if ratio < LEAST]
            wrong += [(name, theme, *each) for each in page.evaluate(f"({LAYOUT}).small({SMALLEST})")]
            leave(stage, STATES[name], page)
    return wrong


@pytest.fixture(scope="module")
def stage(tmp_path_factory, chromium):
    with serving(tmp_path_factory.mktemp("contrast") / "data", TOVHOLDER_TEXTS_PER_MINUTE="10000") as live:
        made = Stage(live, chromium)
        yield made
        made.close()


@pytest.mark.slow
def test_the_wall_is_read_from_the_back_row_in_every_theme(stage):
    wrong = faint(stage, SAMPLE)
    assert wrong == [], "\n".join(map(str, wrong[:40]))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_every_state_of_the_wall_is_read_from_the_back_row(stage):
    wrong = faint(stage, WALLS)
    assert wrong == [], "\n".join(map(str, wrong[:40]))


@pytest.mark.parametrize(("colour", "ratio"), [("#767676", 4.5), ("#000", 21.0), ("#595959", 7.0)])
def test_contrast_is_measured_in_the_picture(chromium, colour, ratio):
    page = chromium.new_page(viewport={"width": 400, "height": 200})
    page.set_content(
        f'<body style="background:#fff;margin:20px;font:700 40px sans-serif"><p style="color:{colour}">Ord</p>'
    )
    [(measured, _)] = inks(page)
    assert measured == pytest.approx(ratio, abs=0.15)
    page.close()
