"""The facilitator of a rehearsal: opens the desk with its link, goes from step to step, shows cards, closes votes.

Goes on when everybody has done what the step asks, or when it has taken too long; both are bounded.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from urllib.parse import SplitResult

from app.rehearsal import forms, report
from app.rehearsal.room import PACE, Room
from app.rehearsal.scenario import DAY
from app.rehearsal.wire import PATIENCE, Line

_TICK = 0.05
_AT_MOST = 2 * PATIENCE  # real seconds a step waits for people beyond its made time
_LOOK = 15.0  # made seconds people get to read what was shown


class Facilitator:
    """Plays the desk."""

    def __init__(self, room: Room, line: Line, desk: SplitResult, say: Callable[[str], None]) -> None:
        self._room = room
        self._line = line
        self._desk = desk.path.rstrip("/")
        self._secret = desk.fragment
        self._say = say

    @property
    def dialogue(self) -> str:
        """The id of the dialogue this desk belongs to."""
        return self._desk.rpartition("/")[2]

    async def open(self) -> None:
        """Trade the secret of the link for a cookie, and see what stands in the summary before. Raises Refused."""
        await self._line.post(f"{self._desk}/open", {"secret": self._secret})
        before = report.rows(await self.summary())
        self._room.ledger.dots_before = report.dots(before)
        self._room.ledger.taps_before = report.taps(before)

    async def summary(self) -> bytes:
        """The summary's CSV as it stands."""
        return (await self._line.read(f"/dialogues/{self.dialogue}/summary.csv")).content

    async def _steps(self) -> list[str]:
        """The ids of the steps as the run sheet has them: the one that is on can be extended, the others gone to."""
        page = forms.read((await self._line.read(self._desk)).text)
        acts = {f"{self._desk}/step", f"{self._desk}/extend"}
        wanted = [form for form in page if form.action.partition("?")[0] in acts]
        return list(dict.fromkeys(value for form in wanted for value in form.values("step")))

    async def lead(self) -> None:
        """The whole day: begin, every step in turn. Raises Refused or Away."""
        now = str((await self._line.post(f"{self._desk}/begin", {})).get("step", ""))
        steps = await self._steps()
        if now not in steps and steps:  # a closed vote was on, which cannot be extended
            await self._line.post(f"{self._desk}/step", {"step": steps[0]})
            steps = await self._steps()
        lasting = DAY / len(steps) / PACE * 60 / self._room.speed
        for number, activity in enumerate(steps, start=1):
            await self._line.post(f"{self._desk}/step", {"step": activity})
            self._room.ledger.steps.add(activity)
            self._say(f"step {number} of {len(steps)}: {self._room.tally()}")
            clock = asyncio.create_task(self._room.day.run(DAY * number / len(steps), lasting))
            try:
                await self._hold(activity)
            finally:
                await clock

    async def _hold(self, activity: str) -> None:
        """Stay on a step until everybody has read it and done what it asks, and show what came of it."""
        step = self._room.step(activity)
        await self._until(lambda: all(person.part.name in step.seen for person in self._room.present()))
        await self._until(lambda: self._written(activity))
        if step.kinds:
            await self._line.post(f"{self._desk}/reveal", {"step": activity})
        if step.ballot:
            await self._until(lambda: all(person.part.name in step.voted for person in self._room.present()))
            await self._line.post(f"{self._desk}/votes/{activity}/close", {})
            if step.dots:
                self._room.ledger.closed.add(activity)
        if step.sorting or step.answers:
            await self._until(lambda: all(person.part.name in step.voted for person in self._room.present()))
        if step.kinds or step.ballot or step.sorting or step.answers:
            await self._room.rest(_LOOK)

    def _written(self, activity: str) -> bool:
        kinds = self._room.step(activity).kinds
        self._room.pass_on_from_absent(kinds)
        return self._room.hands(kinds) == 0

    async def _until(self, done: Callable[[], bool]) -> None:
        until = monotonic() + _AT_MOST
        while not done() and monotonic() < until:
            await asyncio.sleep(_TICK)
