"""The figures for Prometheus: for who knows the word, and with nothing in them that points at anybody."""

import re

import pytest

from tests.conftest import serving
from tests.test_cli import run

WORD = "a word for the operator"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("metrics") / "data", TOVHOLDER_METRICS_TOKEN=WORD) as live:
        yield live


def read(live, word: str = WORD) -> dict[str, float]:
    told = live.client().get("/metrics", headers={"authorization": f"Bearer {word}"})
    told.raise_for_status()
    lines = [line.rpartition(" ") for line in told.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_a_change_is_counted_when_it_is_answered(server):
    before = read(server)
    server.phone()
    after = read(server)
    assert after["tovholder_changes_answered_total"] == before["tovholder_changes_answered_total"] + 1
    assert after["tovholder_changes_waiting"] == 0
    assert after['tovholder_commit_changes_bucket{le="+Inf"}'] == after["tovholder_commit_changes_count"]


def test_requests_are_counted_by_route_and_refusals_by_reason(server):
    before = read(server)
    client = server.client(accept="application/json")
    client.get("/d/AAAA AAAA")
    phone = server.phone()
    phone.post(server.join + "/votes/1", data={"card-1": "many"})
    phone.post(server.join + "/cards", data={"activity": "1", "kind": "advice", "first": ""})
    after = read(server)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('tovholder_requests_total{route="/d/{code}/join",status="2xx"}') == 1
    assert more('tovholder_requests_total{route="/d/{code}/votes/{activity_id}",status="4xx"}') == 1
    assert more('tovholder_request_seconds_count{route="/d/{code}/cards"}') == 1
    assert more('tovholder_refused_total{reason="UnknownCode"}') == 1
    assert more('tovholder_refused_total{reason="Empty"}') == 1
    assert after["tovholder_relay_hears"] == 1
    assert after["tovholder_disk_free_bytes"] > 0


def test_a_backup_has_an_age_once_there_is_one(server, tmp_path):
    assert "tovholder_backup_age_seconds" not in read(server)
    made = run("backup", tmp_path / "backup.sqlite3", "--data", server.data)
    assert made.returncode == 0
    assert 0 <= read(server)["tovholder_backup_age_seconds"] < 60


def test_no_figure_points_at_anybody(server):
    phone = server.phone()
    code = server.join.rpartition("/")[2]
    told = server.client().get("/metrics", headers={"authorization": f"Bearer {WORD}"}).text
    assert code not in told
    assert [value for value in phone.cookies.values() if value in told] == []
    assert "127.0.0.1" not in told
    assert set(re.findall(r"(\w+)=\"", told)) <= {"face", "le", "route", "status", "reason"}


@pytest.mark.parametrize("word", ["", "wrong", WORD + "x"])
def test_without_the_word_there_is_nothing_here(server, word):
    headers = {"authorization": f"Bearer {word}" if word else "none"}
    assert server.client().get("/metrics", headers=headers).status_code == 404


def test_without_a_setting_there_is_nothing_here(live):
    assert live.client().get("/metrics", headers={"authorization": "Bearer x"}).status_code == 404
