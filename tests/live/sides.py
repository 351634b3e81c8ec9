"""One side of a deployment, without its web: a hub, a writer and a relay between them, and walls that watch."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

from sqlmodel import Session

from app import store
from app.domain import dialogues
from app.live import Frame, Hub, LocalRelay, NotifyRelay, Subscriber, Text


class Wall:
    """A socket that takes everything at once and remembers it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def write(self, text: Text) -> None:
        self.heard.append(text.text)

    def buffered(self) -> int:
        return 0

    async def shows(self, number: int, within: float = 5) -> None:
        """Wait until the sequence number on the wall is this one."""
        await until(lambda: self.heard[-1] == str(number), within)


class Side:
    """A hub whose picture of a dialogue is its sequence number, as the database has it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.readers = store.reading(url)
        self.drawn: list[str] = []
        self.grouped: list[int] = []
        self.rest = 0.05
        self.hub = Hub(self._draw, rests={"board": self.rest, "phones": 0.25})
        self.hub.listen("themes", self.grouped.append)
        self.relay = (
            LocalRelay(self.hub)
            if store.is_sqlite(url)
            else NotifyRelay(self.hub, lambda: store.line(url), self.numbers)
        )
        self.writer = store.Writer(store.writing(url), self.relay.announce)

    def _draw(self, topic: str, _spoken: str, _earlier: Frame | None) -> Frame:
        self.drawn.append(topic)
        dialogue_id = int(topic.partition(":")[2])
        return Frame({"pulse": str(self.numbers([dialogue_id])[dialogue_id])})

    def numbers(self, ids: list[int]) -> dict[int, int]:
        with Session(self.readers) as session:
            return dialogues.numbers(session, ids)

    async def wall(self, dialogue_id: int, face: str = "board") -> Wall:
        wall = Wall()
        await self.hub.join(Subscriber(f"{face}:{dialogue_id}", "da", wall))
        return wall

    async def change(self, dialogue_id: int, *faces: str) -> None:
        await self.writer.change(lambda tx: tx.touch(dialogue_id, *faces or ("board",)))


@asynccontextmanager
async def side(url: str) -> AsyncIterator[Side]:
    """A side that runs."""
    made = Side(url)
    made.hub.start()
    made.relay.start()
    try:
        with closing(made.writer):
            yield made
    finally:
        await made.relay.stop()
        await made.hub.stop()
        made.readers.dispose()


async def until(true: Callable[[], object], within: float = 5) -> None:
    """Wait for something to come true."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)


def playing(scene: Awaitable[None]) -> None:
    """Run a scene, for at most a minute."""

    async def bounded() -> None:
        async with asyncio.timeout(60):
            await scene

    asyncio.run(bounded())
