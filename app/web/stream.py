"""Sockets, in plain ASGI: each face gets its topic as HTML with ids, whole on connect, then what changed.

A phone's socket also takes what the phone sends; what boards and desks send is dropped. An idle phone costs one task.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app import errors, language
from app.domain import codes, dialogues, participants
from app.domain.participants import Me
from app.live import Pipe, Subscriber, pipes
from app.models import Dialogue
from app.settings import ID_MAX, SOCKETS_PER_PARTICIPANT
from app.web import deps, failures, place, sending

POLICY, TRY_AGAIN, ANOTHER_TAB = 1008, 1013, 4000  # close codes


class Seats:
    """The sockets each participant holds. One more than allowed, and the oldest leaves: a forgotten tab, most often."""

    def __init__(self) -> None:
        self._held: dict[int, list[Pipe]] = {}

    def take(self, participant_id: int, pipe: Pipe) -> None:
        held = self._held.setdefault(participant_id, [])
        held.append(pipe)
        while len(held) > SOCKETS_PER_PARTICIPANT:
            held.pop(0).end(ANOTHER_TAB, "another tab")

    def leave(self, participant_id: int, pipe: Pipe) -> None:
        held = self._held.get(participant_id, [])
        if pipe in held:
            held.remove(pipe)
        if not held:
            self._held.pop(participant_id, None)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a socket was let in for. `sender` is the participant who may send over it, on phones alone."""

    topic: str
    language: str
    sender: sending.Sender | None = None


class Sockets:
    """ASGI middleware: websockets are served here, everything else goes on to the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        await receive()  # websocket.connect
        try:
            ticket = await _admitted(scope)
        except failures.AWAY as error:
            await _come_again(scope, send, failures.fact_of(error).status)
            return
        if ticket is None:
            await send({"type": "websocket.close", "code": POLICY})
            return
        await send({"type": "websocket.accept"})
        scope["headers"] = []  # 2 kB a socket that nobody asks for again
        await _serve(HTTPConnection(scope), ticket, pipes.of(scope, receive, send))


async def _admitted(scope: Scope) -> Ticket | None:
    """Who may listen to what at this address, or None."""
    for address, admit in _DOORS:
        found = address.fullmatch(scope["path"])
        if found:
            return await admit(HTTPConnection(scope), found[1])
    return None


async def _come_again(scope: Scope, send: Send, status: int) -> None:
    """The database is away: no answer about who this is, so no refusal either."""
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": status, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": TRY_AGAIN})


async def _serve(socket: HTTPConnection, ticket: Ticket, pipe: Pipe) -> None:
    """Show a topic on this socket until either side ends it."""
    hub, seats = place.of(socket).hub, socket.app.state.seats
    subscriber = Subscriber(ticket.topic, ticket.language, pipe)
    sender = ticket.sender

    def ended() -> None:
        hub.leave(subscriber)
        if sender is not None:
            seats.leave(sender.participant_id, pipe)

    if sender is not None:
        seats.take(sender.participant_id, pipe)
    try:
        await hub.join(subscriber)
    except BaseException as error:
        ended()
        if not isinstance(error, failures.AWAY):  # of those the hub has told the log
            raise
        pipe.end(TRY_AGAIN, "busy")
        return
    pipe.listen(sending.Line(socket.app.state, sender, pipe).take if sender else _drop)
    await pipe.stay(ended)


def _drop(_text: str) -> None:
    """Boards and desks have nothing to say here."""


async def _phone(socket: HTTPConnection, code: str) -> Ticket | None:
    """The pulse of a dialogue, for those who have joined it."""
    try:
        dialogue, me, token = await place.of(socket).read(_joined, socket, codes.read(code))
    except errors.UnknownCode:
        await socket.app.state.wrong_codes.one_more()
        return None
    if me is None:
        return None
    deps.speak_with(socket, dialogue.languages)
    sender = sending.Sender(me.dialogue_id, me.id, participants.hashed(token), language.current())
    return Ticket(f"phones:{me.dialogue_id}", language.current(), sender)


def _joined(session: Session, socket: HTTPConnection, code: str) -> tuple[Dialogue, Me | None, str]:
    dialogue = dialogues.with_code(session, code)
    token = socket.cookies.get(deps.cookie_name(socket, "p", dialogue.id or 0), "")
    return dialogue, participants.with_token(session, dialogue.id or 0, token) if token else None, token


async def _board(socket: HTTPConnection, number: str) -> Ticket | None:
    """The wall, for those who opened its link or the desk's."""
    dialogue_id = await _opened(socket, number, "board", "desk")
    if dialogue_id is None:
        return None
    deps.speak_as_the_room(socket, await place.of(socket).read(dialogues.get, dialogue_id))
    return Ticket(f"board:{dialogue_id}", language.current())


async def _desk(socket: HTTPConnection, number: str) -> Ticket | None:
    """The desk's pulse, for those who opened its link."""
    dialogue_id = await _opened(socket, number, "desk")
    return None if dialogue_id is None else Ticket(f"desk:{dialogue_id}", language.current())


async def _opened(socket: HTTPConnection, number: str, *faces: str) -> int | None:
    dialogue_id = int(number)
    if 1 <= dialogue_id <= ID_MAX:
        for face in faces:
            if await deps.may(socket, face, dialogue_id):
                return dialogue_id
    return None


_DOORS: list[tuple[re.Pattern[str], Callable[[HTTPConnection, str], Awaitable[Ticket | None]]]] = [
    (re.compile(r"/d/([^/]{1,40})/live"), _phone),
    (re.compile(r"/board/([0-9]{1,12})/live"), _board),
    (re.compile(r"/desk/([0-9]{1,12})/live"), _desk),
]
