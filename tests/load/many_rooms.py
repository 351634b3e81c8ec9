"""Many small rooms over two servers on one PostgreSQL: what a phone, a reading, a ballot and a card cost in CPU.

    python3 -m tests.load.many_rooms [--rooms 40] [--people 25] [--json]

Half as many rooms are played first, and what they cost is multiplied by two: `off` is by how much that misses what all
the rooms cost. Loopback only; about two minutes. CPU is that of the two servers and of PostgreSQL, not of this client.
"""

import argparse
import asyncio
import contextlib
import json
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from app.domain import links, participants
from app.settings import with_driver
from tests.conftest import Live, based
from tests.domain import hall
from tests.load.two_processes import KEY, two_servers

IDLE = 15.0  # seconds of doing nothing
EMPTY = 5.0  # seconds before anybody is there
OVER = 20.0  # seconds over which everybody does something once


PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Phone:
    """A participant with a socket at one server; forms and readings go to the same."""

    live: Live
    cookie: str
    socket: ClientConnection | None = None
    answers: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def listen(self) -> None:
        assert self.socket
        async for frame in self.socket:
            if str(frame).startswith("{"):
                answer = json.loads(frame)
                self.answers.pop(answer["key"]).set_result(answer["status"])

    async def send(self, message: dict[str, str]) -> float:
        """Seconds until it was acknowledged."""
        assert self.socket
        begun = perf_counter()
        answer = self.answers[message["key"]] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps(message))
        status = await asyncio.wait_for(answer, 30)
        if status != 200:
            raise RuntimeError(f"a message was answered {status}")
        return perf_counter() - begun


@dataclass(frozen=True, slots=True)
class Room:
    """A dialogue on its step of advice, with a vote to come."""

    dialogue: int
    code: str
    collect: int
    vote: int
    options: list[int]
    desk: str
    phones: list[Phone]


def furnished(url: str, lives: tuple[Live, Live], rooms: int, people: int) -> list[Room]:
    """Rooms made with the product's own verbs; phones take the two servers in turn."""
    made = []
    with based(with_driver(url)) as base:
        for number in range(rooms):
            room, step, options = hall.voting(base, people=1)
            collect = room.go("Råd")
            desk = base.do(links.ensure, "desk", room.id)
            tokens = base.do(
                lambda tx, to=room.id: [participants.join(tx, to, "borger", "da")[1] for _ in range(people)]
            )
            phones = [
                Phone(lives[each % 2], f"tovholder-p-{room.id}={token}") for each, token in enumerate(tokens, number)
            ]
            secret = links.secret(desk, KEY)
            made.append(Room(room.id, room.dialogue.code, collect, step, options, secret, phones))
    return made


Act = Callable[[Room, Phone], Awaitable[float]]


@dataclass(slots=True)
class Cpu:
    """Seconds of CPU of the two servers, and of PostgreSQL with all its processes where it is ours."""

    servers: list[int]
    database: int | None

    def now(self) -> tuple[float, float]:
        return sum(map(_spent, self.servers)), sum(map(_spent, _family(self.database))) if self.database else 0.0

    def memory(self) -> float:
        """Kilobytes the servers hold."""
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.servers) * PAGE / 1024


