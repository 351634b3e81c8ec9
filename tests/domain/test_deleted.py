"""The journal of deletions outside the database: complete, without doubles, and read after a crash in the middle."""

from datetime import UTC, date, datetime

from app.domain import deleted, retention
from app.models import Deletion, Dialogue
from tests.domain.hall import writing


def deletion(number: int, epoch: str) -> Deletion:
    return Deletion(
        dialogue_id=number, epoch=epoch, due_on=date(2027, 1, 2), deleted_at=datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    )


def said(deletions: list[Deletion]) -> list[tuple[int, str, date, datetime]]:
    return [(each.dialogue_id, each.epoch, each.due_on, each.deleted_at) for each in deletions]


def test_what_is_kept_is_read_back_once(tmp_path):
    assert deleted.read(tmp_path) == []
    deleted.keep(tmp_path, [deletion(1, "a"), deletion(2, "b")])
    deleted.keep(tmp_path, [deletion(2, "b"), deletion(1, "c")])
    assert said(deleted.read(tmp_path)) == said([deletion(1, "a"), deletion(2, "b"), deletion(1, "c")])


def test_a_line_cut_short_spoils_no_other(tmp_path):
    deleted.keep(tmp_path, [deletion(1, "a"), deletion(2, "b")])
    file = tmp_path / deleted.NAME
    file.write_bytes(file.read_bytes()[:-9])
    deleted.keep(tmp_path, [deletion(3, "c")])
    assert said(deleted.read(tmp_path)) == said([deletion(1, "a"), deletion(3, "c")])


def test_a_dialogue_named_by_the_journal_is_due_and_a_later_one_with_its_number_is_not(base):
    hall = writing(base)
    base.do(deleted.take_over, [deletion(hall.id, "another")])
    assert base.read(retention.due, date(2020, 1, 1)) == []
    [epoch] = base.read(lambda session: [session.get(Dialogue, hall.id).epoch])
    base.do(deleted.take_over, [deletion(hall.id, epoch), deletion(hall.id, epoch)])
    assert base.read(retention.due, date(2020, 1, 1)) == [hall.id]
    assert len(base.read(deleted.all_of)) == 2
