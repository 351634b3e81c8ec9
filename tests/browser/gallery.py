"""Pictures of every face and state, from the running product: `python3 -m tests.browser.gallery [folder]`.

Starts a server of its own, fills a room with the track-2 cards, and takes each state in light and dark at the size it
is used at, some at other sizes too. The README shows three of them; `docs/screens/README.md` compares them with their
drawings.
"""

import io
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.faces import STATES, State, leave, visit
from tests.browser.stage import Stage, settle
from tests.conftest import CHROMIUM, ROOT, serving

PEOPLE = 60
COLOURS = 128  # in a picture's palette: our pages have few, and the files stay small
TALL = 2600  # pixels of a long page that are worth a picture
SIZES = {"phone": (390, 844), "early": (390, 844), "board": (1920, 1080), "desk": (1280, 800), "office": (1280, 800)}
SMALL = ("joining", "front page", "privacy", "statement", "door", "nothing here", "owner")
WHOLE = ("phone", "early", "office", "nobody")  # faces that scroll are shown to their end
MORE = {
    "board with themes": ((1024, 768), (3840, 2160)),
    "board after Tre prikker": ((1024, 768),),
    "board at Ankomst": ((1024, 768),),
    "phone at Dilemmaer": ((320, 568),),
    "phone at Tre prikker": ((320, 568),),
    "desk": ((390, 844),),
    "office": ((390, 844),),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to take."""

    name: str
    state: State
    theme: str
    size: tuple[int, int]

    @property
    def file(self) -> str:
        """The state's name in plain letters, the width where it is not the usual, and the theme."""
        plain = self.name.lower().translate(str.maketrans({"å": "aa", "æ": "ae", "ø": "oe", "é": "e"}))
        plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        width = "" if self.size == usual(self.name, self.state) else f"_{self.size[0]}"
        return f"{plain}{width}_{self.theme}.png"


def usual(name: str, state: State) -> tuple[int, int]:
    return (390, 844) if name in SMALL else SIZES[state.face]


def shots() -> list[Shot]:
    """Every state light and dark, and some at other sizes in light."""
    taken = []
    for name, state in STATES.items():
        taken += [Shot(name, state, theme, usual(name, state)) for theme in ("light", "dark")]
        taken += [Shot(name, state, "light", size) for size in MORE.get(name, ())]
    return taken


def take(stage: Stage, shot: Shot, folder: Path) -> None:
    page = visit(stage, shot.state, "da", shot.theme)
    width, height = shot.size
    page.set_viewport_size({"width": width, "height": height})
    settle(page)
    page.wait_for_timeout(400)
    keep(page, folder / shot.file, whole=shot.state.face in WHOLE)
    leave(stage, shot.state, page)


def keep(page: Page, file: Path, whole: bool) -> None:
    """The page as a small PNG, as far down as is worth it."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALL)))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def draw(folder: Path) -> None:
    """Every picture anew; those of states that are no more go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as data,
        serving(Path(data) / "data", TOVHOLDER_TEXTS_PER_MINUTE="10000") as live,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        stage = Stage(live, browser, people=PEOPLE)
        for shot in shots():
            take(stage, shot, folder)
        stage.close()
        browser.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens")
