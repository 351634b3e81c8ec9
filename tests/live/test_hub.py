"""The hub: one drawing a language a tick, the same text to all, nobody waits for anybody."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import pytest

from app.live import Frame, Hub, Subscriber, Text
from app.live import hub as hubs


class Wall:
    """A picture that can change, and how often it was drawn."""

    def __init__(self) -> None:
        self.parts = {"pulse": "p0", "head": "h0"}
        self.drawn: list[str] = []
        self.broken = False
        self.again_in: float | None = None

    def draw(self, topic: str, spoken: str, _earlier: Frame | None) -> Frame:
        self.drawn.append(spoken)
        if self.broken:
            raise ValueError
        return Frame(dict(self.parts), self.again_in)


class Tray:
    """A pipe into a list. While it is `full` the other side takes nothing, and what is written stays lying."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.full = False
        self.cut = asyncio.Event()

    def write(self, text: Text) -> None:
        self.got.append(text.text)

    def buffered(self) -> int:
        return hubs.BUFFER_MAX + 1 if self.full else 0

    def abort(self) -> None:
        self.cut.set()


def playing(scene: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 10))


@asynccontextmanager
async def started(wall: Wall, rest: float = 0.05, heartbeat: float = 60) -> AsyncIterator[Hub]:
    hub = Hub(wall.draw, rests={"board": rest}, heartbeat=heartbeat)
    hub.start()
    yield hub
    await hub.stop()


async def watching(hub: Hub, spoken: str = "da") -> tuple[Subscriber, Tray]:
    tray = Tray()
    subscriber = Subscriber("board:1", spoken, tray)  # type: ignore[arg-type]
    await hub.join(subscriber)
    return subscriber, tray


def test_a_new_socket_gets_the_whole_and_then_what_changed():
    async def scene():
        wall = Wall()
        async with started(wall) as hub:
            _, tray = await watching(hub)
            wall.parts["head"] = "h1"
            hub.announce({"board:1"})
            await asyncio.sleep(0.2)
            assert tray.got == ["p0h0", "h1"]

    playing(scene())


def test_many_announcements_are_few_drawings_one_a_language():
    async def scene():
        wall = Wall()
        async with started(wall, rest=0.1) as hub:
            trays = [(await watching(hub, spoken))[1] for spoken in ("da", "da", "en", "da")]
            wall.drawn.clear()
            for number in range(100):
                wall.parts["pulse"] = f"p{number}"
                hub.announce({"board:1"})
                await asyncio.sleep(0.002)
            await asyncio.sleep(0.3)
            assert [tray.got[-1] for tray in trays] == ["p99"] * 4
            assert wall.drawn.count("da") == wall.drawn.count("en") <= 8

    playing(scene())


def test_a_picture_that_takes_long_leaves_as_much_time_for_everybody_else():
    class Slow(Wall):
        def draw(self, topic: str, spoken: str, earlier: Frame | None) -> Frame:
            time.sleep(0.1)
            return super().draw(topic, spoken, earlier)

    async def scene():
        wall = Slow()
        async with started(wall, rest=0.01) as hub:
            await watching(hub)
            wall.drawn.clear()
            begun = time.monotonic()
            for number in range(100):
                wall.parts["pulse"] = f"p{number}"
                hub.announce({"board:1"})
                await asyncio.sleep(0.01)
            assert len(wall.drawn) <= (time.monotonic() - begun) / 0.2 + 1

    playing(scene())


def test_a_room_that_comes_at_once_is_shown_one_drawing():
    async def scene():
        wall = Wall()
        async with started(wall) as hub:
            came = await asyncio.gather(*[watching(hub) for _ in range(50)])
            assert [tray.got for _, tray in came] == [["p0h0"]] * 50
            assert wall.drawn == ["da"]

    playing(scene())


def test_a_socket_that_stops_reading_delays_nobody_and_gets_the_whole_when_it_reads_again():
    async def scene():
        wall = Wall()
        async with started(wall, rest=0.01) as hub:
            _, tray = await watching(hub)
            _, slow = await watching(hub)
            slow.full = True
            for number in range(1, 6):
                wall.parts["pulse"] = f"p{number}"
                hub.announce({"board:1"})
                await asyncio.sleep(0.05)
            assert tray.got[1:] == ["p1", "p2", "p3", "p4", "p5"]
            slow.full = False
            await asyncio.sleep(0.3)
            assert slow.got == ["p0h0", "p1", "p5h0"]
            assert (hub.figures.stale, hub.figures.aborted) == (1, 0)

    playing(scene())


def test_a_socket_that_stays_stuck_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hubs, "STUCK_AFTER", 0.1)

    async def scene():
        wall = Wall()
        async with started(wall) as hub:
            subscriber, stuck = await watching(hub)
            stuck.full = True
            wall.parts["pulse"] = "p1"
            hub.announce({"board:1"})
            await asyncio.wait_for(stuck.cut.wait(), 5)
            hub.leave(subscriber)
            assert (hub.watching("board:1"), hub.figures.aborted) == (0, 1)

    playing(scene())


def test_a_drawing_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hubs, "TRY_AGAIN_IN", 0.1)

    async def scene():
        wall = Wall()
        async with started(wall, rest=0.01) as hub:
            _, tray = await watching(hub)
            wall.broken = True
            hub.announce({"board:1"})
            await asyncio.sleep(0.1)
            wall.broken, wall.parts = False, {"pulse": "p1", "head": "h0"}
            await asyncio.sleep(0.5)
            assert tray.got == ["p0h0", "p1"]

    playing(scene())


def test_a_picture_that_changes_by_the_clock_is_drawn_again():
    async def scene():
        wall = Wall()
        wall.again_in = 0.2
        async with started(wall) as hub:
            _, tray = await watching(hub)
            wall.parts, wall.again_in = {"pulse": "p0", "head": "over"}, None
            await asyncio.sleep(0.4)
            assert tray.got == ["p0h0", "over"]

    playing(scene())


def test_a_quiet_topic_still_beats():
    async def scene():
        async with started(Wall(), heartbeat=0.1) as hub:
            _, tray = await watching(hub)
            await asyncio.sleep(0.35)
            assert tray.got[:3] == ["p0h0", "p0", "p0"]

    playing(scene())


def test_a_topic_that_nobody_watches_is_not_drawn():
    async def scene():
        wall = Wall()
        async with started(wall) as hub:
            subscriber, _ = await watching(hub)
            hub.leave(subscriber)
            wall.drawn.clear()
            hub.announce({"board:1"})
            await asyncio.sleep(0.1)
            assert (wall.drawn, hub.watching("board:1")) == ([], 0)

    playing(scene())
