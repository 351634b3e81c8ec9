"""What runs beside the requests: a dialogue whose day has come is gone at the next start, to the last byte;
a board that a person has edited is grouped anew to be looked at."""

import time
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from app.domain import dialogues, themes
from app.models import OFFERED, Deletion, Dialogue, Placement, Proposal
from app.store import Writer, reading, writing
from tests.conftest import serving
from tests.web.house import opened_house, room
from tests.web.test_phone import form_of, go

TEXT = "Borde på vejen i Lærkekvarteret"


def test_the_server_deletes_what_is_due_when_it_starts(tmp_path):
    data = tmp_path / "data"
    with serving(data) as live:
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        go(desk, "Eksempler")
        phone = live.phone()
        phone.post(live.join + "/cards", data=form_of(phone, live) | {"first": TEXT}).raise_for_status()
    _due_on(data, datetime.now(UTC).date() - timedelta(days=1))
    assert TEXT.encode() in _bytes(data)
    with serving(data, TOVHOLDER_DEMO="false") as live:
        assert live.client().get("/healthz").status_code == 200
        _until_gone(data)
    assert _bytes(data).count(TEXT.encode()) == 0
    assert _bytes(data).count("Lærkekvarteret".encode()) == 0


def _due_on(data, day: date) -> None:
    writer = Writer(writing(f"sqlite:///{data / 'tovholder.sqlite3'}"))

    def put(tx) -> None:
        dialogue = dialogues.get(tx.session, 1)
        dialogue.delete_on = day
        tx.session.add(dialogue)

    writer.change_now(put)
    writer.close()


def _bytes(data) -> bytes:
    return b"".join(file.read_bytes() for file in data.iterdir() if file.name.startswith("tovholder.sqlite3"))


def _until_gone(data, tries: int = 100) -> None:
    engine = reading(f"sqlite:///{data / 'tovholder.sqlite3'}")
    for _ in range(tries):
        with Session(engine) as session:
            if not session.exec(select(Dialogue)).all() and session.exec(select(Deletion)).all():
                break
        time.sleep(0.1)
    engine.dispose()
    time.sleep(0.5)  # the last of the log is emptied


def test_after_a_first_edit_a_new_grouping_is_offered_and_not_done(tmp_path):
    with opened_house(tmp_path / "data") as house:
        hall, _, [first, second] = room(house, cards=14)
        hall.do(themes.merge, second, first)
        hall.do(themes.rename, first, "Nøgler")
        until = time.monotonic() + 30
        while not (offered := hall.rows(Proposal)) and time.monotonic() < until:
            time.sleep(0.1)
        assert [row["state"] for row in offered] == [OFFERED]
        assert {row["theme_id"] for row in hall.rows(Placement) if row["by_person"]} == {first}
