"""Load phones: what a browser sends, with as little work as can be, since they share the machine with the server.

Each is one connection and a few fields. What they send is byte for byte what Chromium sends for the same form and key;
a test compares them.
"""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from time import perf_counter
from urllib.parse import urlencode

from app.bench.stage import Room

_AT_ONCE = 200  # handshakes under way
_PER_ADDRESS = 5_000  # sockets from one loopback address, well below the ports it has
STANCES = ("1", "-1", "0")


def message(vote: int, key: str, card: int, value: str) -> bytes:
    """One ballot as the phone's script puts it on the socket."""
    return json.dumps({"to": f"votes/{vote}", "key": key, f"card-{card}": value}, separators=(",", ":")).encode()


def body(key: str, card: int, value: str) -> bytes:
    """The same as a posted form."""
    return urlencode({"key": key, f"card-{card}": value}).encode()


def masked(text: bytes, opcode: int = 0x1) -> bytes:
    """A client's frame (RFC 6455, 5.2). The mask is random, as it must be, and the same for a whole run."""
    size = len(text)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    covered = int.from_bytes(text) ^ int.from_bytes((_MASK * (size // 4 + 1))[:size])
    return bytes((0x80 | opcode,)) + length + _MASK + covered.to_bytes(size, "big")


_MASK = os.urandom(4)


@dataclass
class Tally:
    """What the phones of one run have seen. `run` stands in their keys, so that no run repeats another's."""

    run: str = field(default_factory=lambda: os.urandom(4).hex())
    answered: int = 0
    refused: int = 0
    lost: int = 0
    seconds: list[float] = field(default_factory=list)
    last: dict[tuple[int, int], str] = field(default_factory=dict)  # (phone, card) to the last acknowledged stance

    def at(self, share: float) -> float:
        """Milliseconds within which so many were answered, by nearest rank."""
        return percentile(self.seconds, share) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


class Phone(asyncio.Protocol):
    """One phone on its socket. `heard` is told of every frame that is not an answer."""

    def __init__(self, room: Room, number: int, host: str, tally: Tally, board: str = "") -> None:
        """`board` is the cookie of a browser that has opened the board's link: then it is a wall."""
        self.room, self.number, self.tally = room, number, tally
        self.up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: Callable[[bytes], object] | None = None
        self.again = False
        self.latest = 0  # bytes of the last frame that was not an answer
        self._turn = 0
        self._sent_at = 0.0
        self._rest = b""
        path = f"/board/{room.dialogue_id}" if board else f"/d/{room.code}"
        self._asked = (
            f"GET {path}/live HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: {board or room.cookie(number)}\r\n\r\n"
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(self._asked)

    def connection_lost(self, _error: Exception | None) -> None:
        self.tally.lost += 1
        if not self.up.done():
            self.up.set_exception(ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self.up.done():
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            if b" 101 " in head:
                self.up.set_result(None)
            else:
                self.up.set_exception(ConnectionError("the handshake was refused"))
        at = 0
        while (frame := _frame(data, at)) is not None:
            opcode, payload, at = frame
            if opcode == 0x9:
                self.transport.write(masked(payload, 0xA))
            elif payload[:1] == b"{":
                self._answer(payload)
            elif self.heard is not None and opcode == 0x1:
                self.latest = len(payload)
                self.heard(payload)
        self._rest = data[at:]

    def vote(self) -> None:
        """Cast one ballot: another stance on a card, so that every ballot changes a row."""
        self._turn += 1
        self._card = self.room.cards[(self.number + self._turn // len(STANCES)) % len(self.room.cards)]
        self._value = STANCES[self._turn % len(STANCES)]
        key = f"{self.tally.run}-{self.number:05}-{self._turn:07}"
        frame = masked(message(self.room.vote, key, self._card, self._value))
        self._sent_at = perf_counter()
        self.transport.write(frame)

    def _answer(self, payload: bytes) -> None:
        tally = self.tally
        if b'"status":200' in payload:
            tally.answered += 1
            tally.seconds.append(perf_counter() - self._sent_at)
            tally.last[self.number, self._card] = self._value
        else:
            tally.refused += 1
        if self.again:
            self.vote()


def _frame(data: bytes, at: int) -> tuple[int, bytes, int] | None:
    """Opcode, payload and end of the server's frame that begins here, or None while it is not whole."""
    if len(data) < at + 2:
        return None
    size, begin = data[at + 1] & 0x7F, at + 2
    if size > 125:
        begin = at + (4 if size == 126 else 10)
        if len(data) < begin:
            return None
        size = int.from_bytes(data[at + 2 : begin], "big")
    end = begin + size
    return (data[at] & 0x0F, data[begin:end], end) if len(data) >= end else None


async def connect(room: Room, port: int, count: int, tally: Tally, board: str = "") -> list[Phone]:
    """So many phones, or walls, on their sockets."""
    loop = asyncio.get_running_loop()
    phones: list[Phone] = []

    async def one(number: int) -> Phone:
        source = f"127.0.0.{2 + number // _PER_ADDRESS}"
        host = f"127.0.0.1:{port}"
        _, phone = await loop.create_connection(
            lambda: Phone(room, number, host, tally, board), "127.0.0.1", port, local_addr=(source, 0)
        )
        await phone.up
        return phone

    for begin in range(0, count, _AT_ONCE):
        phones += await asyncio.gather(*[one(number) for number in range(begin, min(count, begin + _AT_ONCE))])
    return phones


def hang_up(phones: Sequence[Phone]) -> None:
    for phone in phones:
        phone.again = False
        phone.transport.abort()


class Poster(asyncio.Protocol):
    """One phone that posts its ballots over a kept-alive connection. `request` makes the next one."""

    def __init__(self, request: Callable[[str, int], bytes], tally: Tally) -> None:
        self._request, self.tally = request, tally
        self.again = True
        self._turn = 0
        self._sent_at = 0.0
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def post(self) -> None:
        self._turn += 1
        self._sent_at = perf_counter()
        self.transport.write(self._request(self.tally.run, self._turn))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        head, end, rest = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0) if end else 0
        if not end or len(rest) < length:
            self._rest = data
            return
        self._rest = b""
        if head.startswith(b"HTTP/1.1 200"):
            self.tally.answered += 1
            self.tally.seconds.append(perf_counter() - self._sent_at)
        else:
            self.tally.refused += 1
        if self.again:
            self.post()


def posted(path: str, host: str, cookie: str, content: bytes) -> bytes:
    """A form as the phone's script posts it."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nAccept: application/json\r\n"
        f"Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nCookie: {cookie}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content
