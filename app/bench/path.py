"""The whole path: a room votes within some seconds while the wall watches; joins; a room at rest; one dead phone."""

import asyncio
import re
import socket
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode

import httpx

from app.bench import phones
from app.bench.phones import Phone, Tally, percentile, posted
from app.bench.stage import Process, Room

_VOTED = re.compile(rb'data-voted="(\d+)"')


class _Wall:
    """A board's socket, and when it first counted so many votes."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.counted: list[float] = []  # the moment at which vote number n was on the wall
        phone.heard = self._hear

    def _hear(self, frame: bytes) -> None:
        found = _VOTED.findall(frame)
        if found:
            self.counted += [perf_counter()] * (int(found[-1]) - len(self.counted))


async def board_cookie(server: Process, client: httpx.AsyncClient) -> str:
    """Open the board's link; returns what its browser is known by."""
    address, _, secret = server.links["board"].partition("#")
    (await client.post(address + "/open", data={"secret": secret})).raise_for_status()
    return "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)


def client_of(server: Process) -> httpx.AsyncClient:
    origin = f"http://127.0.0.1:{server.port}"
    return httpx.AsyncClient(
        base_url=origin, headers={"origin": origin, "accept": "application/json"}, trust_env=False, timeout=30
    )


@dataclass(frozen=True, slots=True)
class Storm:
    """A room that votes once each. Milliseconds from the vote to its answer and to the wall; server CPU in seconds."""

    acknowledged: int
    on_the_wall: int
    answer_p99: float
    wall_p50: float
    wall_p99: float
    cpu: float
    pushes: float  # a second and phone, the most any phone had


async def storm(server: Process, room: Room, count: int, seconds: float) -> Storm:
    """So many phones cast their first vote within so many seconds."""
    tally = Tally()
    async with client_of(server) as client:
        crowd = await phones.connect(room, server.port, count, tally)
        [watching] = await phones.connect(room, server.port, 1, Tally(), await board_cookie(server, client))
        board = _Wall(watching)
        await asyncio.sleep(0.5)
        heard = [0] * count

        def counting(number: int) -> None:
            crowd[number].heard = lambda _frame: heard.__setitem__(number, heard[number] + 1)

        for number in range(count):
            counting(number)
        cast: list[float] = []
        cpu, begun = server.cpu(), perf_counter()
        for number, phone in enumerate(crowd):
            pause = begun + number * seconds / count - perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            cast.append(perf_counter())
            phone.vote()
            if number % 50 == 0:
                await asyncio.sleep(0)
        patience = perf_counter() + 10
        while (tally.answered < count or len(board.counted) < count) and perf_counter() < patience:
            await asyncio.sleep(0.05)
        used, took = server.cpu() - cpu, perf_counter() - begun
        phones.hang_up([watching, *crowd])
        await asyncio.sleep(0.1)  # a connection that is cut ends a moment later
    # The wall counts people: the n-th vote to be cast is there at the latest when it counts n.
    waits = [(shown - sent) * 1000 for sent, shown in zip(cast, board.counted, strict=False)]
    return Storm(
        acknowledged=tally.answered,
        on_the_wall=len(board.counted),
        answer_p99=tally.at(0.99),
        wall_p50=percentile(waits, 0.50),
        wall_p99=percentile(waits, 0.99),
        cpu=used,
        pushes=max(heard, default=0) / took,
    )


@dataclass(frozen=True, slots=True)
class Joins:
    """People who came in: how many of those who tried, and milliseconds to be let in."""

    asked: int
    joined: int
    p50: float
    p95: float


async def joins(server: Process, room: Room, count: int, seconds: float) -> Joins:
    """So many join from one address within so many seconds, each on a connection of its own, as phones do."""
    times: list[float] = []
    host, content = f"127.0.0.1:{server.port}", urlencode({"role": "borger"}).encode()
    request = posted(f"/d/{room.code}/join", host, "", content)

    async def one(number: int) -> bool:
        await asyncio.sleep(number * seconds / count)
        begun = perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request)
        status = await reader.readline()
        times.append((perf_counter() - begun) * 1000)
        writer.transport.abort()
        return b" 200 " in status

    came = await asyncio.gather(*[one(number) for number in range(count)])
    return Joins(count, sum(came), percentile(times, 0.50), percentile(times, 0.95))


async def at_rest(server: Process, seconds: float) -> float:
    """Share of a core that the room costs while nothing happens."""
    cpu, begun = server.cpu(), perf_counter()
    await asyncio.sleep(seconds)
    return (server.cpu() - cpu) / (perf_counter() - begun)


def dead_wall(room: Room, port: int, board: str) -> socket.socket:
    """A browser that opens its socket and then reads nothing, with room for little."""
    dead = socket.socket()
    dead.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    dead.connect(("127.0.0.1", port))
    host = f"127.0.0.1:{port}"
    dead.sendall(
        (
            f"GET /board/{room.dialogue_id}/live HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: {board}\r\n\r\n"
        ).encode()
    )
    return dead
