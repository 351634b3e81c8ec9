"""Sockets: each face gets its topic as HTML with ids, whole on connect, then what changed. Input is dropped."""

import asyncio
import contextlib

from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import errors, language
from app.domain import dialogues
from app.live import Subscriber
from app.settings import ID_MAX, SOCKETS_PER_PARTICIPANT
from app.web import deps, place

CLOSE_WITHIN = 2.0  # seconds for the goodbye of a socket


class Seats:
    """The sockets each participant holds. One more than allowed, and the oldest leaves: a forgotten tab, most often."""

    def __init__(self) -> None:
        self._held: dict[int, list[asyncio.Task[None]]] = {}

    def take(self, participant_id: int, seat: asyncio.Task[None]) -> None:
        held = self._held.setdefault(participant_id, [])
        held.append(seat)
        while len(held) > SOCKETS_PER_PARTICIPANT:
            held.pop(0).cancel()

    def leave(self, participant_id: int, seat: asyncio.Task[None]) -> None:
        held = self._held.get(participant_id, [])
        if seat in held:
            held.remove(seat)
        if not held:
            self._held.pop(participant_id, None)


async def _serve(socket: WebSocket, topic: str, participant_id: int = 0) -> None:
    """Show a topic on this socket until either side ends it. `participant_id` 0 is a board or a desk."""
    await socket.accept()
    reading = asyncio.create_task(_read(socket))
    seats: Seats = socket.app.state.seats
    if participant_id:
        seats.take(participant_id, reading)
    subscriber = Subscriber(topic, language.current(), socket.send_text, reading.cancel)
    writing = asyncio.create_task(place.of(socket).hub.serve(subscriber))
    try:
        await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        seats.leave(participant_id, reading)
        for task in (reading, writing):
            task.cancel()
        await asyncio.gather(reading, writing, return_exceptions=True)
        # The other side closed first, or it has stopped reading and the goodbye cannot be sent either.
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN):
                await socket.close()


async def _read(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return


async def phone(socket: WebSocket) -> None:
    """The pulse of a dialogue, for those who have joined it."""
    try:
        dialogue = await deps.dialogue_of(socket, socket.path_params["code"])
    except errors.UnknownCode:
        await socket.close(1008)
        return
    me = await deps.participant_of(socket, dialogue)
    if me is None:
        await socket.close(1008)
        return
    await _serve(socket, f"phones:{dialogue.id}", me.id)


def _number(socket: HTTPConnection) -> int:
    number = int(socket.path_params["dialogue_id"])
    return number if 1 <= number <= ID_MAX else 0


async def board(socket: WebSocket) -> None:
    """The wall, for those who opened its link or the desk's."""
    await _guarded(socket, "board", ("board", "desk"))


async def desk(socket: WebSocket) -> None:
    """The desk's pulse, for those who opened its link."""
    await _guarded(socket, "desk", ("desk",))


async def _guarded(socket: WebSocket, topic: str, faces: tuple[str, ...]) -> None:
    number = _number(socket)
    for face in faces:
        if number and await deps.may(socket, face, number):
            if topic == "board":
                deps.speak_as_the_room(socket, await place.of(socket).read(dialogues.get, number))
            await _serve(socket, f"{topic}:{number}")
            return
    await socket.close(1008)


routes = [
    WebSocketRoute("/d/{code}/live", phone),
    WebSocketRoute("/board/{dialogue_id:int}/live", board),
    WebSocketRoute("/desk/{dialogue_id:int}/live", desk),
]
