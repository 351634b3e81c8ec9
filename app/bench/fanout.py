"""One change told to a whole room: ours, and `broadcast()` of the websockets library, timed by the same clients."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

from app.bench import phones
from app.bench.phones import Phone, Tally
from app.bench.stage import Process, Room

PAUSE = 0.4  # seconds between two rounds: longer than a phone's tick, so that none waits for one


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds from the request until the last socket had it, and from the first socket to the last; server CPU
    in microseconds a socket."""

    last: float
    spread: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many idle sockets: how fast they came, and what each costs."""

    phones: list[Phone]
    tally: Tally
    handshakes: float
    memory: float  # kB a socket


async def gather(room: Room, server: Process, count: int, board: str = "") -> Crowd:
    """Let so many phones come, or walls with this cookie, and settle."""
    tally, before, begun = Tally(), server.memory(), perf_counter()
    crowd = await phones.connect(room, server.port, count, tally, board)
    rate = count / (perf_counter() - begun)
    await asyncio.sleep(1.5)
    return Crowd(crowd, tally, rate, (server.memory() - before) / count)


class _Watch:
    """Waits until every phone has heard a frame with the mark in it."""

    def __init__(self, crowd: list[Phone]) -> None:
        self._crowd = crowd
        self._missing = 0
        self.mark = b""
        self.first = self.last = 0.0
        self.all = asyncio.Event()
        for phone in crowd:
            phone.heard = self._hear

    def begin(self, mark: bytes) -> None:
        self.mark, self._missing, self.first = mark, len(self._crowd), 0.0
        self.all.clear()

    def _hear(self, frame: bytes) -> None:
        if not self.mark or self.mark not in frame:
            return
        self.last = perf_counter()
        self.first = self.first or self.last
        self._missing -= 1
        if self._missing == 0:
            self.all.set()


async def rounds(
    server: Process, crowd: list[Phone], times: int, trigger: Callable[[int], Awaitable[bytes]]
) -> list[Round]:
    """`trigger` makes the change; it returns at once, with what tells its frame from others."""
    watch, found = _Watch(crowd), []
    for number in range(times + 1):  # the first warms up
        cpu, begun = server.cpu(), perf_counter()
        watch.begin(await trigger(number))
        await asyncio.wait_for(watch.all.wait(), 30)
        await asyncio.sleep(PAUSE)
        found.append(
            Round(
                (watch.last - begun) * 1000,
                (watch.last - watch.first) * 1000,
                (server.cpu() - cpu) / len(crowd) * 1e6,
            )
        )
    return found[1:]


def voter(phone: Phone) -> Callable[[int], Awaitable[bytes]]:
    """A change that every wall is told of: one more vote. `data-seq` stands in the frames that tell of it."""

    async def vote(_number: int) -> bytes:
        phone.vote()
        return b'data-seq="'

    return vote


async def listeners(port: int, count: int) -> Crowd:
    """The same sockets at the bare script."""
    room = Room(0, "BASELINE", 0, (0,), ("",) * count)
    tally, begun = Tally(), perf_counter()
    crowd = await phones.connect(room, port, count, tally)
    rate = count / (perf_counter() - begun)
    await asyncio.sleep(1.0)
    return Crowd(crowd, tally, rate, 0.0)


async def broadcaster(port: int, size: int) -> tuple[Callable[[int], Awaitable[bytes]], Callable[[], object]]:
    """A trigger of the bare script: a text of so many bytes that everybody gets. Returns it, and how to end it."""
    up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    class Trigger(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.write(  # type: ignore[attr-defined]
                f"GET /trigger HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )

        def data_received(self, data: bytes) -> None:
            if not up.done() and b"\r\n\r\n" in data:
                up.set_result(None)

    transport, _ = await asyncio.get_running_loop().create_connection(Trigger, "127.0.0.1", port)
    await up

    async def tell(number: int) -> bytes:
        mark = b"round-%06d-" % number
        transport.write(phones.masked(mark + b"x" * (size - len(mark))))
        return mark

    return tell, transport.abort
