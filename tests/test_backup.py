"""Backup while people write, the way back, and the look at every page: by the commands an operator types."""

import re
import shutil
import sqlite3
import statistics
import threading
import time
from pathlib import Path

import pytest

from app.store import lock
from tests.conftest import Live, serving
from tests.test_cli import run
from tests.web.test_phone import go

pytestmark = pytest.mark.slow

FAST = {"TOVHOLDER_TEXTS_PER_MINUTE": "100000", "TOVHOLDER_VOTES_PER_MINUTE": "100000"}


def of(file: Path, sql: str) -> list[tuple]:
    """Rows of a database; plain SQLite, as an operator has it."""
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def keys(file: Path) -> set[str]:
    return {key for (key,) in of(file, "SELECT key FROM receipt WHERE key NOT LIKE 'grown-%'")}


def collecting(live: Live) -> str:
    """The step that collects dilemmas, begun."""
    desk = live.opened("desk")
    desk.post("/desk/1/begin").raise_for_status()
    go(desk, "Dilemmaer")
    page = live.phone().get(live.join + "/now", headers={"accept": "text/html"}).text
    return re.search(r'name="activity" value="(\d+)"', page)[1]


def write(phone, live: Live, activity: str, key: str) -> int:
    fields = {"activity": activity, "kind": "dilemma", "first": f"Ord {key}", "second": "Den anden side", "key": key}
    return phone.post(live.join + "/cards", data=fields).status_code


class Writing:
    """Phones that write as fast as they are answered. `acknowledged` grows; `longest` is the longest wait of one."""

    def __init__(self, live: Live, activity: str, phones: int = 6) -> None:
        self._live, self._activity = live, activity
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self.waits: list[tuple[float, float]] = []
        self._threads = [threading.Thread(target=self._phone, args=(one, live.phone())) for one in range(phones)]

    def __enter__(self) -> "Writing":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _phone(self, one: int, phone) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            key, begun = f"backup-{one}-{number}", time.monotonic()
            if write(phone, self._live, self._activity, key) == 200:
                self.acknowledged.append(key)
            self.waits.append((begun, time.monotonic() - begun))
            time.sleep(0.02)


STALL = 0.25  # seconds that a phone may wait at most while a backup is made


def grown(file: Path, receipts: int) -> None:
    """What a database holds after many dialogues."""
    database = sqlite3.connect(file, timeout=30)
    with database:
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO receipt (participant_id, key, dialogue_id, digest, answer_id)"
            " SELECT (SELECT min(id) FROM participant), 'grown-' || i, 1, hex(randomblob(100)), 1 FROM n",
            (receipts,),
        )
    database.close()


def backups_under_load(tmp_path: Path, times: int) -> None:
    with serving(tmp_path / "data", **FAST) as live:
        activity, spans = collecting(live), []
        grown(live.data / "tovholder.sqlite3", 100_000)
        with Writing(live, activity) as writing:
            time.sleep(1)
            for number in range(times):
                before = set(writing.acknowledged)
                begun = time.monotonic()
                made = run("backup", str(tmp_path / f"{number}.sqlite3"), "--data", str(live.data))
                spans.append((begun, time.monotonic()))
                assert made.returncode == 0, made.stderr
                assert of(tmp_path / f"{number}.sqlite3", "PRAGMA integrity_check") == [("ok",)]
                assert before <= keys(tmp_path / f"{number}.sqlite3")
        assert len(writing.acknowledged) > times
        during = [wait for at, wait in writing.waits if any(begun - wait <= at <= end for begun, end in spans)]
        size = (live.data / "tovholder.sqlite3").stat().st_size >> 20
        print(
            f"{times} backups of {size} MB, {len(writing.acknowledged)} cards meanwhile: median wait"
            f" {statistics.median(during) * 1000:.0f} ms, longest {max(during) * 1000:.0f} ms"
        )
        assert max(during) <= STALL
    assert keys(live.data / "tovholder.sqlite3") == set(writing.acknowledged)


def test_five_backups_under_load_are_whole_and_hold_every_card_answered_before(tmp_path):
    backups_under_load(tmp_path, 5)


@pytest.mark.long
def test_twenty_backups_under_load_are_whole_and_hold_every_card_answered_before(tmp_path):
    backups_under_load(tmp_path, 20)


def test_a_backup_overwrites_nothing_without_force_and_is_readable_by_its_owner_alone(tmp_path):
    data, file = tmp_path / "data", tmp_path / "copy.sqlite3"
    with serving(data):
        assert run("backup", str(file), "--data", str(data)).returncode == 0
        assert file.stat().st_mode & 0o777 == 0o600
        before = file.stat().st_mtime_ns
        again = run("backup", str(file), "--data", str(data))
        assert (again.returncode, again.stdout) == (1, "")
        assert "--force" in again.stderr
        assert file.stat().st_mtime_ns == before
        assert run("backup", str(file), "--force", "--data", str(data)).returncode == 0
        assert file.stat().st_mtime_ns > before
        own = run("backup", str(data / "tovholder.sqlite3"), "--force", "--data", str(data))
        assert own.returncode == 1
    assert [each.name for each in tmp_path.glob("copy*")] == ["copy.sqlite3"]


