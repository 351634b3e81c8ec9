"""Several processes on one port: all serve, one that dies is started again, and all stop together."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from app import listening, workers
from tests.conftest import ROOT, Live, serving
from tests.live.test_two_servers import TOGETHER, activity, shows
from tests.web.test_phone import go
from tests.web.test_stream import listen

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them"),
]


def workers_of(live: Live) -> list[int]:
    """The processes that serve, by what the kernel knows of their parent."""
    return [int(pid) for pid in Path(f"/proc/{live.process.pid}/task/{live.process.pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().split(") ")[1][0] == "Z"


def until(true, within: float = 15) -> None:
    last = time.monotonic() + within
    while not true():
        assert time.monotonic() < last
        time.sleep(0.05)


@pytest.fixture
def three(bare_postgres, tmp_path):
    together = TOGETHER | {"DATABASE_URL": bare_postgres.replace("+psycopg", "")}
    with serving(tmp_path / "data", 0, "--workers", "3", **together) as live:
        yield live


def test_what_one_worker_takes_the_sockets_of_all_show(three):
    desk = three.opened("desk")
    desk.post("/desk/1/begin").raise_for_status()
    go(desk, "Eksempler")
    phone = three.phone()
    step = activity(three, phone)
    browser = three.opened("board")
    for number in range(12):  # twelve connections over three processes
        with listen(three, "/board/1/live", browser) as board:
            board.recv(timeout=5)
            card = {"activity": step, "kind": "example", "first": "Et kort", "key": f"worker-{number:06}"}
            shows(board, f'data-newest="{phone.post(three.join + "/cards", data=card).json()["number"]}"')


def test_a_worker_that_dies_is_started_again_and_who_knocks_meanwhile_is_served(three):
    before = workers_of(three)
    assert len(before) == 3
    os.kill(before[0], signal.SIGKILL)
    answers = [httpx.get(three.health, timeout=15).status_code for _ in range(60)]  # some fall to the one that starts
    assert answers == [200] * 60
    until(lambda: len(workers_of(three)) == 3 and before[0] not in workers_of(three))


def test_all_stop_together_with_open_sockets_in_under_five_seconds(three):
    workers = workers_of(three)
    with listen(three, "/board/1/live", three.opened("board")):
        begun = time.monotonic()
        three.process.terminate()
        assert three.process.wait(10) == 0
        assert time.monotonic() - begun < 5
    assert [gone(pid) for pid in workers] == [True] * 3


def test_workers_do_not_outlive_a_parent_that_was_killed(three):
    workers = workers_of(three)
    three.kill()
    until(lambda: all(gone(pid) for pid in workers))


def test_a_worker_that_can_never_start_ends_the_server(monkeypatch):
    monkeypatch.setattr(workers, "SHORT_LIVES", 2)
    monkeypatch.setenv("TOVHOLDER_TEXTS_PER_MINUTE", "0")  # no server takes that
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    [held] = listening.sockets("127.0.0.1", 0)
    with held:
        assert workers.run([held], 1, threading.Event()) == 1
    for number, handler in before.items():
        signal.signal(number, handler)


def test_several_workers_on_sqlite_are_refused_in_one_line(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "app", "serve", "--workers", "2", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--workers needs PostgreSQL" in answer.stderr
    assert "Traceback" not in answer.stderr


AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "-m", "app", "serve", "--json", "--data", sys.argv[2]])
"""


def test_a_socket_that_systemd_passes_on_is_served(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as given:
        port = given.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD, str(given.fileno()), str(tmp_path)],
            cwd=ROOT,
            pass_fds=[given.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        )
    try:
        assert f"http://127.0.0.1:{port}/healthz" in process.stdout.readline()
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
