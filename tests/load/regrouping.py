"""Do votes wait while the machine groups a large board anew? 100 phones cast 200 votes a second, quiet and meanwhile.

Run from the project's folder as `python -m tests.load.regrouping [--pairs N] [--cards N] [--json]`; not part of the
test run. Everything on loopback, bounded in count and time.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

import httpx

from app.bench import phones, stage, votes
from app.bench.phones import Tally
from app.domain import cards, participants
from app.models import milliseconds, now
from app.store import Writer, writing

PHONES, RATE = 100, 200
WINDOW = 4.0  # seconds of one measurement at least
AT_MOST = 60.0
WORDS = """tid møder frivillige borgere ledelse roller ansvar penge nøgler tillid pårørende skole bibliotek kommune
opgave samarbejde plejehjem demens unge aften weekend vagtplan budget projekt netværk naboer transport sprog"""


def text(number: int) -> str:
    return f"Vi mangler {' og '.join(Random(number).sample(WORDS.split(), 4))} i hverdagen, nummer {number}"


def fill(database: str, room: stage.Room, count: int) -> None:
    """So many cards, as they would have been written."""
    writer = Writer(writing(database))
    try:
        writer.change_now(_many, room, count)
    finally:
        writer.close()


def _many(tx, room: stage.Room, count: int) -> None:
    [step] = tx.run("SELECT id FROM activity WHERE dialogue_id = :d AND kind = 'collect'", d=room.dialogue_id)
    tx.run("UPDATE activity SET state = 'open' WHERE id = :step", step=step[0])
    me = participants.signed_in(tx, room.dialogue_id, participants.hashed(room.tokens[0]))
    for number in range(count):
        cards.submit(tx, me, step[0], cards.written("advice", text(number), ""), f"regroup-{number:06}")
    closed = milliseconds(now()) + 600_000  # so that one more card still comes in, late
    tx.run("UPDATE activity SET state = 'closed', closed_at = :at WHERE id = :step", at=closed, step=step[0])


async def window(crowd: list[phones.Phone], tally: Tally, done: Callable[[], bool] = lambda: True) -> float:
    """p99 of the answers of one window, and until it is done, in milliseconds."""
    tally.seconds.clear()
    every = len(crowd) / RATE
    begun_at = asyncio.get_running_loop().time()
    while (now_ := asyncio.get_running_loop().time()) < begun_at + WINDOW or (not done() and now_ < begun_at + AT_MOST):
        begun = asyncio.get_running_loop().time()
        for phone in crowd:
            phone.vote()
            await asyncio.sleep(every / len(crowd) * 0.8)
        await asyncio.sleep(max(0.0, begun + every - asyncio.get_running_loop().time()))
    await asyncio.sleep(0.5)
    return tally.at(0.99)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--cards", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    stage.many_files()
    quiet, meanwhile = [], []
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(arguments.pairs):
            with tempfile.TemporaryDirectory(dir=folder) as data:
                database = stage.database_of(Path(data))
                room = stage.prepare(database, PHONES)
                fill(database, room, arguments.cards)
                with stage.ours(Path(data), database) as server:
                    ours = votes.Ours(server, room, database, {})
                    quiet_ms, busy_ms = asyncio.run(measure(ours, pair))
            quiet.append(quiet_ms)
            meanwhile.append(busy_ms)
    found = {"cards": arguments.cards, "quiet_p99_ms": median(quiet), "regrouping_p99_ms": median(meanwhile)}
    found["pairs"] = [[round(a, 1), round(b, 1)] for a, b in zip(quiet, meanwhile, strict=True)]
    print(json.dumps(found) if arguments.json else "\n".join(f"{name:20}{value}" for name, value in found.items()))


async def measure(ours: votes.Ours, pair: int) -> tuple[float, float]:
    tally = Tally()
    crowd = await phones.connect(ours.room, ours.server.port, PHONES, tally)
    await window(crowd, tally)  # the first round warms the caches
    quiet = await window(crowd, tally)
    begun = ours.server.cpu()
    await told(ours)
    busy = await window(crowd, tally, lambda: grouped(ours))
    spent = ours.server.cpu() - begun
    print(f"pair {pair + 1}: {spent:.1f} s of processor time meanwhile", file=sys.stderr, flush=True)
    phones.hang_up(crowd)
    return quiet, busy


def grouped(ours: votes.Ours) -> bool:
    """Whether the board has been grouped."""
    with sqlite3.connect(f"file:{ours.database.removeprefix('sqlite:///')}?mode=ro", uri=True) as connection:
        return bool(connection.execute("SELECT count(*) FROM placement").fetchone()[0])


async def told(ours: votes.Ours) -> None:
    """One more card: the board has never been grouped, so all its cards are read and grouped now."""
    cookie = ours.room.cookie(1)
    base = f"http://127.0.0.1:{ours.server.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30) as client:
        headers = {"cookie": cookie, "origin": str(client.base_url).rstrip("/"), "accept": "application/json"}
        path = f"/d/{ours.room.code}"
        fields = {"activity": str(ours.room.vote - 1), "kind": "advice", "first": text(10**6), "key": "regroup-trigger"}
        answer = await client.post(f"{path}/cards", data=fields, headers=headers)
        answer.raise_for_status()


if __name__ == "__main__":
    main()
