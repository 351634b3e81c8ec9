"""Sockets over the real network: who may listen, what comes, and how many one person may hold."""

from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from app.settings import SOCKETS_PER_PARTICIPANT


def listen(live, path: str, client, origin: str | None = None) -> ClientConnection:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = live.url.replace("http://", "ws://") + path
    return connect(address, origin=live.url if origin is None else origin, additional_headers={"Cookie": cookies})


def path_of(live) -> str:
    return live.join.removeprefix(live.url) + "/live"


def ended(socket: ClientConnection) -> bool:
    """Whether the server ends this socket within five seconds of silence."""
    try:
        while True:
            socket.recv(timeout=5)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


def test_a_phone_hears_the_pulse_at_once_and_when_the_step_changes(live):
    with listen(live, path_of(live), live.phone()) as socket:
        assert 'data-step="draft:0"' in socket.recv(timeout=5)
        live.opened("desk").post("/desk/1/begin").raise_for_status()
        pulses = [str(socket.recv(timeout=5))]
        if 'data-step="draft:0"' in pulses[0]:  # what had happened before it joined
            pulses.append(str(socket.recv(timeout=5)))
        assert 'data-step="open:' in pulses[-1]


def test_the_wall_gets_every_region_at_once(live):
    with listen(live, "/board/1/live", live.opened("board")) as socket:
        picture = socket.recv(timeout=5)
    assert [part for part in ("pulse", "head", "scene", "sums", "rope") if f'id="{part}"' not in picture] == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_page_cannot_listen(live, origin):
    with pytest.raises(InvalidStatus) as refused:
        listen(live, path_of(live), live.phone(), origin)
    assert refused.value.response.status_code == 403


def test_nobody_listens_without_joining_or_a_link(live):
    stranger = live.client()
    closed = ("/board/1/live", "/desk/1/live", "/d/AAAAAAAA/live", "/board/99999999999999999999/live")
    for path in (path_of(live), *closed):
        with pytest.raises(InvalidStatus):
            listen(live, path, stranger)


def test_one_person_holds_three_sockets_and_the_oldest_leaves(live):
    phone = live.phone()
    with ExitStack() as open_:
        first, *others = [
            open_.enter_context(listen(live, path_of(live), phone)) for _ in range(SOCKETS_PER_PARTICIPANT + 1)
        ]
        assert ended(first)
        assert [other.ping().wait(5) for other in others] == [True] * SOCKETS_PER_PARTICIPANT


def test_a_message_that_is_too_large_closes_only_its_own_socket(live):
    with listen(live, path_of(live), live.phone()) as other:
        other.recv(timeout=5)
        with listen(live, path_of(live), live.phone()) as socket:
            socket.send("x" * 20_000)
            assert ended(socket)
        assert other.ping().wait(5)
