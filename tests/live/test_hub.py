"""The hub: one drawing a language a tick, the same text to all, nobody waits for anybody."""

import asyncio
from collections.abc import Coroutine

import pytest

from app.live import Frame, Hub, Subscriber
from app.live import hub as hubs


class Wall:
    """A picture that can change, and how often it was drawn."""

    def __init__(self) -> None:
        self.parts = {"pulse": "p0", "head": "h0"}
        self.drawn: list[str] = []
        self.broken = False
        self.again_in: float | None = None

    def draw(self, topic: str, spoken: str) -> Frame:
        self.drawn.append(spoken)
        if self.broken:
            raise ValueError
        return Frame(dict(self.parts), self.again_in)


def playing(scene: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 10))


def watching(hub: Hub, send, spoken: str = "da") -> tuple[Subscriber, asyncio.Task[None]]:
    subscriber = Subscriber("board:1", spoken, send, lambda: None)
    return subscriber, asyncio.create_task(hub.serve(subscriber))


def started(wall: Wall, rest: float = 0.05, heartbeat: float = 60) -> Hub:
    hub = Hub(wall.draw, rests={"board": rest}, heartbeat=heartbeat)
    hub.start()
    return hub


def test_a_new_socket_gets_the_whole_and_then_what_changed():
    async def scene():
        wall, got = Wall(), []

        async def send(text: str) -> None:
            got.append(text)

        hub = started(wall)
        _, task = watching(hub, send)
        await asyncio.sleep(0.1)
        wall.parts["head"] = "h1"
        hub.announce({"board:1"})
        await asyncio.sleep(0.2)
        assert got == ["p0h0", "h1"]
        task.cancel()

    playing(scene())


def test_many_announcements_are_few_drawings_one_a_language():
    async def scene():
        wall, got = Wall(), []

        async def send(text: str) -> None:
            got.append(text)

        hub = started(wall, rest=0.1)
        tasks = [watching(hub, send, spoken)[1] for spoken in ("da", "da", "en", "da")]
        await asyncio.sleep(0.1)
        wall.drawn.clear()
        for number in range(100):
            wall.parts["pulse"] = f"p{number}"
            hub.announce({"board:1"})
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.3)
        assert got[-4:] == ["p99"] * 4
        assert wall.drawn.count("da") == wall.drawn.count("en") <= 8
        for task in tasks:
            task.cancel()

    playing(scene())


def test_a_socket_that_stops_reading_delays_nobody_and_gets_the_whole_when_it_reads_again():
    async def scene():
        wall, got, slow, gate = Wall(), [], [], asyncio.Event()

        async def send(text: str) -> None:
            got.append(text)

        async def stuck(text: str) -> None:
            slow.append(text)
            if len(slow) > 1:
                await gate.wait()

        hub = started(wall, rest=0.01)
        tasks = [watching(hub, send)[1], watching(hub, stuck)[1]]
        await asyncio.sleep(0.1)
        for number in range(1, 6):
            wall.parts["pulse"] = f"p{number}"
            hub.announce({"board:1"})
            await asyncio.sleep(0.05)
        assert got[1:] == ["p1", "p2", "p3", "p4", "p5"]
        gate.set()
        await asyncio.sleep(0.1)
        assert slow == ["p0h0", "p1", "p5h0"]
        for task in tasks:
            task.cancel()

    playing(scene())


def test_a_socket_that_stays_stuck_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hubs, "STUCK_AFTER", 0.1)

    async def scene():
        cut = asyncio.Event()

        async def never(_text: str) -> None:
            await asyncio.Event().wait()

        hub = started(Wall())
        task = asyncio.create_task(hub.serve(Subscriber("board:1", "da", never, cut.set)))
        await asyncio.wait_for(cut.wait(), 5)
        await asyncio.gather(task, return_exceptions=True)
        assert hub.watching("board:1") == 0

    playing(scene())


def test_a_drawing_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hubs, "TRY_AGAIN_IN", 0.1)

    async def scene():
        wall, got = Wall(), []

        async def send(text: str) -> None:
            got.append(text)

        hub = started(wall, rest=0.01)
        _, task = watching(hub, send)
        await asyncio.sleep(0.1)
        wall.broken = True
        hub.announce({"board:1"})
        await asyncio.sleep(0.1)
        wall.broken, wall.parts = False, {"pulse": "p1", "head": "h0"}
        await asyncio.sleep(0.5)
        assert got == ["p0h0", "p1"]
        task.cancel()

    playing(scene())


def test_a_picture_that_changes_by_the_clock_is_drawn_again():
    async def scene():
        wall, got = Wall(), []
        wall.again_in = 0.2

        async def send(text: str) -> None:
            got.append(text)

        hub = started(wall)
        _, task = watching(hub, send)
        await asyncio.sleep(0.1)
        wall.parts, wall.again_in = {"pulse": "p0", "head": "over"}, None
        await asyncio.sleep(0.3)
        assert got == ["p0h0", "over"]
        task.cancel()

    playing(scene())


def test_a_quiet_topic_still_beats():
    async def scene():
        got = []

        async def send(text: str) -> None:
            got.append(text)

        hub = started(Wall(), heartbeat=0.1)
        _, task = watching(hub, send)
        await asyncio.sleep(0.35)
        assert got[:3] == ["p0h0", "p0", "p0"]
        task.cancel()

    playing(scene())
