"""Tells sockets THAT something changed, never WHAT.

A topic is drawn once per language when it has changed, framed once, and the same bytes go to every socket. Nobody waits
for anybody: a socket that has not taken 64 kB gets nothing more until it has, and then the newest picture whole; one
that stays behind for 15 s is cut.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.live.pipes import Pipe, Text

log = logging.getLogger(__name__)

BUFFER_MAX = 65_536  # bytes a socket may leave lying before it is behind
STUCK_AFTER = 15.0  # seconds a socket may stay behind before it is cut
TRY_AGAIN_IN = 1.0  # seconds after a picture that could not be drawn
LOOK_AFTER_BEHIND = 0.1  # seconds between looks at those who are behind
REST_BETWEEN_SOCKETS = 500  # sockets served before votes get a turn


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of a topic: named parts of HTML. `again_in` asks for a new picture after so many seconds.

    `basis` is for the one who draws: what a part was drawn from, so that the next picture can take it over.
    """

    parts: dict[str, str]
    again_in: float | None = None
    basis: object = None

    def whole(self) -> str:
        return "".join(self.parts.values())

    def since(self, earlier: "Frame | None") -> str:
        """Only the parts that differ from an earlier picture."""
        if earlier is None:
            return self.whole()
        return "".join(html for name, html in self.parts.items() if earlier.parts.get(name) != html)


Draw = Callable[[str, str, Frame | None], Frame]


@dataclass(slots=True)
class Figures:
    """What the hub has done since the start; `sockets` counts those open now, by face, and `pictures` those drawn."""

    sockets: dict[str, int] = field(default_factory=dict)
    handshakes: int = 0
    pushes: int = 0
    stale: int = 0
    aborted: int = 0
    pictures: dict[str, int] = field(default_factory=dict)
    picture_seconds: float = 0.0


@dataclass(eq=False, slots=True)
class Subscriber:
    """One socket that watches a topic. `behind` is since when it has not taken what it was sent, or None.

    `missed` is whether there was something newer meanwhile.
    """

    topic: str
    language: str
    pipe: Pipe
    behind: float | None = None
    missed: bool = False


@dataclass(slots=True)
class _Audience:
    """Those who watch a topic in one language, the picture they saw last, and when they last heard anything."""

    coming: int = 0  # sockets that watch, or wait for the first picture
    subscribers: set[Subscriber] = field(default_factory=set)
    first: "asyncio.Future[Frame] | None" = None
    seen: Frame | None = None
    whole: Text | None = None
    heard_at: float = 0.0

    def see(self, frame: Frame) -> None:
        self.seen, self.whole = frame, None

    def everything(self) -> Text:
        if self.whole is None:
            self.whole = Text(self.seen.whole() if self.seen else "")
        return self.whole


@dataclass(slots=True)
class _Topic:
    """A topic while somebody watches it. `took` is how many seconds its last drawing took."""

    rest: float
    took: float = 0.0
    audiences: dict[str, _Audience] = field(default_factory=dict)
    dirty: bool = False
    ticking: asyncio.Task[None] | None = None
    later: asyncio.TimerHandle | None = None
    drawn_at: float = float("-inf")


