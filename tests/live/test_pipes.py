"""Sockets on uvicorn with its sending end within reach, and on plain ASGI: the same for whoever is at the other end."""

import json
from socket import SHUT_RDWR
from time import monotonic, sleep

import pytest
from websockets.exceptions import ConnectionClosed

from app.models import Card
from tests.live.server import Server, running


@pytest.fixture(scope="module", params=["app.live.pipes:DirectPipe", "websockets-sansio"])
def server(request, tmp_path_factory):
    with running(tmp_path_factory.mktemp("pipes"), request.param) as served:
        yield served


def until(server: Server, watching: int) -> int:
    """How many watch, once it is as many as expected or five seconds have passed."""
    patience = monotonic() + 5
    while server.watching != watching and monotonic() < patience:
        sleep(0.02)
    return server.watching


def card(server: Server, key: str, first: str = "Spørg først") -> str:
    step = server.hall.step("Råd").id
    return json.dumps({"to": "cards", "activity": str(step), "kind": "advice", "first": first, "key": key})


def answer(socket) -> dict[str, object]:
    """The next frame that is an answer, past the pulses."""
    while True:
        frame = socket.recv(timeout=5)
        if frame.startswith("{"):
            return json.loads(frame)


def test_a_socket_hears_and_is_heard(server):
    with server.phone() as socket:
        assert socket.recv(timeout=5).startswith('<div id="pulse"')
        socket.send(card(server, "first-key"))
        told = answer(socket)
        assert (told["key"], told["status"], told["state"]) == ("first-key", 200, "shown")
        assert {"key": "first-key"} in [{"key": row["key"]} for row in server.hall.rows(Card)]


def test_a_text_in_pieces_is_one_text(server):
    with server.phone() as socket:
        whole = card(server, "piece-key")
        socket.send([whole[:10], whole[10:40], whole[40:]])
        assert answer(socket)["status"] == 200


def raw(text: str, mask: bytes = b"\x01\x02\x03\x04", first: int = 0x81) -> bytes:
    """A text as a client's frame, whatever its length up to 64 kB."""
    payload = text.encode()
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes((first,)) + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def test_texts_that_come_together_or_in_halves_are_all_heard(server):
    with server.phone() as socket:
        small = json.dumps({"to": "cards", "key": "small-key"})
        stream = raw(card(server, "half-key-0")) + raw(small) + raw("", first=0x89) + raw(card(server, "half-key-1"))
        for size in (len(stream), 1, 7, 100):
            for at in range(0, len(stream), size):
                socket.socket.sendall(stream[at : at + size])
                if size > 1:
                    sleep(0.005)
            keys = {str(answer(socket)["key"]) for _ in range(3)}
            assert keys == {"half-key-0", "small-key", "half-key-1"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (raw("{}", first=0xA1), 1002),
        (b"\x81\x02{}", 1002),
        (raw(" " * 9000), 1009),
        (b"\x81\x82\x00\x00\x00\x00\xff\xff", 1007),
    ],
)
def test_a_wrong_frame_ends_the_socket_with_its_code(server, data, code):
    with server.phone() as socket:
        socket.recv(timeout=5)
        socket.socket.sendall(data)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
    assert closed.value.rcvd.code == code


def test_what_stands_in_line_is_answered_key_by_key(server):
    with server.phone() as socket:
        for number in range(5):
            socket.send(card(server, f"line-key-{number}"))
        assert [answer(socket)["key"] for _ in range(5)] == [f"line-key-{number}" for number in range(5)]


@pytest.mark.parametrize("bad", ["", "{", "[]", "1", '{"to": 1}', '{"to": "cards"}', '{"to": "\\ud800"}', "[" * 8000])
def test_a_text_that_cannot_be_read_is_refused_and_the_socket_stays(server, bad):
    with server.phone() as socket:
        socket.send(bad)
        assert answer(socket)["status"] in (404, 422)
        socket.send(card(server, "after-the-bad-one"))
        assert answer(socket)["status"] == 200


def test_bytes_are_not_a_text(server):
    with server.phone() as socket:
        socket.send(b"\x00\xff")
        socket.send(card(server, "after-the-bytes"))
        assert answer(socket)["key"] == "after-the-bytes"


def test_who_leaves_is_forgotten(server):
    assert until(server, 0) == 0
    with server.phone(), server.phone() as rude:
        assert until(server, 2) == 2
        rude.socket.shutdown(SHUT_RDWR)
        assert until(server, 1) == 1
    assert until(server, 0) == 0


def test_the_server_can_end_a_socket(server):
    with server.phone() as socket:
        socket.recv(timeout=5)
        [audience] = server.hub._topics[f"phones:{server.hall.id}"].audiences.values()
        [subscriber] = audience.subscribers
        server.hub._loop.call_soon_threadsafe(subscriber.pipe.end, 4000, "another tab")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=5)
    assert closed.value.rcvd.code == 4000
    assert until(server, 0) == 0