def _spent(pid: int) -> float:
    """Its own CPU, and that of its children which have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(FileNotFoundError):
        yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


@dataclass(slots=True)
class Meter:
    """What each thing costs, in microseconds of CPU for one, and how long its answers took.

    What the servers cost by themselves is taken off.
    """

    cpu: Cpu
    alone: tuple[float, float] = (0.0, 0.0)  # seconds of CPU a second while nobody is there
    told: dict[str, dict[str, float]] = field(default_factory=dict)

    async def tare(self) -> None:
        before = self.cpu.now()
        await asyncio.sleep(EMPTY)
        servers, database = (after - earlier for earlier, after in zip(before, self.cpu.now(), strict=True))
        self.alone = servers / EMPTY, database / EMPTY

    async def measure(self, name: str, count: int, work: Awaitable[list[float]]) -> None:
        before, begun = self.cpu.now(), perf_counter()
        took = await work
        seconds = perf_counter() - begun
        servers, database = (
            (after - earlier - rate * seconds) / count * 1e6
            for earlier, after, rate in zip(before, self.cpu.now(), self.alone, strict=True)
        )
        figures = {"count": count, "seconds": seconds, "server_us": servers, "postgres_us": database}
        if took:
            cuts = quantiles(took, n=100, method="inclusive")
            figures |= {"p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000}
        self.told[name] = {what: round(value, 1) for what, value in figures.items()}


async def play(rooms: list[Room], cpu: Cpu) -> dict[str, dict[str, float]]:
    """Connect, rest, read, vote and write."""
    meter, chance = Meter(cpu), Random(7)
    phones = [(room, phone) for room in rooms for phone in room.phones]
    await meter.tare()
    memory = cpu.memory()
    async with (
        contextlib.AsyncExitStack() as held,
        httpx.AsyncClient() as desks,
        httpx.AsyncClient(timeout=30) as client,
    ):
        await meter.measure("connecting", len(phones), _connected(rooms, held))
        meter.told["connecting"]["kb"] = round((cpu.memory() - memory) / len(phones), 1)
        listening = [asyncio.create_task(phone.listen()) for _, phone in phones]
        await meter.measure("resting, a phone and second", round(len(phones) * IDLE), _resting())
        await _go(rooms, desks)
        await meter.measure("reading what is on", len(phones), _everybody(phones, chance, partial(_read, client)))
        await meter.measure("a ballot", len(phones), _everybody(phones, chance, _vote))
        for room in rooms:
            await _post(desks, room, "step", {"step": str(room.collect)})
        await asyncio.sleep(1)
        await meter.measure("a card", len(phones), _everybody(phones, chance, _write))
        for task in listening:
            task.cancel()
    return meter.told


async def _connected(rooms: list[Room], held: contextlib.AsyncExitStack) -> list[float]:
    took = []
    for room in rooms:
        for phone in room.phones:
            begun = perf_counter()
            address = phone.live.url.replace("http://", "ws://") + f"/d/{room.code}/live"
            headers = {"Cookie": phone.cookie}
            opening = connect(address, origin=phone.live.url, additional_headers=headers, compression=None)
            phone.socket = await held.enter_async_context(opening)
            took.append(perf_counter() - begun)
    return took


async def _resting() -> list[float]:
    await asyncio.sleep(IDLE)
    return []


async def _everybody(phones: list[tuple[Room, Phone]], chance: Random, act: Act) -> list[float]:
    """Each phone acts once, at a time of its own."""

    async def later(room: Room, phone: Phone, pause: float) -> float:
        await asyncio.sleep(pause)
        return await act(room, phone)

    return list(await asyncio.gather(*[later(*each, chance.uniform(0, OVER)) for each in phones]))


async def _go(rooms: list[Room], client: httpx.AsyncClient) -> None:
    """Every desk opens its link and goes to the vote."""
    for room in rooms:
        await _post(client, room, "open", {"secret": room.desk})
        await _post(client, room, "step", {"step": str(room.vote)})


async def _post(desk: httpx.AsyncClient, room: Room, act: str, fields: dict[str, str]) -> None:
    base = room.phones[0].live.url
    answer = await desk.post(f"{base}/desk/{room.dialogue}/{act}", data=fields, headers={"origin": base})
    if answer.status_code >= 400:
        answer.raise_for_status()


async def _read(client: httpx.AsyncClient, room: Room, phone: Phone) -> float:
    begun = perf_counter()
    answer = await client.get(f"{phone.live.url}/d/{room.code}/now", headers={"cookie": phone.cookie})
    answer.raise_for_status()
    return perf_counter() - begun


async def _vote(room: Room, phone: Phone) -> float:
    choice = {f"card-{card}": "1" for card in room.options[:3]}
    return await phone.send({"to": f"votes/{room.vote}", **choice, "key": "many-rooms-vote"})


async def _write(room: Room, phone: Phone) -> float:
    text = f"Flere hænder til {phone.cookie[-6:]}"
    card = {"to": "cards", "activity": str(room.collect), "kind": "advice", "first": text, "second": ""}
    return await phone.send(card | {"key": "many-rooms-card"})


def off(half: dict[str, dict[str, float]], whole: dict[str, dict[str, float]]) -> dict[str, float]:
    """By how many per cent the cost of one, as half the rooms told it, misses that of all the rooms."""
    return {
        name: round(100 * (_both(half[name]) - _both(whole[name])) / max(_both(whole[name]), 1e-9), 1) for name in whole
    }


def _both(figures: dict[str, float]) -> float:
    return figures["server_us"] + figures["postgres_us"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=40)
    parser.add_argument("--people", type=int, default=25)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tovholder-rooms-") as name, two_servers(Path(name)) as (here, there, base):
        cpu = Cpu([here.process.pid, there.process.pid], base.pid)
        told = []
        for rooms in (max(1, arguments.rooms // 2), arguments.rooms):
            made = furnished(base.url, (here, there), rooms, arguments.people)
            told.append(asyncio.run(play(made, cpu)))
    missed = off(*told)
    if arguments.json:
        print(json.dumps({"half": told[0], "all": told[1], "off_percent": missed}))
        return
    for name, figures in told[1].items():
        print(
            f"{name:<28}",
            *(f"{what} {value:g}" for what, value in figures.items()),
            f"off {missed[name]:g} %",
            sep="  ",
        )


if __name__ == "__main__":
    main()
