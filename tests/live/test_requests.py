"""Connections that hold a place and say nothing: let go in a few seconds, without a word in the log."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic

import pytest

from app.live import requests
from tests.live.server import Server, running

HALVES = {
    "silence": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "half a handshake": b"GET /board/1/live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
    "nothing after an answer": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Server]:
    """The server in this process, with a tenth of its patience."""
    for limit in ("ASK_WITHIN", "SEND_WITHIN"):
        monkeypatch.setattr(requests, limit, getattr(requests, limit) / 10)
    with running(tmp_path) as server:
        yield server


def gone_after(connections: dict[str, socket.socket], within: float) -> dict[str, float]:
    """Seconds until the server ended each connection; those it kept for longer are left out."""
    begun, gone = monotonic(), {}
    for connection in connections.values():
        connection.settimeout(0.05)
    while len(gone) < len(connections) and monotonic() < begun + within:
        for name, connection in connections.items():
            if name in gone:
                continue
            try:
                if not connection.recv(65_536):
                    gone[name] = monotonic() - begun
            except TimeoutError:
                continue
            except OSError:
                gone[name] = monotonic() - begun
    return gone


def said(server: Server, open_: ExitStack, words: bytes) -> socket.socket:
    connection = open_.enter_context(socket.create_connection(("127.0.0.1", server.port)))
    connection.sendall(words)
    return connection


def test_who_does_not_finish_asking_is_let_go(server):
    with ExitStack() as open_:
        connections = {name: said(server, open_, words) for name, words in HALVES.items()}
        assert sorted(gone_after(connections, 10)) == sorted(HALVES)


def test_a_body_that_stops_half_way_is_let_go_without_a_fault(server, caplog):
    head = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\n"
    begun = {
        path: f"POST /d/{server.hall.dialogue.code}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}first=half".encode()
        for path in ("join", "cards", "return")
    }
    with ExitStack() as open_:
        connections = {path: said(server, open_, words) for path, words in begun.items()}
        assert sorted(gone_after(connections, 10)) == sorted({*begun})
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
