"""How smoothly the wall moves while a room writes, beside an empty page in the same browser.

    python3 -m tests.load.bench_board [--cards 120] [--seconds 60] [--views cards,themes] [--json]

One server, one Chromium, a wall of 1920x1080 and an idle page that does nothing but count its frames. Cards arrive
evenly over plain requests. Frames are counted with requestAnimationFrame, layout shifts with a PerformanceObserver, and
each shift is filed under what moved. A machine without a graphics card draws in software, so the idle page beside it is
the measure, not 60.
"""

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app.rehearsal import scenario
from tests.conftest import CHROMIUM, ROOT, Live, serving
from tests.web.test_phone import form_of, go

PEOPLE = 24
FRAMES = """
  window.frames_ = []; window.shifts_ = [];
  const count = (now) => { frames_.push(now); requestAnimationFrame(count); };
  requestAnimationFrame(count);
  new PerformanceObserver((list) => {
    for (const one of list.getEntries())
      shifts_.push({ at: one.startTime, value: one.value, moved: one.sources.map(({ node }) =>
        node ? node.id || node.className || node.nodeName : "gone") });
  }).observe({ type: "layout-shift", buffered: true });
"""
READ = "() => { const told = { frames: frames_, shifts: shifts_ }; frames_ = []; shifts_ = []; return told; }"


@dataclass(frozen=True, slots=True)
class Smooth:
    """One view under load. Gaps between frames in milliseconds; shift scores a minute, and of what by name."""

    view: str
    cards: int
    seconds: float
    fps: float
    idle_fps: float
    ratio: float
    gap_p95: float
    gap_max: float
    idle_gap_p95: float
    shift: float
    shift_of_islands: float
    moved: dict[str, float]


def counting(browser: Browser, address: str) -> Page:
    """A page of the wall's size that counts its frames."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="da-DK").new_page()
    page.add_init_script(FRAMES)
    page.goto(address)
    return page


def write(live: Live, number: int, seconds: float, mark: str) -> None:
    """So many cards, evenly."""
    texts = scenario.read_cards(ROOT / "app" / "data" / "scenario_track2.csv")
    phones = [live.phone() for _ in range(PEOPLE)]
    forms = [form_of(phone, live) for phone in phones]
    begun = time.monotonic()
    for at in range(number):
        time.sleep(max(0.0, begun + at * seconds / number - time.monotonic()))
        card = texts[at % len(texts)]
        said = {"first": card.first, "second": "", "key": f"bench-{mark}-{at}"}
        phones[at % PEOPLE].post(live.join + "/cards", data=forms[at % PEOPLE] | said).raise_for_status()


def gaps(frames: list[float]) -> tuple[float, float, float]:
    """Frames a second, and the gaps between them: the 95th of a hundred and the longest."""
    between = sorted(after - before for before, after in pairwise(frames))
    return 1000 * len(between) / (frames[-1] - frames[0]), between[int(0.95 * len(between))], between[-1]


def measure(live: Live, wall: Page, idle: Page, view: str, cards: int, seconds: float) -> Smooth:
    """One view while cards arrive."""
    desk = live.clients[0]
    desk.post("/desk/1/board", data={"view": view}).raise_for_status()
    wall.wait_for_timeout(3000)
    for page in (wall, idle):
        page.evaluate(READ)
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, live, cards, seconds, view)
        while not writing.done():
            wall.wait_for_timeout(500)
        writing.result()
    wall.wait_for_timeout(3000)
    newest = wall.locator("#pulse").get_attribute("data-newest")
    if newest != str(cards):
        raise RuntimeError(f"the wall shows card {newest} of {cards} as its newest")
    lasted = time.monotonic() - begun
    told, beside = wall.evaluate(READ), idle.evaluate(READ)
    fps, p95, longest = gaps(told["frames"])
    idle_fps, idle_p95, _ = gaps(beside["frames"])
    moved: dict[str, float] = {}
    for shift in told["shifts"]:
        for name in set(shift["moved"]):
            moved[name] = round(moved.get(name, 0) + shift["value"], 4)
    minutes = lasted / 60
    islands = sum(shift["value"] for shift in told["shifts"] if any("isle" in name for name in shift["moved"]))
    return Smooth(
        view=view,
        cards=cards,
        seconds=round(lasted, 1),
        fps=round(fps, 1),
        idle_fps=round(idle_fps, 1),
        ratio=round(fps / idle_fps, 2),
        gap_p95=round(p95, 1),
        gap_max=round(longest, 1),
        idle_gap_p95=round(idle_p95, 1),
        shift=round(sum(shift["value"] for shift in told["shifts"]) / minutes, 4),
        shift_of_islands=round(islands / minutes, 4),
        moved=dict(sorted(moved.items(), key=lambda each: -each[1])[:6]),
    )


def run(cards: int, seconds: float, views: list[str]) -> list[Smooth]:
    """Every view, each in a room of its own."""
    found = []
    for view in views:
        with (
            tempfile.TemporaryDirectory() as data,
            serving(Path(data) / "data", TOVHOLDER_TEXTS_PER_MINUTE="10000") as live,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            desk = live.opened("desk")
            desk.post("/desk/1/begin").raise_for_status()
            go(desk, "Råd")
            idle, wall = counting(browser, "about:blank"), counting(browser, live.board)
            wall.wait_for_selector(".loop svg")
            found.append(measure(live, wall, idle, view, cards, seconds))
            browser.close()
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--cards", type=int, default=120)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--views", default="cards,themes")
    asked.add_argument("--json", action="store_true")
    wanted = asked.parse_args()
    found = run(wanted.cards, wanted.seconds, wanted.views.split(","))
    if wanted.json:
        print(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
        return
    for each in found:
        print(f"{each.view}: {each.cards} cards in {each.seconds} s")
        print(
            f"  frames a second   {each.fps} on the wall, {each.idle_fps} on an idle page beside it, ratio {each.ratio}"
        )
        print(f"  gap between frames, ms   p95 {each.gap_p95} (idle {each.idle_gap_p95}), longest {each.gap_max}")
        print(f"  layout shift a minute   {each.shift}, of that islands {each.shift_of_islands}; moved: {each.moved}")


if __name__ == "__main__":
    main()
