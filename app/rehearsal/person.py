"""One simulated person: comes, reads what is on, thinks, writes and votes, loses a phone, goes home.

Does one thing at a time, so that nothing of theirs is under way when their phone dies.
"""

import asyncio
import contextlib
from collections import Counter
from random import Random
from zlib import crc32

from app.rehearsal.forms import Form
from app.rehearsal.phone import Phone
from app.rehearsal.room import Room
from app.rehearsal.scenario import Event, Part, Text
from app.rehearsal.wire import Away, Refused

SKIPS = 0.05  # of the people leave a vote out
CHANGES = 0.1  # of those who voted think again and set their ballot anew
DEALT = 3  # cards each person places in a sorting
ALIKE = 0.7  # of taps that agree
_JITTER = 0.25  # seconds at most between a pulse and the reading it asks for; less when time is pressed very hard


class Person:
    """Plays a part. `here` tells whether they have a phone in the room right now."""

    def __init__(self, room: Room, part: Part, code: str, mark: str) -> None:
        self.part = part
        self.here = False
        self.home = False
        self._room = room
        self._mark = mark
        self._phone = Phone(room.server, code, part.language, lambda _step: self.nudge())
        self._wake = asyncio.Event()
        self._due: list[Event] = []
        self._looked = ""

    def nudge(self) -> None:
        """Something is new: look up from what you are doing."""
        self._looked = ""
        self._room.stir()
        self._wake.set()

    async def live(self) -> None:
        """From arriving to going home; cancelled when the rehearsal ends. A server away for a minute ends it too."""
        events = [asyncio.create_task(self._meet_later(event)) for event in self.part.events]
        try:
            await self._room.day.reach(self.part.arrives)
            await self._room.rest(self._room.chance.uniform(0, 20))
            await self._phone.join(self.part.actor, self._mark)
            self.here = True
            self._phone.listen()
            while not self.home:
                await self._wake.wait()
                self._wake.clear()
                await self._turn()
        except (Away, Refused):  # counted where it happened
            self.home = True
        finally:
            self.here = False
            for task in events:
                task.cancel()
            await self._phone.close()

    async def _meet_later(self, event: Event) -> None:
        await self._room.day.reach(event.minute)
        self._due.append(event)
        self._wake.set()

    async def _turn(self) -> None:
        while self._due and not self.home:
            await self._meet(self._due.pop(0))
        if not self.home and self._phone.step and self._phone.step != self._looked:
            await self._attend()

    async def _meet(self, event: Event) -> None:
        """Close the browser and scan again, lose the phone and come back on another, or leave for good."""
        self.here = False
        if event.what == "leave":
            self.home = True
            await self._phone.hang_up()
            self._room.pass_on(self.part.hand)
            return
        if event.what == "die":
            await self._phone.die()
            await self._room.day.reach(event.until)
            await self._phone.come_back()
        else:
            await self._phone.scan_again()
        self.here = True
        self.nudge()

    async def _attend(self) -> None:
        """Read what is on and do what it asks."""
        await asyncio.sleep(self._room.chance.uniform(0, min(_JITTER, 5 / self._room.speed)))
        self._looked, activity = self._phone.step, self._phone.activity
        found = await self._phone.look()
        self._room.saw(self.part.name, activity, found)
        for form in found:
            if form.action.endswith("/cards") and form.fixed.get("activity") == activity:
                await self._write(form, activity)
            elif form.action.endswith(f"/votes/{activity}"):
                await self._vote(form, activity)
            elif form.action.endswith(f"/answers/{activity}"):
                await self._answer(form, activity)
            elif form.action.endswith(f"/sort/{activity}"):
                await self._sort(form, activity)

    async def _write(self, form: Form, activity: str) -> None:
        """Write the cards in the hand that this form takes, as long as its step is on."""
        while not self._due:
            card = next((card for card in self.part.hand if card.kind in form.values("kind")), None)
            if card is None:
                return
            await self._room.think(len(card.first + card.second))
            if not self._phone.on(activity):
                return
            await self._send(form, card)

    async def _send(self, form: Form, card: Text) -> None:
        with contextlib.suppress(Refused):  # counted in the ledger by name
            try:
                await self._phone.send(form, card)
            finally:  # never sent twice under two keys
                self.part.hand.remove(card)
        self._room.stir()

    async def _vote(self, form: Form, activity: str) -> None:
        """Choose among the options; some skip, some think again."""
        step = self._room.step(activity)
        if self.part.name in step.voted:
            return
        await self._room.think()
        if not self._phone.on(activity) or self._due:
            return
        chance = self._room.chance
        skips = chance.random() < SKIPS
        await self._cast(form, {} if skips else choice(form, chance))
        if not skips and chance.random() < CHANGES:
            await self._room.think()
            if self._phone.on(activity):
                await self._cast(form, choice(form, chance))
        step.voted.add(self.part.name)
        self._room.stir()

    async def _answer(self, form: Form, activity: str) -> None:
        """Answer every statement: as the scenario says where it does, else as it comes; some do not know."""
        step = self._room.step(activity)
        if self.part.name in step.voted:
            return
        await self._room.think()
        if not self._phone.on(activity) or self._due:
            return
        with contextlib.suppress(Refused):  # counted in the ledger by name
            await self._phone.answer(form, answers(form, self.part, self._room.chance))
        step.voted.add(self.part.name)
        self._room.stir()

    async def _sort(self, first: Form, activity: str) -> None:
        """Place a few cards, one after the other as they are dealt, while the step is on."""
        step = self._room.step(activity)
        if self.part.name in step.voted:
            return
        form: Form | None = first
        for _ in range(DEALT):
            await self._room.think()
            if not self._phone.on(activity) or self._due:
                return
            if form is None:
                break
            with contextlib.suppress(Refused):  # counted in the ledger by name
                await self._phone.place(form, self.part.name, heading(form, self._room.chance))
            found = await self._phone.look()
            form = next((each for each in found if each.action.endswith(f"/sort/{activity}")), None)
        step.voted.add(self.part.name)
        self._room.stir()

    async def _cast(self, form: Form, values: dict[str, int]) -> None:
        with contextlib.suppress(Refused):  # counted in the ledger by name
            await self._phone.vote(form, self.part.name, values)


