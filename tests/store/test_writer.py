"""The one writer: an answer means on disk, a failure takes nothing else with it, many changes share a commit."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

from app import errors
from app.models import Series
from app.store import Writer, writing
from app.web import failures


def add(tx, title: str) -> int:
    series = Series(title=title)
    tx.session.add(series)
    tx.session.flush()
    tx.touch(1, "board")
    return series.id


def fail(tx, title: str) -> None:
    add(tx, title)
    raise errors.Empty


def titles(base) -> list[str]:
    return sorted(base.read(lambda session: [series.title for series in session.exec(select(Series)).all()]))


def test_an_answer_is_visible_to_every_other_connection(base):
    base.do(add, "her")
    assert titles(base) == ["her"]


def test_a_failing_change_takes_nothing_else_with_it(base):
    async def together():
        changes = [base.writer.change(fail if n % 3 == 0 else add, f"{n:03}") for n in range(90)]
        return await asyncio.gather(*changes, return_exceptions=True)

    answers = asyncio.run(together())
    assert [n for n, answer in enumerate(answers) if isinstance(answer, errors.Empty)] == list(range(0, 90, 3))
    assert titles(base) == [f"{n:03}" for n in range(90) if n % 3]


def test_two_thousand_changes_share_few_commits(base):
    async def together():
        return await asyncio.gather(*[base.writer.change(add, str(n)) for n in range(2000)])

    numbers = asyncio.run(together())
    assert len(set(numbers)) == 2000
    assert len(base.topics) <= 200


def test_a_failed_change_announces_nothing(base):
    with pytest.raises(errors.Empty):
        base.do(fail, "nej")
    assert base.topics == []


def test_a_change_whose_caller_left_is_kept(base):
    async def leave():
        change = asyncio.ensure_future(base.writer.change(add, "bliver"))
        await asyncio.sleep(0)
        change.cancel()
        await asyncio.gather(change, return_exceptions=True)
        await base.writer.change(add, "bagefter")

    asyncio.run(leave())
    assert titles(base) == ["bagefter", "bliver"]


def test_work_alone_runs_between_the_others(base):
    base.do(add, "før")
    assert base.writer.alone(lambda engine: engine.dialect.name) == base.readers.dialect.name
    base.do(add, "efter")
    assert titles(base) == ["efter", "før"]


def test_readers_cannot_write(base):
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        base.read(lambda session: (session.add(Series(title="nej")), session.flush()))


def test_sqlite_commits_reach_the_disk(sqlite):
    def pragma(tx):
        return tuple(tx.run(f"PRAGMA {name}")[0][0] for name in ("synchronous", "journal_mode", "secure_delete"))

    assert sqlite.do(pragma) == (2, "wal", 1)


def test_postgres_commits_reach_the_disk_whatever_the_server_says(postgres, monkeypatch):
    def wait_for_the_disk(default: str) -> str:
        monkeypatch.setenv("PGOPTIONS", f"-c synchronous_commit={default}")
        with contextlib.closing(Writer(writing(postgres.url))) as writer:
            return writer.change_now(lambda tx: tx.run("SHOW synchronous_commit")[0][0])

    assert [wait_for_the_disk(default) for default in ("off", "local", "remote_write")] == ["on"] * 3
    assert wait_for_the_disk("remote_apply") == "remote_apply"


def test_a_connection_cut_in_the_middle_answers_busy_and_the_next_is_fresh(postgres):
    def cut(tx) -> None:
        [(backend,)] = tx.run("SELECT pg_backend_pid()")
        postgres.read(lambda session: session.connection().exec_driver_sql(f"SELECT pg_terminate_backend({backend})"))
        add(tx, "under")

    async def together():
        changes = [postgres.writer.change(verb, *title) for verb, *title in ((add, "før"), (cut,), (add, "efter"))]
        return await asyncio.gather(*changes, return_exceptions=True)

    postgres.do(add, "først")
    answers = asyncio.run(together())
    assert [type(failures.fact_of(answer)) for answer in answers] == [errors.Busy] * 3
    postgres.do(add, "sidst")
    assert titles(postgres) == ["først", "sidst"]


def test_two_writers_that_stand_in_each_others_way_both_get_through(postgres):
    with contextlib.closing(Writer(writing(postgres.url))) as other, ThreadPoolExecutor() as threads:
        first, second = (postgres.do(add, title) for title in ("a", "b"))
        both_hold_one = Barrier(2)
        waited = set()

        def rename(tx, mine: int, theirs: int) -> None:
            tx.lock("series", [mine])
            if mine not in waited:  # the first time round, so that they are sure to meet
                waited.add(mine)
                both_hold_one.wait(5)
            tx.lock("series", [theirs])
            tx.run("UPDATE series SET title = title || '!' WHERE id = :id", id=theirs)

        there = threads.submit(other.change_now, rename, second, first)
        here = threads.submit(postgres.do, rename, first, second)
        here.result(20), there.result(20)
    assert titles(postgres) == ["a!", "b!"]


def test_the_figures_count_what_came_what_was_answered_and_what_failed(base):
    async def together():
        changes = [base.writer.change(fail if n % 3 == 0 else add, f"{n:03}") for n in range(90)]
        return await asyncio.gather(*changes, return_exceptions=True)

    asyncio.run(together())
    figures = base.writer.figures
    assert (figures.came, figures.answered, figures.failed) == (90, 60, 30)
    assert figures.sizes.total == 90
    assert sum(figures.sizes.counts) == sum(figures.seconds.counts) >= 1
    assert 0 < figures.seconds.total < 60
