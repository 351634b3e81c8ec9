"""Durable votes a second in closed loop: ours over sockets and by HTTP, the textbook route, and the bare floor."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sqlmodel import Session, select

from app.bench import phones, stage
from app.bench.phones import Poster, Tally
from app.bench.stage import Process, Room
from app.models import Vote
from app.store import reading


@dataclass(frozen=True, slots=True)
class Run:
    """One run: votes a second, answer times in milliseconds, processor time of the server in microseconds a vote."""

    rate: float
    p50: float
    p99: float
    cpu: float
    refused: int


def _run(tally: Tally, seconds: float, cpu: float) -> Run:
    rate = tally.answered / seconds
    cost = cpu / tally.answered * 1e6 if tally.answered else 0.0
    return Run(rate, tally.at(0.50), tally.at(0.99), cost, tally.refused)


@dataclass
class Ours:
    """Our server with its room; remembers what was acknowledged, to compare it with what is stored."""

    server: Process
    room: Room
    database: str
    acknowledged: dict[tuple[int, int], str]

    async def sockets(self, count: int, seconds: float) -> Run:
        """Every phone has one ballot on the way, over its socket."""
        tally = Tally()
        crowd = await phones.connect(self.room, self.server.port, count, tally)
        await asyncio.sleep(0.3)
        begun, cpu = perf_counter(), self.server.cpu()
        for phone in crowd:
            phone.again = True
            phone.vote()
        await asyncio.sleep(seconds)
        run = _run(tally, perf_counter() - begun, self.server.cpu() - cpu)
        for phone in crowd:
            phone.again = False
        await asyncio.sleep(0.7)  # what is on its way still arrives
        phones.hang_up(crowd)
        await asyncio.sleep(0.3)
        self.acknowledged |= tally.last
        return run

    async def posts(self, count: int, seconds: float) -> Run:
        """The same by HTTP on kept-alive connections."""
        host = f"127.0.0.1:{self.server.port}"
        path = f"/d/{self.room.code}/votes/{self.room.vote}"

        def asking(number: int) -> Callable[[str, int], bytes]:
            def ask(run: str, turn: int) -> bytes:
                card = self.room.cards[(number + turn) % len(self.room.cards)]
                content = phones.body(f"{run}-{number:05}-{turn:07}", card, phones.STANCES[turn % 3])
                return phones.posted(path, host, self.room.cookie(number), content)

            return ask

        used = len(self.room.tokens) - count
        return await _posting(self.server, [asking(used + number) for number in range(count)], seconds)

    def stored(self) -> dict[tuple[int, int], str]:
        """What lies in the database for the phones and cards that were acknowledged over sockets."""
        engine = reading(self.database)
        with Session(engine) as session:
            rows = session.exec(select(Vote).where(Vote.activity_id == self.room.vote)).all()
        engine.dispose()
        return {(row.participant_id - self.room.first, row.card_id): str(row.value) for row in rows}


async def _posting(server: Process, requests: list[Callable[[str, int], bytes]], seconds: float) -> Run:
    loop, tally = asyncio.get_running_loop(), Tally()
    crowd: list[Poster] = []
    for request in requests:
        _, poster = await loop.create_connection(
            lambda request=request: Poster(request, tally),  # type: ignore[misc]
            "127.0.0.1",
            server.port,
        )
        crowd.append(poster)
    begun, cpu = perf_counter(), server.cpu()
    for poster in crowd:
        poster.post()
    await asyncio.sleep(seconds)
    run = _run(tally, perf_counter() - begun, server.cpu() - cpu)
    for poster in crowd:
        poster.again = False
    await asyncio.sleep(0.3)
    for poster in crowd:
        poster.transport.abort()
    return run


async def textbook(server: Process, count: int, seconds: float) -> Run:
    """The textbook route, driven by the same client."""

    def asking(number: int) -> Callable[[str, int], bytes]:
        def ask(_run: str, turn: int) -> bytes:
            content = json.dumps({"participant": number, "card": turn % 8, "value": turn}).encode()
            return (
                f"POST /votes HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\n\r\n"
            ).encode() + content

        return ask

    return await _posting(server, [asking(number) for number in range(count)], seconds)


@contextmanager
def opened(folder: Path, people: int, database: str = "", workers: int = 1) -> Iterator[Ours]:
    """Our server on a fresh data folder, or on the PostgreSQL database at this address, which is emptied for it."""
    with tempfile.TemporaryDirectory(dir=folder) as data:
        database = database or stage.database_of(Path(data))
        room = stage.prepare(database, people)
        with stage.ours(Path(data), database, workers) as server:
            yield Ours(server, room, database, {})
