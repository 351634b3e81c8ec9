"""Moving house: every row arrives as it was, ids go on where they were, phones and links notice nothing."""

import csv
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from app.domain import dialogues, retention
from app.models import Dialogue
from app.settings import with_driver
from app.store import Writer, moving, reading, schema, writing
from app.store.moving import CannotMove, Moved
from tests.conftest import ROOT, Live, serving
from tests.documents.room import Room, empty, fill
from tests.live.test_two_servers import activity
from tests.web.test_phone import go


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A dialogue with people, hostile cards, themes and votes, after one that was deleted."""
    with empty(tmp_path_factory.mktemp("moving")) as made:
        fill(made)
        gone = made.do(dialogues.make, "empty", "Den er væk", 90)
        made.do(retention.delete, gone)
        yield made


def moved(source: str, target: str) -> dict[str, Moved]:
    told: list[Moved] = []
    moving.move(source, target, told.append)
    return {each.table: each for each in told}


def test_every_row_arrives_in_both_directions(room, bare_postgres, tmp_path):
    out = moved(room.url, bare_postgres)
    back = moved(bare_postgres, f"sqlite:///{tmp_path / 'back.sqlite3'}")
    assert back == out
    assert out["card"].rows > 20
    assert out["vote"].rows > 5
    assert out["deletion"].rows == 1


def test_an_id_of_a_dialogue_that_was_deleted_is_not_given_again(room, bare_postgres, tmp_path):
    there, back = bare_postgres, f"sqlite:///{tmp_path / 'back.sqlite3'}"
    moved(room.url, there)
    moved(there, back)
    for url in (there, back):
        writer = Writer(writing(url))
        assert writer.change_now(dialogues.make, "empty", "Den næste", 90) == room.id + 2
        writer.close()


def test_a_target_with_rows_is_refused_and_left_as_it_was(room, bare_postgres):
    schema.upgrade(bare_postgres)
    writer = Writer(writing(bare_postgres))
    writer.change_now(dialogues.make, "empty", "Var her først", 90)
    writer.close()
    with pytest.raises(CannotMove, match="empty database"):
        moved(room.url, bare_postgres)
    engine = reading(bare_postgres)
    with Session(engine) as session:
        assert session.exec(select(Dialogue.title)).all() == ["Var her først"]
    engine.dispose()


def test_a_source_that_is_not_up_to_date_is_refused(bare_postgres, tmp_path):
    schema.upgrade(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    writer = Writer(writing(f"sqlite:///{tmp_path / 'old.sqlite3'}"))
    writer.change_now(lambda tx: tx.run("UPDATE alembic_version SET version_num = '0000'"))
    writer.close()
    with pytest.raises(CannotMove, match="tovholder migrate"):
        moved(f"sqlite:///{tmp_path / 'old.sqlite3'}", bare_postgres)


def test_a_source_that_is_not_there_is_refused_and_not_made(bare_postgres, tmp_path):
    with pytest.raises(CannotMove, match="no database"):
        moved(f"sqlite:///{tmp_path / 'none.sqlite3'}", bare_postgres)
    assert list(tmp_path.iterdir()) == []


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", "migrate", *words], cwd=ROOT, capture_output=True, text=True)


def test_one_address_alone_is_one_line_and_a_failure(tmp_path):
    answer = run("--from", f"sqlite:///{tmp_path / 'a.sqlite3'}")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.strip().endswith("moving takes both --from and --to")


def summary_of(live: Live) -> str:
    return live.opened("desk").get("/dialogues/1/summary.csv").raise_for_status().text


def _rows(summary: str) -> list[dict[str, str]]:
    return list(csv.DictReader(summary.removeprefix("\ufeff").splitlines(), delimiter=";"))


def _grouped(live: Live) -> str:
    """The summary once the cards lie in themes and nothing moves any more."""
    until, before = time.monotonic() + 20, ""
    while (after := summary_of(live)) != before or not any(row["theme"] for row in _rows(after)):
        assert time.monotonic() < until
        before = after
        time.sleep(1)
    return after


@pytest.mark.slow
def test_a_room_goes_on_after_the_move_as_if_nothing_had_happened(tmp_path, bare_postgres):
    data, address = tmp_path / "data", bare_postgres.replace("+psycopg", "")
    with serving(data, TOVHOLDER_TEXTS_PER_MINUTE="6000") as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Eksempler")
        phones = [live.phone() for _ in range(3)]
        step = activity(live, phones[0])
        for number in range(30):
            card = {
                "activity": step,
                "kind": "example",
                "first": f"Fællesspisning nr. {number}",
                "key": f"before-{number:09}",
            }
            phones[number % 3].post(live.join + "/cards", data=card).raise_for_status()
        before, links, port = _grouped(live), live.addresses, live.port
        cookies = [dict(phone.cookies) for phone in phones]
        repeated = card
        number = phones[29 % 3].post(live.join + "/cards", data=repeated).json()["number"]
    answer = run("--from", f"sqlite:///{data / 'tovholder.sqlite3'}", "--to", address)
    assert answer.returncode == 0, answer.stderr
    assert re.search(r"^card +30  [0-9a-f]{32}$", answer.stdout, re.MULTILINE)
    with serving(data, port, DATABASE_URL=address) as live:
        assert live.addresses == links
        assert summary_of(live) == before
        clients = [live.client(accept="application/json") for _ in cookies]
        for client, held in zip(clients, cookies, strict=True):
            client.cookies.update(held)
        assert clients[29 % 3].post(live.join + "/cards", data=repeated).json()["number"] == number
        card = {"activity": step, "kind": "example", "first": "Efter flytningen", "key": "after-00001"}
        assert clients[0].post(live.join + "/cards", data=card).raise_for_status().json()["number"] == 31


def test_addresses_get_the_driver_that_is_installed():
    assert [with_driver(f"{kind}://u@h/d") for kind in ("postgresql", "postgres", "sqlite")] == [
        "postgresql+psycopg://u@h/d",
        "postgresql+psycopg://u@h/d",
        "sqlite://u@h/d",
    ]