def heading(form: Form, chance: Random) -> str:
    """A made tap: most people see a card alike, some see it otherwise."""
    offered = sorted(value for value in form.values("choice") if value.startswith("theme-")) or ["nowhere"]
    alike = offered[crc32(form.fixed["card"].encode()) % len(offered)]
    return alike if chance.random() < ALIKE else chance.choice([*offered, "nowhere"])


def answers(form: Form, part: Part, chance: Random) -> dict[str, str]:
    """What somebody answers to each statement, in the order of their numbers: the judgements of the scenario first."""
    names = sorted((name for name in form.choices if name.startswith("statement-")), key=lambda name: int(name[10:]))
    told = part.told(len(names))
    return {
        name: value if value in form.choices[name] else chance.choice(form.choices[name])
        for name, value in zip(names, told, strict=True)
    }


def choice(form: Form, chance: Random) -> dict[str, int]:
    """A made ballot: dots within the budget, or a stance on every card. Some cards are liked better by everybody."""
    options = {name: form.choices[name] for name in form.choices if name.startswith("card-")}
    liked = [1 + crc32(name.encode()) % 8 for name in options]
    if any("-1" in offered for offered in options.values()):
        return {
            name: chance.choices([1, 0, -1], [weight, 2, 9 - weight])[0]
            for name, weight in zip(options, liked, strict=True)
        }
    if form.kind() == "spectrum":
        return {name: chance.randint(1, 7) for name in options if chance.random() > SKIPS}
    if form.kind() == "rank":
        places = chance.sample(list(options), k=min(3, len(options)))
        return {name: places.index(name) + 1 if name in places else 0 for name in options}
    budget = max((int(value) for offered in options.values() for value in offered), default=0)
    spent = budget if chance.random() < 0.85 else chance.randint(1, max(1, budget))
    dots = Counter(chance.choices(list(options), liked, k=spent)) if options else Counter[str]()
    return {name: dots[name] for name in options}
