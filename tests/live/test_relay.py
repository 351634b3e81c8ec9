"""The relay: what one process commits, the sockets of every process show, whatever breaks between them.

The same tests run for one process on SQLite and for two on one PostgreSQL.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
import pytest

from app import store
from app.live import relay
from app.live.relay import _Known, _News, _payloads
from tests.domain import hall
from tests.live.sides import Side, playing, side, until

Two = Callable[[], AbstractAsyncContextManager[tuple[Side, Side]]]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "LOOK_EVERY", 0.5)


@pytest.fixture
def dialogue(base) -> int:
    """A dialogue that has begun; its sequence number stands still until a test changes something."""
    return hall.writing(base).id


@pytest.fixture
def two(base) -> Two:
    """Two sides that share a database: on SQLite one process has both, on PostgreSQL they are two."""

    @asynccontextmanager
    async def sides() -> AsyncIterator[tuple[Side, Side]]:
        async with side(base.url) as here:
            if store.is_sqlite(base.url):
                yield here, here
                return
            async with side(base.url) as there:
                await until(lambda: listeners(base.url) == 2)
                yield here, there

    return sides


def listeners(url: str) -> int:
    return len(backends(url, "LISTEN %"))


def backends(url: str, said: str) -> list[int]:
    """The connections whose last word was this."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE %s AND pid <> pg_backend_pid()", [said]
        )
        return [pid for (pid,) in rows]


def cut(url: str, said: str) -> int:
    """End those connections from the side of the server. Returns how many they were."""
    pids = backends(url, said)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for pid in pids:
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
    return len(pids)


def number(side: Side, dialogue: int) -> int:
    return side.numbers([dialogue])[dialogue]


def test_a_change_here_is_shown_here_and_there(two, dialogue):
    async def scene():
        async with two() as (here, there):
            walls = [await each.wall(dialogue) for each in (here, there)]
            for side in (here, there, here):
                await side.change(dialogue)
                for wall in walls:
                    await wall.shows(number(here, dialogue))

    playing(scene())


def test_a_burst_of_changes_is_shown_in_few_pictures_and_none_is_forgotten(two, dialogue):
    async def scene():
        async with two() as (here, there):
            wall = await there.wall(dialogue)
            begun = asyncio.get_running_loop().time()
            for _ in range(20):
                await asyncio.gather(*[here.change(dialogue) for _ in range(50)])
            await wall.shows(number(here, dialogue))
            took = asyncio.get_running_loop().time() - begun
            assert len(wall.heard) <= 2 + took / there.rest

    playing(scene())


def test_a_face_that_did_not_change_is_left_alone(two, dialogue):
    async def scene():
        async with two() as (here, there):
            board, phone = await there.wall(dialogue), await there.wall(dialogue, "phones")
            await asyncio.sleep(relay.LOOK_EVERY * 1.5)  # whoever begins to watch is looked after once
            there.drawn.clear()
            await here.change(dialogue, "board")
            await board.shows(number(here, dialogue))
            await asyncio.sleep(relay.LOOK_EVERY * 2.5)
            assert there.drawn == [f"board:{dialogue}"]
            assert phone.heard[-1] == str(number(here, dialogue) - 1)

    playing(scene())


def test_work_that_listens_is_done_by_the_process_that_took_the_change(two, dialogue):
    async def scene():
        async with two() as (here, there):
            wall = await there.wall(dialogue)
            here.grouped.clear(), there.grouped.clear()
            await here.change(dialogue, "board", "themes")
            await wall.shows(number(here, dialogue))
            assert here.grouped == [dialogue]
            assert there.grouped == ([dialogue] if there is here else [])

    playing(scene())


def test_a_change_by_somebody_who_tells_nobody_is_shown_all_the_same(postgres, two_on_postgres):
    async def scene():
        dialogue = hall.writing(postgres).id
        async with two_on_postgres() as (_here, there):
            wall = await there.wall(dialogue)
            await asyncio.sleep(relay.LOOK_EVERY * 1.5)
            postgres.do(lambda tx: tx.touch(dialogue, "board"))
            await wall.shows(number(there, dialogue), within=3 * relay.LOOK_EVERY)

    playing(scene())


