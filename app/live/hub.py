"""Tells sockets THAT something changed, never WHAT.

A topic is drawn once per language when it has changed, and the same text goes to every socket. No socket waits for
another: each has one slot and one writer task. A socket that falls behind skips to the newest picture, and one that
stays behind for 15 s is cut.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

STUCK_AFTER = 15.0  # seconds one send may take before the socket is cut
TRY_AGAIN_IN = 1.0  # seconds after a picture that could not be drawn
REST_BETWEEN_SOCKETS = 500  # sockets served before others get a turn


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of a topic: named parts of HTML. `again_in` asks for a new picture after so many seconds."""

    parts: dict[str, str]
    again_in: float | None = None

    def whole(self) -> str:
        return "".join(self.parts.values())

    def since(self, earlier: "Frame | None") -> str:
        """Only the parts that differ from an earlier picture."""
        if earlier is None:
            return self.whole()
        return "".join(html for name, html in self.parts.items() if earlier.parts.get(name) != html)


Draw = Callable[[str, str], Frame]
Send = Callable[[str], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Subscriber:
    """One socket: the text waiting for it, and whether it must be given the whole picture."""

    topic: str
    language: str
    send: Send
    cut: Callable[[], object]
    waiting: str | None = None
    stale: bool = True
    wake: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Topic:
    """Who watches a topic, what they saw last, and when."""

    rest: float
    subscribers: set[Subscriber] = field(default_factory=set)
    seen: dict[str, Frame] = field(default_factory=dict)
    dirty: bool = False
    ticking: asyncio.Task[None] | None = None
    later: asyncio.TimerHandle | None = None
    drawn_at: float = float("-inf")

    def has_reader_of(self, language: str) -> bool:
        return any(subscriber.language == language for subscriber in self.subscribers)


class Hub:
    """All sockets of one process. `draw(topic, language)` runs in a thread and reads the database."""

    def __init__(self, draw: Draw, rests: dict[str, float], heartbeat: float = 10.0) -> None:
        self._draw = draw
        self._rests = rests
        self._heartbeat = heartbeat
        self._topics: dict[str, _Topic] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: dict[str, Callable[[int], None]] = {}

    def start(self) -> None:
        """Bind to the running event loop; call once when the server starts."""
        self._loop = asyncio.get_running_loop()

    def listen(self, face: str, listener: Callable[[int], None]) -> None:
        """Call `listener(dialogue id)` in the event loop whenever this face of a dialogue changed."""
        self._listeners[face] = listener

    def announce(self, topics: set[str]) -> None:
        """Say that topics changed. Safe to call from any thread, never waits."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, topics)

    def watching(self, topic: str) -> int:
        """How many sockets watch a topic."""
        found = self._topics.get(topic)
        return len(found.subscribers) if found else 0

    async def serve(self, subscriber: Subscriber) -> None:
        """Send this socket the whole picture, then every change, until it is cancelled or cut."""
        topic = self._topics.setdefault(subscriber.topic, _Topic(self._rests[subscriber.topic.partition(":")[0]]))
        topic.subscribers.add(subscriber)
        try:
            if subscriber.language not in topic.seen:
                frame = await self._drawn(subscriber.topic, subscriber.language)
                if topic.seen.setdefault(subscriber.language, frame) is frame:
                    self._plan(subscriber.topic, topic, frame.again_in)
            subscriber.waiting, subscriber.stale = "", True
            await self._write(topic, subscriber)
        finally:
            topic.subscribers.discard(subscriber)
            if not topic.has_reader_of(subscriber.language):
                topic.seen.pop(subscriber.language, None)  # nobody keeps it fresh any more
            if not topic.subscribers:
                self._forget(subscriber.topic, topic)

    async def _write(self, topic: _Topic, subscriber: Subscriber) -> None:
        while True:
            if subscriber.waiting is None:
                subscriber.wake.clear()
                try:
                    async with asyncio.timeout(self._heartbeat):
                        await subscriber.wake.wait()
                except TimeoutError:
                    subscriber.waiting = topic.seen[subscriber.language].parts.get("pulse", "")
            text, subscriber.waiting = subscriber.waiting, None
            if subscriber.stale:
                text, subscriber.stale = topic.seen[subscriber.language].whole(), False
            if not text:
                continue
            try:
                async with asyncio.timeout(STUCK_AFTER):
                    await subscriber.send(text)
            except TimeoutError:
                subscriber.cut()
                return

    def _tell(self, topics: set[str]) -> None:
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

    async def _tick(self, name: str, topic: _Topic) -> None:
        """The leading edge at once, then at most one picture per rest."""
        loop = asyncio.get_running_loop()
        try:
            while topic.dirty and topic.subscribers:
                pause = topic.drawn_at + topic.rest - loop.time()
                if pause > 0:
                    await asyncio.sleep(pause)
                topic.dirty = False
                topic.drawn_at = loop.time()
                for language in sorted({subscriber.language for subscriber in topic.subscribers}):
                    try:
                        await self._redraw(name, topic, language)
                    except Exception:  # it is in the log; the picture is still owed
                        topic.dirty, topic.drawn_at = True, loop.time() + TRY_AGAIN_IN
        finally:
            topic.ticking = None

    async def _redraw(self, name: str, topic: _Topic, language: str) -> None:
        frame = await self._drawn(name, language)
        if not topic.has_reader_of(language):
            return  # the last one left meanwhile
        text = frame.since(topic.seen.get(language))
        topic.seen[language] = frame
        self._plan(name, topic, frame.again_in)
        if text:
            await self._hand_out(topic, language, text)

    async def _drawn(self, name: str, language: str) -> Frame:
        try:
            return await asyncio.to_thread(self._draw, name, language)
        except Exception:
            log.exception("topic %s could not be drawn", name)
            raise

    async def _hand_out(self, topic: _Topic, language: str, text: str) -> None:
        for index, subscriber in enumerate(tuple(topic.subscribers)):
            if subscriber.language != language:
                continue
            if subscriber.waiting is not None:
                subscriber.stale = True  # it missed a picture: next it gets the whole
            subscriber.waiting = text
            subscriber.wake.set()
            if index % REST_BETWEEN_SOCKETS == REST_BETWEEN_SOCKETS - 1:
                await asyncio.sleep(0)

    def _plan(self, name: str, topic: _Topic, again_in: float | None) -> None:
        """Some pictures change by the clock alone: a silence ends, a red coast fades."""
        if topic.later is not None:
            topic.later.cancel()
            topic.later = None
        if again_in is not None:
            topic.later = asyncio.get_running_loop().call_later(again_in, self._tell, {name})

    def _forget(self, name: str, topic: _Topic) -> None:
        if topic.later is not None:
            topic.later.cancel()
        self._topics.pop(name, None)
