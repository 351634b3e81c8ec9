"""A disk that is full: the writer says so, loses nothing it answered, and goes on by itself when there is room."""

import asyncio

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import errors
from app.models import Series
from app.store import Disk

MB = 1 << 20


def add(tx, title: str) -> None:
    tx.session.add(Series(title=title))


def hot(tx, title: str) -> None:
    tx.run("INSERT INTO series (title, created_at) VALUES (:title, 0)", title=title)


def titles(base) -> set[str]:
    return set(base.read(lambda session: session.exec(select(Series.title)).all()))


@pytest.mark.parametrize("verb", [add, hot])
def test_a_database_that_may_not_grow_answers_storage_full_and_keeps_what_it_acknowledged(sqlite, verb):
    pages = sqlite.do(lambda tx: tx.run("PRAGMA page_count")[0][0])
    sqlite.do(lambda tx: tx.run(f"PRAGMA max_page_count = {pages + 3}"))
    acknowledged: set[str] = set()

    async def flood():
        for group in range(40):
            sent = [f"{group}-{one} " + "x" * 500 for one in range(4)]
            answers = await asyncio.gather(
                *(sqlite.writer.change(verb, title) for title in sent), return_exceptions=True
            )
            acknowledged.update(title for title, answer in zip(sent, answers, strict=True) if answer is None)
            refused.update(type(answer) for answer in answers if answer is not None)

    refused: set[type] = set()
    asyncio.run(flood())
    assert refused == {errors.StorageFull}
    assert titles(sqlite) == acknowledged
    sqlite.do(lambda tx: tx.run("PRAGMA max_page_count = 100000"))
    sqlite.do(verb, "efter")
    assert titles(sqlite) == acknowledged | {"efter"}


@pytest.mark.parametrize("verb", [add, hot])
def test_a_postgresql_without_room_answers_storage_full_and_goes_on_when_there_is(postgres, verb):
    for statement in (
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$",
        "CREATE TRIGGER no_room BEFORE INSERT ON series EXECUTE FUNCTION no_room()",
    ):
        postgres.do(lambda tx, statement=statement: tx.session.execute(text(statement)) and None)
    with pytest.raises(errors.StorageFull):
        postgres.do(verb, "uden plads")
    postgres.do(lambda tx: tx.session.execute(text("DROP FUNCTION no_room() CASCADE")) and None)
    postgres.do(verb, "efter")
    assert titles(postgres) == {"efter"}


def test_a_disk_is_tight_when_less_than_the_reserve_is_free(tmp_path):
    assert not Disk(tmp_path, 1 * MB).is_tight()
    assert Disk(tmp_path, 1 << 60).is_tight()
    assert not Disk(tmp_path, 0).is_tight()


def test_the_ballast_is_a_tenth_of_the_reserve_and_comes_back(tmp_path):
    disk = Disk(tmp_path, 10 * MB)
    disk.refill()
    assert (tmp_path / "ballast").stat().st_size == 1 * MB
    disk.release()
    assert list(tmp_path.iterdir()) == []
    disk.refill()
    assert [file.name for file in tmp_path.iterdir()] == ["ballast"]


def test_no_ballast_is_laid_down_where_room_is_short(tmp_path):
    Disk(tmp_path, 1 << 60).refill()
    assert list(tmp_path.iterdir()) == []
