"""What everybody in the room shares: the made day, who is there, and what is still to be written.

The facilitator and the people run in one process, so "everybody is done" is known here and not guessed.
"""

import asyncio
import math
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Protocol

from app.rehearsal.forms import Form
from app.rehearsal.report import Ledger
from app.rehearsal.scenario import Part, Text
from app.rehearsal.wire import Server

PACE = 20.0  # scenario minutes in one made minute: breaks and talks are shortened, thinking and typing are not
_TICK = 0.05


class Day:
    """The clock of the scenario, in minutes after nine. It goes when it is told to, and never back."""

    def __init__(self) -> None:
        self.minute = 0.0
        self._waiting: list[tuple[float, asyncio.Event]] = []

    async def reach(self, minute: float) -> None:
        """Wait until the day has come so far."""
        if self.minute < minute:
            event = asyncio.Event()
            self._waiting.append((minute, event))
            await event.wait()

    async def run(self, until: float, seconds: float) -> None:
        """Let the day go to a minute, evenly, in so many real seconds."""
        began, since = monotonic(), self.minute
        while (passed := monotonic() - began) < seconds:
            self.jump(since + (until - since) * passed / seconds)
            await asyncio.sleep(min(_TICK, seconds - passed))
        self.jump(until)

    def jump(self, minute: float) -> None:
        self.minute = max(self.minute, minute)
        for due, event in self._waiting:
            if due <= self.minute:
                event.set()
        self._waiting = [(due, event) for due, event in self._waiting if due > self.minute]


@dataclass(slots=True)
class Step:
    """What the phones found on a step: the kinds of card it collects, whether it is a vote (by dots), an assessment or
    a sorting, and who looked, voted, answered or sorted.
    """

    kinds: set[str] = field(default_factory=set)
    ballot: bool = False
    dots: bool = False
    answers: bool = False
    sorting: bool = False
    seen: set[str] = field(default_factory=set)
    voted: set[str] = field(default_factory=set)


class Person(Protocol):
    """What the room knows of a person."""

    part: Part
    here: bool

    def nudge(self) -> None:
        """There is something new in the hand."""


class Room:
    """One rehearsal. `speed` divides every made pause."""

    def __init__(self, server: Server, speed: float) -> None:
        self.server = server
        self.speed = speed
        self.day = Day()
        self.people: list[Person] = []
        self.steps: dict[str, Step] = {}
        self.stirred = monotonic()

    @property
    def ledger(self) -> Ledger:
        return self.server.ledger

    @property
    def chance(self) -> Random:
        return self.server.chance

    async def rest(self, made_seconds: float) -> None:
        """A made pause."""
        await asyncio.sleep(made_seconds / self.speed)

    async def think(self, letters: int = 0) -> None:
        """The pause before something is sent: thinking, median 20 s, and a fifth of a second a letter."""
        await self.rest(self.chance.lognormvariate(math.log(20), 0.5) + letters / 5)

    def step(self, activity: str) -> Step:
        return self.steps.setdefault(activity, Step())

    def saw(self, name: str, activity: str, found: list[Form]) -> None:
        """A person has read what is on."""
        step = self.step(activity)
        step.seen.add(name)
        for form in found:
            if form.action.endswith("/cards"):
                step.kinds.update(form.values("kind"))
            step.ballot = step.ballot or f"/votes/{activity}" in form.action
            step.dots = step.dots or (f"/votes/{activity}" in form.action and form.kind() == "dots")
            step.answers = step.answers or f"/answers/{activity}" in form.action
            step.sorting = step.sorting or f"/sort/{activity}" in form.action
        if activity != "0":
            self.ledger.steps.add(activity)
        self.stir()

    def stir(self) -> None:
        """Something happened."""
        self.stirred = monotonic()

    def present(self) -> list[Person]:
        """Who is there and can do something now."""
        return [person for person in self.people if person.here]

    def hands(self, kinds: set[str]) -> int:
        """Cards of these kinds that are still to be written."""
        return sum(card.kind in kinds for person in self.people for card in person.part.hand)

    def unsent(self) -> int:
        """Cards that nobody has begun to send."""
        return sum(len(person.part.hand) for person in self.people)

    def tally(self) -> str:
        """How far we are, in words for the one who watches."""
        votes = sum(ballot.answered for ballot in self.ledger.ballots.values())
        return f"{len(self.present())} people here, {len(self.ledger.acknowledged())} cards, {votes} ballots"

    def pass_on(self, hand: list[Text], kinds: set[str] | None = None) -> None:
        """Give cards (of these kinds) to people of the same actor who are there, else to anybody who is."""
        there = self.present()
        for card in [card for card in hand if kinds is None or card.kind in kinds]:
            if not there:
                return
            hand.remove(card)
            able = [person for person in there if person.part.actor == card.actor] or there
            heir = min(able, key=lambda person: (len(person.part.hand), self.chance.random()))
            heir.part.hand.append(card)
            heir.nudge()

    def pass_on_from_absent(self, kinds: set[str]) -> None:
        """Whoever is not there cannot write what this step collects; others do."""
        for person in self.people:
            if not person.here:
                self.pass_on(person.part.hand, kinds)
