"""The sending end of a socket: writing never waits, and what the other side has not taken can be seen.

`DirectPipe` is uvicorn's websocket protocol with that end made reachable: a text is framed once, and the same bytes go
to every socket. It rests on internals of uvicorn 0.54, so pyproject.toml holds that version; on any other server each
socket gets a `QueuedPipe`, which speaks plain ASGI.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import OPEN

from app.live import frames

log = logging.getLogger(__name__)

EXTENSION = "tovholder.pipe"
GOODBYE_WITHIN = 2.0  # seconds the other side has to answer a goodbye

Listener = Callable[[str], object]


class Text:
    """One text for any number of sockets, framed once."""

    __slots__ = ("_frame", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._frame: bytes | None = None

    @property
    def frame(self) -> bytes:
        """As the websocket carries it (RFC 6455, 5.2): one unmasked frame."""
        if self._frame is None:
            self._frame = frames.framed(self.text.encode())
        return self._frame


class Pipe(Protocol):
    """One socket, once it is accepted. Nothing here waits but `stay`."""

    def write(self, text: Text) -> None:
        """Send a text, or keep it until the other side takes it. On an ended socket nothing happens."""

    def buffered(self) -> int:
        """Bytes the other side has not taken."""

    def listen(self, listener: Listener) -> None:
        """Hand every text that comes to `listener`, in the event loop."""

    def rest(self, resting: bool) -> None:
        """Read nothing for a while, so that the other side has to wait."""

    def end(self, code: int, reason: str) -> None:
        """Say goodbye."""

    def abort(self) -> None:
        """Cut at once, whatever has not been taken."""

    async def stay(self, ended: Callable[[], object]) -> None:
        """Keep the socket open, and call `ended` when either side has ended it; the last thing its task does."""


class _NobodyReads:
    """In the place of a queue that costs every idle phone a kilobyte."""

    def put_nowait(self, message: object) -> None:
        """Nobody waits for it."""


_NOBODY_READS = _NobodyReads()


class DirectPipe(WebSocketsSansIOProtocol):
    """uvicorn's protocol, whose transport the hub writes to, and whose texts go to a listener without a task."""

    listener: Listener | None = None
    ended: Callable[[], object] | None = None
    straight = True  # the library has read no half frame, so that whole texts may go past it

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][EXTENSION] = {"pipe": self}

    def write(self, text: Text) -> None:
        if not self.close_sent and not self.transport.is_closing():
            self.transport.write(text.frame)

    def buffered(self) -> int:
        return self.transport.get_write_buffer_size()

    def listen(self, listener: Listener) -> None:
        self.listener = listener
        for resource in ("request", "response"):  # of the handshake: 3 kB a socket that nobody asks for again
            setattr(self, resource, None)
        while not self.queue.empty():
            message: Any = self.queue.get_nowait()
            if message["type"] == "websocket.disconnect":
                self.queue.put_nowait(message)
                break
            if message.get("text") is not None:
                listener(message["text"])
        self.rest(False)

    def rest(self, resting: bool) -> None:
        if resting == self.read_paused or self.transport.is_closing():
            return
        self.read_paused = resting
        if resting:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def end(self, code: int, reason: str) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.rest(False)
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.close_timer = self.loop.call_later(GOODBYE_WITHIN, self.transport.abort)

    def abort(self) -> None:
        self.transport.abort()

    async def stay(self, ended: Callable[[], object]) -> None:
        """Returns at once: an idle phone costs no task, and what its handshake held is let go."""
        if self.disconnected:
            ended()
            return
        self.ended = ended
        self.scope, self.queue = None, _NOBODY_READS  # type: ignore[assignment]

    async def run_asgi(self) -> None:
        """As uvicorn's own, but a socket that somebody stays with outlives the task."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            log.exception("a socket failed")
            self.send_500_response()
        if self.ended is None and self.close_timer is None:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.ended is not None:
            self.ended()
            self.ended = None

    def send_receive_event_to_app(self) -> None:
        if self.listener is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.curr_msg_data_type == "text":
            self._hear(data)

    def _hear(self, data: bytes) -> None:
        if self.close_sent or self.listener is None:
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        self.listener(text)

    def data_received(self, data: bytes) -> None:
        """Whole texts of an open socket go straight to the listener; the library's parser would cost 10 us each."""
        if not self.handshake_complete:
            self.straight = data.endswith(b"\r\n\r\n")  # else a hasty client has sent the beginning of a frame too
        elif self.straight:
            if self.listener is not None and self.conn.state is OPEN and self.conn.current_size is None:
                found = frames.texts(data, self.conn.max_message_size or 0)
                if found is not None:
                    for text in found:
                        self._hear(text)
                    return
            self.straight = frames.are_whole(data)
        super().data_received(data)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_what_waits()

    def shutdown(self) -> None:
        super().shutdown()
        self._cut_what_waits()

    def _cut_what_waits(self) -> None:
        """A close waits until the buffer is empty, which for a dead phone is never."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()


class QueuedPipe:
    """The same on any ASGI server: a line of texts, one task that sends and one that receives."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._send = send
        self._line: asyncio.Queue[Text | tuple[int, str]] = asyncio.Queue()
        self._size = 0
        self._listener: Listener = lambda text: None
        self._may_read = asyncio.Event()  # not before somebody listens
        self._reading = asyncio.create_task(self._read(receive))
        self._writing = asyncio.create_task(self._write())

    def write(self, text: Text) -> None:
        if not self._writing.done():
            self._size += len(text.text)
            self._line.put_nowait(text)

    def buffered(self) -> int:
        return self._size

    def listen(self, listener: Listener) -> None:
        self._listener = listener
        self.rest(False)

    def rest(self, resting: bool) -> None:
        if resting:
            self._may_read.clear()
        else:
            self._may_read.set()

    def end(self, code: int, reason: str) -> None:
        self._line.put_nowait((code, reason))

    def abort(self) -> None:
        self._writing.cancel()
        self._reading.cancel()

    async def stay(self, ended: Callable[[], object]) -> None:
        try:
            await asyncio.wait({self._reading, self._writing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended()
            self.abort()
            await asyncio.gather(self._reading, self._writing, return_exceptions=True)

    async def _read(self, receive: Receive) -> None:
        while True:
            await self._may_read.wait()
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is not None:
                self._listener(message["text"])

    async def _write(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # the other side left
            while True:
                waiting = await self._line.get()
                if isinstance(waiting, tuple):
                    await self._send({"type": "websocket.close", "code": waiting[0], "reason": waiting[1]})
                    return
                await self._send({"type": "websocket.send", "text": waiting.text})
                self._size -= len(waiting.text)


def of(scope: Scope, receive: Receive, send: Send) -> Pipe:
    """The pipe of a socket that has just been accepted."""
    direct = scope.get("extensions", {}).get(EXTENSION)
    return direct["pipe"] if direct else QueuedPipe(receive, send)
