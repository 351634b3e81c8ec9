"""Deletion on the promised day: no row and no byte is left, a neighbour is untouched, a backup cannot bring it back."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.domain import dialogues, retention, themes
from app.models import Deletion, Dialogue, now
from tests.conftest import based
from tests.domain.hall import key, writing

SECRET = "Aftenmøder i vaskekælderen nummer syv"


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())


def _rows(base, dialogue_id: int) -> dict[str, int]:
    def count(session):
        tables = retention.TABLES
        return {
            table: session.connection()
            .execute(text(f'SELECT count(*) FROM "{table}" WHERE dialogue_id = :id'), {"id": dialogue_id})
            .scalar_one()
            for table in tables
        }

    return base.read(count)


def test_a_deleted_dialogue_leaves_no_row(base):
    hall = writing(base)
    card = hall.write(SECRET).card_id
    theme = hall.do(themes.new, "Vaskekælder", [card])
    hall.do(themes.rename, theme, "Kælder")
    base.do(retention.delete, hall.id)
    base.writer.alone(retention.scrub)
    assert set(_rows(base, hall.id).values()) == {0}
    assert base.read(lambda session: session.exec(select(Dialogue)).all()) == []
    [journal] = base.read(lambda session: session.exec(select(Deletion)).all())
    assert journal.dialogue_id == hall.id


def test_a_deleted_dialogue_leaves_no_byte_in_file_or_log(sqlite, tmp_path):
    hall = writing(sqlite)
    for _ in range(3):
        hall.write(SECRET)
    assert SECRET.encode() in _bytes_of(tmp_path)
    sqlite.do(retention.delete, hall.id)
    sqlite.writer.alone(retention.scrub)
    assert _bytes_of(tmp_path).count(SECRET.encode()) == 0
    assert _bytes_of(tmp_path).count("vaskekælderen".encode()) == 0


def test_a_neighbour_is_untouched(base):
    gone, stays = writing(base), writing(base)
    gone.write(SECRET)
    stays.write("Bliver her")
    before = _rows(base, stays.id)
    base.do(retention.delete, gone.id)
    assert _rows(base, stays.id) == before


@pytest.mark.parametrize(("days", "due"), [(-1, True), (0, True), (1, False)])
def test_a_dialogue_is_due_on_its_day(base, days, due):
    hall = writing(base)

    def put(tx):
        dialogue = dialogues.get(tx.session, hall.id)
        dialogue.delete_on = now().date() + timedelta(days=days)
        tx.session.add(dialogue)

    base.do(put)
    assert base.read(retention.due, now().date()) == ([hall.id] if due else [])


def test_a_restored_backup_is_deleted_again(sqlite, tmp_path):
    hall = writing(sqlite)
    hall.write(SECRET)
    sqlite.writer.alone(lambda engine: engine.raw_connection().execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    copy = tmp_path / "kopi" / "test.sqlite3"
    copy.parent.mkdir()
    shutil.copy(tmp_path / "test.sqlite3", copy)
    sqlite.do(retention.delete, hall.id)
    [journal] = sqlite.read(lambda session: session.exec(select(Deletion)).all())
    with based(f"sqlite:///{copy}") as restored:
        restored.do(lambda tx: tx.session.add(Deletion(**journal.model_dump())))
        assert restored.read(retention.due, date.min) == [hall.id]


def test_an_id_is_never_used_again(base):
    first = writing(base)
    base.do(retention.delete, first.id)
    assert writing(base).id > first.id


def test_deleting_twice_is_harmless(base):
    hall = writing(base)
    hall.write(SECRET, key=key())
    base.do(retention.delete, hall.id)
    base.do(retention.delete, hall.id)
    assert len(base.read(lambda session: session.exec(select(Deletion)).all())) == 1