@pytest.fixture
def two_on_postgres(postgres) -> Two:
    @asynccontextmanager
    async def sides() -> AsyncIterator[tuple[Side, Side]]:
        async with side(postgres.url) as here, side(postgres.url) as there:
            await until(lambda: listeners(postgres.url) == 2)
            yield here, there

    return sides


@pytest.mark.parametrize("said", ["LISTEN %", "%pg_notify%", "SET synchronous_commit%"])
def test_a_line_that_is_cut_comes_back_by_itself(postgres, two_on_postgres, said):
    async def scene():
        dialogue = hall.writing(postgres).id
        async with two_on_postgres() as (here, there):
            wall = await there.wall(dialogue)
            if "notify" in said:
                await here.change(dialogue)
                await wall.shows(number(here, dialogue))
            assert cut(postgres.url, said) > 0
            await here.change(dialogue)
            await wall.shows(number(here, dialogue))
            await until(lambda: listeners(postgres.url) == 2, 10)
            await here.change(dialogue)
            await wall.shows(number(here, dialogue))

    playing(scene())


def test_a_thousand_changes_are_a_few_notifications(postgres, two_on_postgres):
    async def scene():
        dialogue = hall.writing(postgres).id
        heard: list[str] = []
        async with two_on_postgres() as (here, _there), await store.line(postgres.url) as line:
            await line.execute(f"LISTEN {relay.CHANNEL}")
            before, loop = number(here, dialogue), asyncio.get_running_loop()
            begun = loop.time()
            for _ in range(20):
                await asyncio.gather(*[here.change(dialogue) for _ in range(50)])
            took = loop.time() - begun
            after = set(range(before + 1, number(here, dialogue) + 1))
            async for notice in line.notifies(timeout=5):
                heard.append(notice.payload)
                told = {each for payload in heard for _, _, numbers in json.loads(payload)["news"] for each in numbers}
                if told == after:
                    break
            assert told == after
            assert len(heard) <= 2 + took / relay.REST
            assert max(map(len, heard)) < 8000

    playing(scene())


def test_news_of_any_size_fits_into_notifications():
    news = {
        dialogue: _News({"board", "desk", "phones"}, set(range(size)))
        for dialogue, size in ((1, 1), (2, 10_000), *((each, 3) for each in range(1_000_000, 1_002_000)))
    }
    payloads = list(_payloads("abcdefgh", news))
    assert max(len(payload.encode()) for payload in payloads) < 8000
    told: dict[int, _News] = {}
    for payload in payloads:
        for dialogue, faces, numbers in json.loads(payload)["news"]:
            told.setdefault(dialogue, _News(set(faces))).numbers.update(numbers)
    assert told == news


def test_word_that_may_still_be_under_way_is_not_missed():
    known = _Known()
    assert known.look(7, all_of_it=False)  # never looked at before
    known.told |= {8, 9}
    assert not known.look(10, all_of_it=False)  # 10 may be on its way
    assert known.look(10, all_of_it=False)  # it did not come
    assert not known.look(10, all_of_it=False)
    known.told |= {11}
    assert known.look(12, all_of_it=True)
    assert known.look(3, all_of_it=False)  # the numbers started over
    assert not known.look(3, all_of_it=True)


def test_one_process_at_a_time_has_the_turn(postgres):
    other = store.reading(postgres.url)
    with store.turn(postgres.readers, "themes", 1) as mine, store.turn(other, "themes", 1) as theirs:
        assert (mine, theirs) == (True, False)
        with store.turn(other, "themes", 2) as elsewhere, store.turn(other, "deletion", 1) as something_else:
            assert (elsewhere, something_else) == (True, True)
    with store.turn(other, "themes", 1) as theirs:
        assert theirs
    other.dispose()


def test_on_sqlite_it_is_always_this_process_s_turn(sqlite):
    with store.turn(sqlite.readers, "themes", 1) as mine:
        assert mine
