"""The console command against real servers: links that work until renewed, a second start that does nothing twice."""

import subprocess
import sys
import time

from sqlmodel import Session, select

from app.domain import participants
from app.models import Dialogue, Series
from app.store import reading
from tests.conftest import ROOT, serving


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *words], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_a_second_start_gives_the_same_links_and_makes_nothing_twice(tmp_path):
    data = tmp_path / "data"
    with serving(data) as first:
        port, links = first.port, first.addresses
    with serving(data, port) as second:
        assert second.addresses == links
    with Session(reading(f"sqlite:///{data / 'tovholder.sqlite3'}")) as session:
        assert len(session.exec(select(Series)).all()) == 1
        assert [row.title for row in session.exec(select(Dialogue)).all()] == ["Sammen om hverdagen"]


def test_a_fresh_link_works_and_ends_the_old_one_and_its_visits(tmp_path):
    with serving(tmp_path / "data") as live:
        desk = live.opened("desk")
        assert desk.get("/desk/1/regions").status_code == 200
        printed = run("link", "desk", "--data", str(live.data))
        fresh = printed.stdout.strip()
        assert fresh.startswith(f"{live.url}/desk/1#")
        assert fresh != live.desk
        assert desk.get("/desk/1/regions").status_code == 403
        old = live.client(accept="application/json").post("/desk/1/open", data={"secret": live.desk.partition("#")[2]})
        assert (old.status_code, old.json()["error"]) == (403, "LinkRevoked")
        live.addresses["desk"] = fresh
        assert live.opened("desk").get("/desk/1/regions").status_code == 200


def test_office_and_board_links_can_be_used_again_until_revoked(tmp_path):
    with serving(tmp_path / "data") as live:
        for face in ("office", "board"):
            for _ in range(2):
                assert live.opened(face).get(f"/{face}" if face == "office" else "/board/1").status_code == 200


def test_a_link_for_a_dialogue_that_is_not_there_is_one_line_and_a_failure(tmp_path):
    answer = run("link", "desk", "--dialogue", "99", "--data", str(tmp_path / "data"))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.strip().endswith("there is no dialogue 99")


def test_a_taken_port_is_one_line_and_a_failure(tmp_path):
    with serving(tmp_path / "data") as live:
        answer = run("serve", "--port", str(live.port), "--data", str(tmp_path / "other"))
    assert answer.returncode == 1
    assert f"port {live.port} cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_json_is_one_line_and_nothing_else_on_standard_output(tmp_path):
    with serving(tmp_path / "data") as live:
        live.process.terminate()
        rest = live.process.stdout.read()
        assert rest == ""
        assert sorted(live.addresses) == ["board", "desk", "health", "join", "office"]


def test_simulated_people_fill_the_room_and_leave_with_one_press(tmp_path):
    with serving(tmp_path / "data") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin")
        real = live.phone()
        assert desk.post("/desk/1/rehearsal").status_code in (200, 303)
        until = time.monotonic() + 40
        people = 0
        while people < 10 and time.monotonic() < until:
            time.sleep(1)
            people = _here(live)
        assert people >= 10
        assert desk.post("/desk/1/rehearsal/clear").status_code in (200, 303)
        assert _here(live) == 1
        assert real.get(live.join + "/now").status_code == 200


def _here(live) -> int:
    with Session(reading(f"sqlite:///{live.data / 'tovholder.sqlite3'}")) as session:
        return participants.count(session, 1)
