"""The end of a server: it says goodbye, takes nothing half, and does not wait for the dead."""

import asyncio
import json
import signal
import socket
from time import monotonic

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.chaos.phones import Ledger, Phone
from tests.chaos.venue import PLENTY, Venue, opened
from tests.conftest import serve

WITHIN = 5.0  # seconds from the signal to the end


@pytest.fixture
def venue(tmp_path):
    with opened(tmp_path / "data") as made:
        yield made


def line(venue: Venue, cookie: str) -> connect:
    return connect(
        f"ws{venue.live.url.removeprefix('http')}/d/{venue.code}/live",
        origin=venue.live.url,  # type: ignore[arg-type]
        additional_headers={"Cookie": cookie},
        compression=None,
    )


def dead(venue: Venue, cookie: str) -> socket.socket:
    """A phone that has opened its socket and reads nothing any more."""
    silent = socket.socket()
    silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    silent.connect(("127.0.0.1", venue.live.port))
    silent.sendall(
        (
            f"GET /d/{venue.code}/live HTTP/1.1\r\nHost: 127.0.0.1:{venue.live.port}\r\nOrigin: {venue.live.url}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n"
        ).encode()
    )
    assert silent.recv(12) == b"HTTP/1.1 101"
    return silent


def end(venue: Venue, *signals: signal.Signals) -> tuple[float, int]:
    """Seconds from the first signal to the end, and the exit code."""
    begun = monotonic()
    for each in signals:
        venue.live.process.send_signal(each)
    code = venue.live.process.wait(timeout=15)
    return monotonic() - begun, code


async def goodbye(phone: ClientConnection) -> int | None:
    try:
        async with asyncio.timeout(10):
            while True:
                await phone.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def test_two_hundred_sockets_are_told_of_a_restart_and_a_dead_one_is_not_waited_for(venue):
    cookies = venue.cookies(21)
    silent = dead(venue, cookies[20])

    async def scene() -> tuple[list[int | None], tuple[float, int]]:
        phones = [await line(venue, cookies[number % 20]).__aenter__() for number in range(60)]
        phones += [await line(venue, cookie).__aenter__() for cookie in [*venue.cookies(140)]]
        codes = [asyncio.create_task(goodbye(phone)) for phone in phones]
        ended = await asyncio.to_thread(end, venue, signal.SIGTERM)
        return list(await asyncio.gather(*codes)), ended

    codes, (seconds, code) = asyncio.run(scene())
    silent.close()
    assert codes == [1012] * 200
    assert code == 0
    assert seconds < WITHIN


def test_what_was_answered_before_the_end_is_there_and_the_rest_is_sent_again(venue):
    cookies = venue.cookies(20)
    ledger = Ledger()

    async def scene() -> None:
        phones = [
            Phone(venue.live.url, venue.code, cookie, ledger, f"phone-end-{number:02}")
            for number, cookie in enumerate(cookies)
        ]
        await asyncio.sleep(1)
        writing = [asyncio.create_task(write(phone)) for phone in phones]
        await asyncio.sleep(0.5)
        seconds, code = await asyncio.to_thread(end, venue, signal.SIGTERM)
        assert (seconds < WITHIN, code) == (True, 0)
        seen = set(ledger.acknowledged)
        assert seen <= set(venue.keys())
        if venue.live.process.stdout:
            venue.live.process.stdout.close()
        venue.live.process = (await asyncio.to_thread(serve, venue.live.data, venue.live.port, **PLENTY)).process
        await asyncio.gather(*writing)
        for phone in phones:
            await phone.close()

    async def write(phone: Phone) -> None:
        for _ in range(40):
            await phone.card(venue.activity)

    asyncio.run(scene())
    assert sorted(venue.keys()) == sorted(ledger.sent)
    assert set(ledger.acknowledged) == ledger.sent
    assert len(ledger.sent) == 20 * 40


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_hangs_nothing(venue, second):
    cookies = venue.cookies(2)
    silent = dead(venue, cookies[0])

    async def scene() -> tuple[int | None, tuple[float, int]]:
        async with line(venue, cookies[1]) as phone:
            await phone.recv()
            form = {"to": "cards", "activity": venue.activity, "kind": "advice", "first": "Sidste ord"}
            await phone.send(json.dumps(form | {"key": "last-words"}))
            while not str(await phone.recv()).startswith("{"):
                pass
            ending = asyncio.create_task(asyncio.to_thread(end, venue, signal.SIGTERM, second))
            return await goodbye(phone), await ending

    _, (seconds, code) = asyncio.run(scene())
    silent.close()
    assert seconds < WITHIN
    assert code in (0, 130)
    assert venue.rows("SELECT first FROM card WHERE key = 'last-words'") == [("Sidste ord",)]