class Hub:
    """All sockets of one process.

    `draw(topic, language, earlier picture)` runs in a thread and reads the database.
    """

    def __init__(self, draw: Draw, rests: dict[str, float], heartbeat: float = 10.0) -> None:
        self.figures = Figures()
        self._draw = draw
        self._rests = rests
        self._heartbeat = heartbeat
        self._topics: dict[str, _Topic] = {}
        self._behind: set[Subscriber] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._keeping: list[asyncio.Task[None]] = []
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")
        self._listeners: dict[str, Callable[[int], None]] = {}

    def start(self) -> None:
        """Bind to the running event loop; call once when the server starts."""
        self._loop = asyncio.get_running_loop()
        self._keeping = [asyncio.create_task(self._beat()), asyncio.create_task(self._look_after_behind())]

    async def stop(self) -> None:
        """Let go of tasks and threads; the sockets are the server's to close."""
        tasks = [*self._keeping, *(topic.ticking for topic in self._topics.values() if topic.ticking)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def listen(self, face: str, listener: Callable[[int], None]) -> None:
        """Call `listener(dialogue id)` in the event loop whenever this face of a dialogue changed."""
        self._listeners[face] = listener

    def announce(self, topics: Iterable[str]) -> None:
        """Say that topics changed. Safe to call from any thread, never waits."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.tell, topics)

    def tell(self, topics: Iterable[str]) -> None:
        """The same, in the event loop itself."""
        for name in topics:
            face, _, dialogue_id = name.partition(":")
            if face in self._listeners:
                self._listeners[face](int(dialogue_id))
            topic = self._topics.get(name)
            if topic is None:
                continue
            topic.dirty = True
            if topic.ticking is None:
                topic.ticking = asyncio.ensure_future(self._tick(name, topic))

    @property
    def faces(self) -> frozenset[str]:
        """The faces that sockets can watch."""
        return frozenset(self._rests)

    def topics(self) -> list[str]:
        """What somebody watches now."""
        return list(self._topics)

    def watching(self, topic: str) -> int:
        """How many sockets watch a topic."""
        found = self._topics.get(topic)
        return sum(len(audience.subscribers) for audience in found.audiences.values()) if found else 0

    # --- coming and going

    async def join(self, subscriber: Subscriber) -> None:
        """Give this socket the whole picture, and from then on every change, until it leaves."""
        name, language = subscriber.topic, subscriber.language
        face = name.partition(":")[0]
        topic = self._topics.setdefault(name, _Topic(self._rests[face]))
        audience = topic.audiences.setdefault(language, _Audience())
        audience.coming += 1
        self.figures.sockets[face] = self.figures.sockets.get(face, 0) + 1
        self.figures.handshakes += 1
        if audience.seen is None:
            if audience.first is None:  # a whole room that comes back at once is shown one drawing
                audience.first = asyncio.ensure_future(self._drawn(name, language, None))
            try:
                frame = await asyncio.shield(audience.first)
            except Exception:
                audience.first = None  # the next one may have better luck
                raise
            if audience.seen is None:
                audience.see(frame)
                self._plan(name, topic, frame.again_in)
        audience.subscribers.add(subscriber)
        self._give(subscriber, audience.everything())

    def leave(self, subscriber: Subscriber) -> None:
        """This socket has ended."""
        face = subscriber.topic.partition(":")[0]
        topic = self._topics[subscriber.topic]
        audience = topic.audiences[subscriber.language]
        audience.subscribers.discard(subscriber)
        self._behind.discard(subscriber)
        self.figures.sockets[face] -= 1
        audience.coming -= 1
        if not audience.coming:
            del topic.audiences[subscriber.language]  # nobody keeps its picture fresh any more
        if not topic.audiences:
            if topic.later is not None:
                topic.later.cancel()
            del self._topics[subscriber.topic]

    # --- drawing

    async def _tick(self, name: str, topic: _Topic) -> None:
        """The leading edge at once, then at most one picture per rest; one that takes long leaves as much time again
        for everybody else."""
        loop = asyncio.get_running_loop()
        try:
            while topic.dirty and topic.audiences:
                pause = topic.drawn_at + max(topic.rest, 2 * topic.took) - loop.time()
                if pause > 0:
                    await asyncio.sleep(pause)
                topic.dirty = False
                topic.drawn_at = begun = loop.time()
                for language in sorted(topic.audiences):
                    try:
                        await self._redraw(name, topic, language)
                    except Exception:  # it is in the log; the picture is still owed
                        topic.dirty, topic.drawn_at = True, loop.time() + TRY_AGAIN_IN
                topic.took = loop.time() - begun
        finally:
            topic.ticking = None

    async def _redraw(self, name: str, topic: _Topic, language: str) -> None:
        audience = topic.audiences.get(language)
        frame = await self._drawn(name, language, audience.seen if audience else None)
        audience = topic.audiences.get(language)
        if audience is None:
            return  # the last one left meanwhile
        text = frame.since(audience.seen)
        audience.see(frame)
        self._plan(name, topic, frame.again_in)
        if text:
            await self._hand_out(audience, Text(text))

    async def _drawn(self, name: str, language: str, earlier: Frame | None) -> Frame:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            return await loop.run_in_executor(self._threads, self._draw, name, language, earlier)
        except Exception:
            log.exception("topic %s could not be drawn", name)
            raise
        finally:
            face = name.partition(":")[0]
            self.figures.pictures[face] = self.figures.pictures.get(face, 0) + 1
            self.figures.picture_seconds += loop.time() - begun

    def _plan(self, name: str, topic: _Topic, again_in: float | None) -> None:
        """Some pictures change by the clock alone: a silence ends, a red coast fades."""
        if topic.later is not None:
            topic.later.cancel()
            topic.later = None
        if again_in is not None:
            topic.later = asyncio.get_running_loop().call_later(again_in, self.tell, {name})

    # --- handing out

    async def _hand_out(self, audience: _Audience, text: Text) -> None:
        audience.heard_at = asyncio.get_running_loop().time()
        picture = audience.seen
        for served, subscriber in enumerate(tuple(audience.subscribers), start=1):
            if subscriber.behind is None:
                self._give(subscriber, text)
            else:
                subscriber.missed = True
            if served % REST_BETWEEN_SOCKETS == 0:
                await asyncio.sleep(0)
                if audience.seen is not picture:
                    return  # a newer one overtook this

    def _give(self, subscriber: Subscriber, text: Text) -> None:
        subscriber.pipe.write(text)
        self.figures.pushes += 1
        if subscriber.pipe.buffered() > BUFFER_MAX:
            subscriber.behind = asyncio.get_running_loop().time()
            self._behind.add(subscriber)
            self.figures.stale += 1

    async def _look_after_behind(self) -> None:
        """Those who have taken everything get the newest picture; those who take nothing for too long are cut."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_AFTER_BEHIND)
            for subscriber in tuple(self._behind):
                if subscriber.pipe.buffered() == 0:
                    self._behind.discard(subscriber)
                    subscriber.behind = None
                    if subscriber.missed:
                        subscriber.missed = False
                        audience = self._topics[subscriber.topic].audiences[subscriber.language]
                        self._give(subscriber, audience.everything())
                elif subscriber.behind is not None and loop.time() - subscriber.behind > STUCK_AFTER:
                    self._behind.discard(subscriber)
                    self.figures.aborted += 1
                    subscriber.pipe.abort()

    async def _beat(self) -> None:
        """A quiet room still hears its pulse, so that a phone can tell silence from a dead line."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._heartbeat / 10)
            for topic in tuple(self._topics.values()):
                for audience in tuple(topic.audiences.values()):
                    pulse = audience.seen.parts.get("pulse") if audience.seen else None
                    if pulse and loop.time() - audience.heard_at >= self._heartbeat:
                        await self._hand_out(audience, Text(pulse))
