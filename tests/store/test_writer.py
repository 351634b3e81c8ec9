"""The one writer: an answer means on disk, a failure takes nothing else with it, many changes share a commit."""

import asyncio

import pytest
from sqlmodel import select

from app import errors
from app.models import Series


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
