"""One phone that speaks the public protocol of docs/protocol.md: join, follow the pulse, read what is on, send."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable, Mapping
from time import monotonic

from app.rehearsal import forms
from app.rehearsal.forms import Form
from app.rehearsal.report import Ballot, Sending
from app.rehearsal.scenario import Text, role_of
from app.rehearsal.wire import Line, Server

_STEP = re.compile(r'data-step="([^"]*)"')


class Phone:
    """A participant's phone. `step` is what the last pulse named; `moved` is called whenever it changes."""

    def __init__(self, server: Server, code: str, language: str, moved: Callable[[str], None]) -> None:
        self._server = server
        self._address = f"/d/{code}"
        self._language = language
        self._moved = moved
        self._line = Line(server, language)
        self._listening: asyncio.Task[None] | None = None
        self._return_code = ""
        self.step = ""

    @property
    def activity(self) -> str:
        """The id of the step that is on, or "0"."""
        return [*self.step.split(":"), "0"][1]

    def on(self, activity: str) -> bool:
        """Whether this step is on and open."""
        return self.step.startswith(f"open:{activity}:open:")

    async def join(self, actor: str, mark: str) -> None:
        """Two taps: choose a role, and go."""
        page = await self._line.read(f"{self._address}/join")
        roles = [role for form in forms.read(page.text) for role in form.values("role")]
        taps = {"role": role_of(actor, roles)} | ({"rehearsal": mark} if mark else {})
        answer = await self._line.post(f"{self._address}/join", taps)
        self._return_code = str(answer.get("return_code", ""))
        self._server.ledger.joined += 1

    async def scan_again(self) -> None:
        """The browser was closed; the code is scanned again with the same cookie. It must be the same person."""
        await self.hang_up()
        answer = await self._line.post(f"{self._address}/join", {"role": "other"})
        self._server.ledger.rescanned += answer.get("return_code") == self._return_code
        self.listen()

    async def die(self) -> None:
        """The phone is gone, and its cookie with it."""
        await self.hang_up()
        await self._line.close()
        self._line = Line(self._server, self._language)

    async def come_back(self) -> None:
        """Another phone: the personal code finds the same person."""
        answer = await self._line.post(f"{self._address}/return", {"code": self._return_code})
        self._server.ledger.returned += answer.get("return_code") == self._return_code
        self.listen()

    def listen(self) -> None:
        """Open the socket, and keep it open."""
        live, pulse = f"{self._address}/live", f"{self._address}/pulse"
        self._listening = asyncio.create_task(self._line.follow(live, self._hear, self._again, instead=pulse))

    def _hear(self, frame: str) -> None:
        found = _STEP.search(frame)
        if found is not None and found[1] != self.step:
            self.step = found[1]
            self._moved(self.step)

    def _again(self) -> None:
        self._server.ledger.reconnects += 1

    async def hang_up(self) -> None:
        """Close the socket."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def close(self) -> None:
        await self.hang_up()
        await self._line.close()

    async def look(self) -> list[Form]:
        """Read what is on now: the forms of this phone's own addresses."""
        region = await self._line.read(f"{self._address}/now")
        return [form for form in forms.read(region.text) if form.action.startswith(f"{self._address}/")]

    async def send(self, form: Form, text: Text) -> None:
        """Send a card under a key of its own. Raises Refused or Away."""
        key = secrets.token_urlsafe(12)
        typed = {"first": text.first, "second": text.second if "second" in form.texts else ""}
        sending = self._server.ledger.cards[key] = Sending(monotonic())
        answer = await self._send(form, typed | {"kind": text.kind, "key": key})
        sending.answered_at, sending.number = monotonic(), int(str(answer.get("number", 0)))
        self._server.ledger.masked += answer.get("masked") is True

    async def vote(self, form: Form, person: str, values: Mapping[str, int]) -> None:
        """Send a ballot; an empty one skips the vote and takes back what was given. Raises Refused or Away."""
        key = secrets.token_urlsafe(12)
        activity = form.action.rpartition("/")[2]
        numbers = {number: values.get(name, 0) for name, number in form.numbers.items()}
        ballot = self._server.ledger.ballots[key] = Ballot(person, activity, numbers)
        given = {name: str(value) for name, value in values.items()} or {"skip": "1"}
        await self._send(form, given | {"key": key})
        ballot.answered = True

    async def answer(self, form: Form, values: Mapping[str, str]) -> None:
        """Send answers to statements. Raises Refused or Away."""
        key = secrets.token_urlsafe(12)
        self._server.ledger.answers[key] = False
        await self._send(form, {**values, "key": key})
        self._server.ledger.answers[key] = True

    async def place(self, form: Form, person: str, choice: str) -> None:
        """Say where the card of this form belongs. Raises Refused or Away."""
        key = secrets.token_urlsafe(12)
        self._server.ledger.taps[key] = False
        await self._send(form, {"choice": choice, "key": key})
        self._server.ledger.taps[key] = True
        self._server.ledger.tapped.add((person, form.action.rpartition("/")[2], form.fixed["card"]))

    async def _send(self, form: Form, fields: Mapping[str, str]) -> dict[str, object]:
        to = form.action.removeprefix(f"{self._address}/")
        return await self._line.send(self._address, to, {**form.fixed, **fields})