def test_restore_brings_the_texts_back_and_keeps_what_it_replaces(tmp_path):
    data, file = tmp_path / "data", tmp_path / "copy.sqlite3"
    with serving(data, **FAST) as live:
        activity, phone = collecting(live), live.phone()
        cookies = dict(phone.cookies)
        assert write(phone, live, activity, "before-backup") == 200
        assert run("backup", str(file), "--data", str(data)).returncode == 0
        assert write(phone, live, activity, "after-backup") == 200
        seen = of(data / "tovholder.sqlite3", "SELECT seq FROM dialogue")[0][0]
        refused = run("restore", str(file), "--data", str(data))
        assert refused.returncode == 1
        assert "stop it first" in refused.stderr
    done = run("restore", str(file), "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert keys(data / "tovholder.sqlite3") == {"before-backup"}
    assert of(data / "tovholder.sqlite3", "SELECT seq FROM dialogue")[0][0] > seen
    [old] = data.glob("replaced-*.sqlite3")
    assert keys(old) == {"before-backup", "after-backup"}
    with serving(data, **FAST) as live:
        again = live.client(accept="application/json")
        again.cookies.update(cookies)
        assert write(again, live, activity, "after-restore") == 200  # the same phone is still the same person


def test_a_dialogue_deleted_since_the_backup_stays_deleted(tmp_path):
    data, file = tmp_path / "data", tmp_path / "copy.sqlite3"
    with serving(data, **FAST) as live:
        activity, phone = collecting(live), live.phone()
        assert write(phone, live, activity, "hemmeligt") == 200
        assert run("backup", str(file), "--data", str(data)).returncode == 0
        assert live.opened("office").post("/office/dialogues/1/delete").status_code == 303
    assert len((data / "deletions.jsonl").read_text().split()) > 0
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    shutil.copy(data / "deletions.jsonl", copy)
    for folder, why in ((data, "from the database"), (copy, "from the file alone")):
        done = run("restore", str(file), "--data", str(folder))
        assert done.returncode == 0, done.stderr
        assert "1 dialogues deleted again" in done.stdout
        assert of(folder / "tovholder.sqlite3", "SELECT id FROM dialogue") == [], why
        assert b"Ord hemmeligt" in file.read_bytes()
        assert b"Ord hemmeligt" not in (folder / "tovholder.sqlite3").read_bytes()


def test_a_damaged_file_and_one_of_another_program_are_not_restored(tmp_path):
    data, file = tmp_path / "data", tmp_path / "copy.sqlite3"
    with serving(data):
        assert run("backup", str(file), "--data", str(data)).returncode == 0
    whole = file.read_bytes()
    damaged, foreign, text = (tmp_path / name for name in ("damaged.sqlite3", "foreign.sqlite3", "text.sqlite3"))
    damaged.write_bytes(whole[:8192] + b"\x5a" * 65536 + whole[8192 + 65536 :])
    sqlite3.connect(foreign).execute("CREATE TABLE x (y)").connection.close()
    text.write_text("ikke en database " * 100)
    newer = tmp_path / "newer.sqlite3"
    newer.write_bytes(whole)
    database = sqlite3.connect(newer)
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = (data / "tovholder.sqlite3").read_bytes()
    for wrong in (damaged, foreign, text, newer, tmp_path / "nothing.sqlite3"):
        refused = run("restore", str(wrong), "--data", str(data))
        assert (refused.returncode, refused.stdout) == (1, ""), wrong
        assert "Traceback" not in refused.stderr
    assert (data / "tovholder.sqlite3").read_bytes() == before
    assert [each.name for each in data.glob("replaced-*")] == []


def test_check_counts_the_rows_and_says_by_its_exit_code_whether_all_is_whole(tmp_path):
    data = tmp_path / "data"
    with serving(data):
        found = run("check", "--data", str(data))
        assert found.returncode == 0
        assert re.search(r"^dialogue +1$", found.stdout, re.MULTILINE)
    file = data / "tovholder.sqlite3"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\x5a" * 65536 + whole[8192 + 65536 :])
    damaged = run("check", "--data", str(data))
    assert damaged.returncode == 1
    assert "is damaged" in damaged.stderr


def test_a_second_server_on_the_same_folder_is_refused_and_a_link_is_not(tmp_path):
    data = tmp_path / "data"
    with serving(data) as live:
        second = run("serve", "--port", "0", "--data", str(data))
        assert second.returncode == 1
        assert "another server uses" in second.stderr
        assert run("link", "office", "--data", str(data)).returncode == 0
        live.kill()
        with lock.held(data, patience=5):  # a killed server leaves nothing behind
            pass


def test_postgres_is_backed_up_by_its_own_tools(tmp_path, postgres, monkeypatch):
    monkeypatch.setenv("TOVHOLDER_DATABASE_URL", postgres.url)
    told = run("backup", str(tmp_path / "copy"))
    assert told.returncode == 1
    assert "pg_dump" in told.stderr
