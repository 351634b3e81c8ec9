"""Pictures of every face and state, from the running product: `python3 -m tests.browser.gallery [folder]`.

Starts a server of its own, lets simulated people fill the room through the public protocol, walks the day as the
facilitator, and takes each screen at the sizes it is used at. The README shows some of them.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import CHROMIUM, ROOT, Live, serving

WALL = ((1024, 768), (1920, 1080))
TABLE = ((1024, 768), (1280, 800), (1920, 1080), (390, 844), (320, 568))
HAND = ((390, 844), (320, 568))


class Gallery:
    """One server, one browser, one folder of pictures."""

    def __init__(self, live: Live, browser: Browser, folder: Path, language: str = "da") -> None:
        self.live = live
        self.browser = browser
        self.folder = folder
        self.language = language
        self.facilitator = live.opened("desk")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.faces: dict[str, BrowserContext] = {}

    def face(self, name: str) -> BrowserContext:
        """A browser that has opened a face's link, or joined as a phone."""
        if name not in self.faces:
            context = self.browser.new_context(locale="da-DK" if self.language == "da" else "en-GB")
            page = context.new_page()
            if name == "phone":
                page.goto(self.live.join)
                page.locator("input[name=role]").nth(3).check(force=True)
                page.locator("button.go").click()
                page.wait_for_selector("#now")
            else:
                page.goto(self.live.addresses[name])
                page.wait_for_url(re.compile(r"^[^#]*$"))
                page.wait_for_load_state("load")
            page.close()
            self.faces[name] = context
        return self.faces[name]

    def take(self, face: str, state: str, path: str, sizes: tuple[tuple[int, int], ...], whole: bool = False) -> None:
        """The page at `path` as seen by a face, once a size."""
        page = self.face(face).new_page()
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(self.live.url + path)
            self.settle(page)
            page.screenshot(path=self.folder / f"{face}_{state}_{width}.png", full_page=whole)
        page.close()

    @staticmethod
    def settle(page: Page) -> None:
        page.wait_for_load_state("networkidle") if "/board/" not in page.url else page.wait_for_timeout(900)
        page.wait_for_timeout(300)

    def post(self, path: str, **fields: str) -> httpx.Response:
        answer = self.facilitator.post(path, data=fields)
        answer.raise_for_status()
        return answer

    def steps(self) -> dict[str, str]:
        """Danish title to id of the steps."""
        page = self.facilitator.get("/desk/1", headers={"accept": "text/html", "accept-language": "da"}).text
        found = re.findall(r'<details id="step-(\d+)">.*?<span>([^<]+)</span>', page, re.DOTALL)
        return {title.strip(): number for number, title in reversed(found)}

    def go(self, title: str) -> str:
        number = self.steps()[title]
        self.post("/desk/1/step", step=number)
        return number


def rehearse(live: Live, people: int = 100) -> None:
    """A whole day of the track-2 scenario."""
    scenario = ROOT / "app" / "data" / "scenario_track2.csv"
    command = [sys.executable, "-m", "app", "rehearse", live.join, "--desk", live.desk, "--participants", str(people)]
    subprocess.run([*command, "--scenario", str(scenario), "--speed", "60"], cwd=ROOT, check=True)


def draw(folder: Path) -> None:
    """Every picture."""
    with tempfile.TemporaryDirectory() as data, serving(Path(data) / "data") as live, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        gallery = Gallery(live, browser, folder)
        walk(gallery)
        browser.close()


def walk(gallery: Gallery) -> None:
    live, phone = gallery.live, "/d/" + gallery.live.join.rpartition("/")[2]
    guest = gallery.browser.new_context(locale="da-DK")
    gallery.faces["guest"] = guest
    gallery.take("guest", "front", "/", HAND)
    gallery.take("guest", "join", f"{phone}/join", HAND)
    gallery.take("guest", "privacy", "/privacy", HAND)
    gallery.take("phone", "waiting", phone, HAND)
    gallery.take("desk", "draft", "/desk/1", TABLE)
    rehearse(live)
    gallery.post("/desk/1/end")
    gallery.take("phone", "closed", phone, HAND)
    gallery.take("board", "closed", "/board/1", WALL)
    gallery.post("/desk/1/undo")
    for title, state in (("Ankomst", "lobby"), ("Velkommen", "mandate"), ("Frokost", "break"), ("Barrierer", "themes")):
        gallery.go(title)
        gallery.take("board", state, "/board/1", (*WALL, (3840, 2160)) if state == "themes" else WALL)
        gallery.take("phone", state, phone, HAND)
    gallery.take("desk", "themes", "/desk/1", TABLE)
    for view in ("cards", "calm"):
        gallery.post("/desk/1/board", view=view)
        gallery.take("board", view, "/board/1", WALL)
    vote = gallery.go("Tre prikker")
    gallery.take("board", "vote", "/board/1", WALL)
    gallery.take("phone", "vote", phone, HAND)
    gallery.take("desk", "vote", "/desk/1", TABLE)
    gallery.post(f"/desk/1/votes/{vote}/close")
    gallery.take("board", "result", "/board/1", WALL)
    gallery.take("phone", "result", phone, HAND)
    gallery.take("office", "series", "/office", TABLE, whole=True)
    gallery.take("office", "dialogue", "/office/dialogues/1", TABLE, whole=True)
    gallery.take("office", "poster", "/office/dialogues/1/poster", ((1280, 800),), whole=True)
    gallery.take("office", "summary", "/dialogues/1/summary", TABLE)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens")
