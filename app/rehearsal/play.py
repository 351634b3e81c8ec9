"""One rehearsal from the first arrival to the report: who plays, when it is over, and what was seen.

Ends by itself: after the last step with a desk, after a quiet while without one, and after four hours in any case.
"""

import asyncio
import contextlib
import signal
import ssl
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any
from urllib.parse import SplitResult

from app.rehearsal import report, scenario
from app.rehearsal.board import Board
from app.rehearsal.facilitator import Facilitator
from app.rehearsal.person import Person
from app.rehearsal.report import Course, Ledger, Report
from app.rehearsal.room import PACE, Room
from app.rehearsal.scenario import DAY, Unusable
from app.rehearsal.wire import Away, Line, Refused, Server, join_code, near

TRACK_2 = Path(__file__).parent.parent / "data" / "scenario_track2.csv"
LONGEST = 4 * 3600.0  # seconds
_LAST_PICTURE = 5.0  # seconds the board gets to show the last card
_NO_DESK = "Without the desk's link the summary cannot be read, so what is lost or doubled is not known."


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for. Addresses are whole links; `desk` and `board` may be empty. `quiet` is in real seconds."""

    join: str
    desk: str = ""
    board: str = ""
    participants: int = 100
    scenario: Path = TRACK_2
    speed: float = 20.0
    seed: int = 1
    mark: str = ""
    quiet: float = 60.0
    anywhere: bool = False


async def run(plan: Plan, say: Callable[[str], None] = lambda _line: None) -> tuple[Report, bytes | None]:
    """Play a whole rehearsal. Returns the report and the summary's CSV, or None where it could not be read.

    An interrupt ends it early, with a report. Raises Unusable.
    """
    play = _Play(plan, say)
    try:
        with _interrupting(play.over):
            return await play.play()
    finally:
        await play.close()


@contextlib.contextmanager
def _interrupting(over: asyncio.Event) -> Iterator[None]:
    """Ctrl-C ends the play and not the report, where the platform and thread allow it."""
    loop = asyncio.get_running_loop()
    cannot = (NotImplementedError, RuntimeError, ValueError)
    with contextlib.suppress(*cannot):
        loop.add_signal_handler(signal.SIGINT, over.set)
    try:
        yield
    finally:
        with contextlib.suppress(*cannot):
            loop.remove_signal_handler(signal.SIGINT)


class _Play:
    """The cast, their lines to the server, and the ledger."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        if not 0.1 <= plan.speed <= 1000:
            raise Unusable("--speed is between 0.1 and 1000.")
        self.over = asyncio.Event()
        self._plan, self._say = plan, say
        self._ledger = Ledger()
        self._chance = Random(plan.seed)  # noqa: S311 - made pauses, not secrets
        self._trust = ssl.create_default_context()
        self._desk = near(plan.desk, plan.anywhere) if plan.desk else None
        self._wall = near(plan.board, plan.anywhere) if plan.board else None
        join = near(plan.join, plan.anywhere)
        self._code = join_code(join)
        self._server = self._at(join)
        self._room = Room(self._server, plan.speed)
        cards = scenario.read_cards(plan.scenario)
        parts = scenario.cast(plan.scenario, cards, plan.participants)
        scenario.deal(cards, parts, self._chance)
        scenario.judge(parts, plan.scenario)
        self._people = [Person(self._room, part, self._code, plan.mark) for part in parts]
        self._room.people.extend(self._people)
        self._lines: list[Line] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._why: list[str] = []

    def _at(self, parts: SplitResult) -> Server:
        return Server(f"{parts.scheme}://{parts.netloc}", self._ledger, self._chance, self._trust)

    def _line(self, server: Server) -> Line:
        line = Line(server)
        self._lines.append(line)
        return line

    def _start(self, part: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(part))

    async def play(self) -> tuple[Report, bytes | None]:
        """Everybody on; see `run`."""
        began = monotonic()
        facilitator = await self._open()
        for person in self._people:
            self._start(person.live())
        finished = await self._until_over(facilitator)
        await self._last_picture()
        summary = await self._summary(facilitator)
        seconds = monotonic() - began
        await self.close()
        course = Course(len(self._people), self._room.unsent(), seconds, finished, self._why)
        return report.build(self._ledger, course, summary), summary

    async def _open(self) -> Facilitator | None:
        """See that the addresses work before anybody comes. Raises Unusable."""
        facilitator = None
        try:
            await self._line(self._server).read(f"/d/{self._code}/join")
            if self._desk is not None:
                line = self._line(self._at(self._desk))
                facilitator = Facilitator(self._room, line, self._desk, self._say)
                await facilitator.open()
                if self._wall is None:
                    self._start(Board(line, self._ledger, f"/board/{facilitator.dialogue}").watch())
            if self._wall is not None:
                board = Board(self._line(self._at(self._wall)), self._ledger, self._wall.path)
                await board.open(self._wall.fragment)
                self._start(board.watch())
        except (Refused, Away) as reason:
            raise Unusable(f"The rehearsal cannot begin: {reason}") from reason
        return facilitator

    async def _until_over(self, facilitator: Facilitator | None) -> bool:
        """Play to the end. Returns whether it came to its own end."""
        playing = asyncio.ensure_future(facilitator.lead() if facilitator else self._until_quiet())
        stopped = asyncio.create_task(self.over.wait())
        try:
            await asyncio.wait({playing, stopped}, timeout=LONGEST, return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                playing.result()
            else:
                self._why.append("It was stopped before its end.")
            return playing.done()
        except (Refused, Away) as reason:
            self._why.append(f"The facilitator could not go on: {reason}")
            return False
        finally:
            for task in (playing, stopped):
                task.cancel()
            await asyncio.gather(playing, stopped, return_exceptions=True)

    async def _until_quiet(self) -> None:
        """Nobody leads: people come, answer what is on, and it is over when nothing has happened for a while."""
        await self._room.day.run(DAY, DAY / PACE * 60 / self._plan.speed)
        while monotonic() - self._room.stirred < self._plan.quiet and not all(each.home for each in self._people):
            await asyncio.sleep(0.2)

    async def _last_picture(self) -> None:
        """Give the board time to count the newest card."""
        newest = max((each.number for each in self._ledger.cards.values()), default=0)
        until = monotonic() + _LAST_PICTURE
        while self._ledger.frames and self._ledger.frames[-1][0] < newest and monotonic() < until:
            await asyncio.sleep(0.05)

    async def _summary(self, facilitator: Facilitator | None) -> bytes | None:
        if facilitator is None:
            self._why.append(_NO_DESK)
            return None
        try:
            return await facilitator.summary()
        except (Refused, Away) as reason:
            self._why.append(f"The summary could not be read: {reason}")
            return None

    async def close(self) -> None:
        """Everybody home. Raises what went wrong inside a part, if anything did."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for line in self._lines:
            await line.close()
        self._lines.clear()
        for each in ended:
            if isinstance(each, Exception):
                raise each
