"""Carries word of a commit to the sockets of this process, and to the other processes on the same PostgreSQL.

Word travels by NOTIFY, a little of it together, outside every transaction of the writer. It may get lost: whoever
watches a dialogue is told again when its sequence number in the database is past what this process was told.
"""

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from random import uniform
from typing import Any, Protocol

from app.live.hub import Hub

log = logging.getLogger(__name__)

CHANNEL = "tovholder"
REST = 0.025  # seconds between two notifications; what comes meanwhile goes together
PAYLOAD_MAX = 7_900  # bytes; PostgreSQL takes less than 8,000
NUMBERS_MAX = 400  # in one piece of news, so that no piece outgrows a payload
UNSENT_MAX = 200  # payloads kept while PostgreSQL is away; past it the others read for themselves
LOOK_EVERY = 2.0  # seconds between two readings of the sequence numbers of what is watched
RETURN_WITHIN = 5.0  # seconds between two tries to reach PostgreSQL again, at most

Numbers = Callable[[list[int]], dict[int, int]]
Connect = Callable[[], Awaitable[AbstractAsyncContextManager[Any]]]


class Relay(Protocol):
    """Where the writer's word goes after a commit. `hears` is whether word of the other processes comes in now."""

    hears: bool

    def start(self) -> None:
        """Bind to the running event loop; call once, after the hub."""

    def announce(self, told: Mapping[str, int]) -> None:
        """Topics that changed, each with the sequence number of its dialogue. From any thread; never waits."""

    async def stop(self) -> None:
        """Let go of tasks and connections."""


class LocalRelay:
    """One process: its own sockets are all there are."""

    hears = True

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def start(self) -> None:
        """Nothing to begin."""

    def announce(self, told: Mapping[str, int]) -> None:
        self._hub.announce(told)

    async def stop(self) -> None:
        """Nothing to end."""


@dataclass(slots=True)
class _Known:
    """What this process was told of a watched dialogue: every number up to `through`, and those in `told`.

    `seen` is the number in the database at the last look. By the next one, word of it must have come.
    """

    through: int | None = None
    seen: int = 0
    told: set[int] = field(default_factory=set)

    def look(self, number: int, all_of_it: bool) -> bool:
        """Whether some word is missing. `all_of_it` also misses what may still be under way."""
        due = number if all_of_it else self.seen
        if self.through is None or number < self.seen:  # never looked at, or the numbers started over
            missing = True
        else:
            missing = not self.told.issuperset(range(self.through + 1, due + 1))
        self.through, self.seen = number if missing else due, number
        self.told = {each for each in self.told if each > self.through}
        return missing


@dataclass(slots=True)
class _News:
    """What changed in a dialogue since the last notification."""

    faces: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)


class NotifyRelay:
    """Many processes on one PostgreSQL. `numbers` reads the sequence numbers of dialogues, in a thread.

    Only faces that sockets watch are carried over; work that listens to the hub, such as grouping, is done by the
    process that took the card.
    """

    hears = False

    def __init__(self, hub: Hub, connect: Connect, numbers: Numbers) -> None:
        self._hub = hub
        self._connect = connect
        self._numbers = numbers
        self._name = secrets.token_hex(4)
        self._known: dict[int, _Known] = {}
        self._news: dict[int, _News] = {}
        self._unsent: deque[str] = deque(maxlen=UNSENT_MAX)
        self._something = asyncio.Event()
        self._look = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            asyncio.create_task(_kept(self._speak, "telling the other processes")),
            asyncio.create_task(_kept(self._listen, "listening to the other processes")),
            asyncio.create_task(_kept(self._look_again, "reading the sequence numbers")),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def announce(self, told: Mapping[str, int]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, told)

    def _tell(self, told: Mapping[str, int]) -> None:
        self._hub.tell(told)
        for topic, number in told.items():
            face, _, dialogue = topic.partition(":")
            news = self._news.setdefault(int(dialogue), _News())
            news.numbers.add(number)
            if face in self._hub.faces:
                news.faces.add(face)
            self._heard(int(dialogue), (number,))
        self._something.set()

    def _heard(self, dialogue: int, numbers: Iterable[int]) -> None:
        if dialogue in self._known:
            self._known[dialogue].told.update(numbers)

    async def _speak(self) -> None:
        async with await self._connect() as connection:
            await connection.execute("SET synchronous_commit = off")  # word is no promise; it need not wait for a disk
            while True:
                if not self._unsent:
                    await self._something.wait()
                self._something.clear()
                self._unsent.extend(_payloads(self._name, self._news))
                self._news = {}
                while self._unsent:
                    await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, self._unsent[0]))
                    self._unsent.popleft()
                await asyncio.sleep(REST)

    async def _listen(self) -> None:
        async with await self._connect() as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._look.set()  # what was said while nobody listened
            self.hears = True
            try:
                async for notice in connection.notifies():
                    self._take(json.loads(notice.payload))
            finally:
                self.hears = False

    def _take(self, told: dict[str, Any]) -> None:
        if told["from"] == self._name:
            return
        for dialogue, faces, numbers in told["news"]:
            self._heard(dialogue, numbers)
            self._hub.tell([f"{face}:{dialogue}" for face in faces])

    async def _look_again(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._look.wait()
            except TimeoutError:
                pass
            all_of_it = self._look.is_set()
            self._look.clear()
            watched: dict[int, list[str]] = {}
            for topic in self._hub.topics():
                watched.setdefault(int(topic.partition(":")[2]), []).append(topic)
            self._known = {dialogue: self._known.get(dialogue, _Known()) for dialogue in watched}
            if watched:
                for dialogue, number in (await asyncio.to_thread(self._numbers, sorted(watched))).items():
                    if self._known[dialogue].look(number, all_of_it):
                        self._hub.tell(watched[dialogue])


def _payloads(name: str, news: Mapping[int, _News]) -> Iterator[str]:
    """What to say, in as few notifications as hold it."""
    pieces = [
        json.dumps([dialogue, sorted(each.faces), numbers[first : first + NUMBERS_MAX]], separators=(",", ":"))
        for dialogue, each in news.items()
        for numbers in [sorted(each.numbers)]
        for first in range(0, len(numbers), NUMBERS_MAX)
    ]
    while pieces:
        room, together = PAYLOAD_MAX, []
        while pieces and len(pieces[-1]) < room:
            together.append(pieces.pop())
            room -= len(together[-1]) + 1
        yield f'{{"from":"{name}","news":[{",".join(together)}]}}'


async def _kept(work: Callable[[], Awaitable[None]], what: str) -> None:
    """Do the work until cancelled, again and again when it breaks, with pauses that grow while it does not last."""
    loop = asyncio.get_running_loop()
    pause = 0.1
    while True:
        begun = loop.time()
        try:
            await work()
        except Exception as error:
            log.warning("%s broke: %s; once more in %.1f s", what, type(error).__name__, pause)
        if loop.time() - begun > RETURN_WITHIN:
            pause = 0.1
        await asyncio.sleep(pause * uniform(0.5, 1))  # noqa: S311 - so that processes do not come back in step
        pause = min(RETURN_WITHIN, 2 * pause)
