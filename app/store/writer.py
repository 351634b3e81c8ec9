"""The one way to change anything.

Changes wait in line, run each in a savepoint of one transaction, and are answered together after the commit.

An answer means on disk. A change that fails takes nothing else with it.
"""

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache
from re import compile as pattern
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app import errors

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3  # of a change that another process got in the way of
BATCH = 500  # changes in one transaction: enough to share a disk write, few enough to answer soon
_NAMED = pattern(r"(?<![:\w]):([a-z_]\w*)")


@lru_cache(maxsize=256)
def _for_psycopg(sql: str) -> str:
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


class _Driver:
    """The raw connection under a group of changes, asked for once a group: the hot verbs go past SQLAlchemy."""

    __slots__ = ("_raw", "failure", "is_sqlite")

    def __init__(self, connection: Connection) -> None:
        self._raw: Any = connection.connection.dbapi_connection
        self.failure: type[Exception] = connection.dialect.loaded_dbapi.Error
        self.is_sqlite = connection.dialect.name == "sqlite"

    def run(self, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        if self.is_sqlite:
            return self._raw.execute(sql, values).fetchall()  # type: ignore[no-any-return]
        with self._raw.cursor() as cursor:
            cursor.execute(_for_psycopg(sql), values)
            return cursor.fetchall() if cursor.description else []


class Transaction:
    """What a domain verb writes with.

    `run` is prepared SQL for the hot verbs, `session` is SQLModel for the rest, `touch` says what to show anew.
    """

    __slots__ = ("_connection", "_driver", "_session", "touched")

    def __init__(self, connection: Connection, driver: "_Driver") -> None:
        self._connection = connection
        self._driver = driver
        self._session: Session | None = None
        self.touched: set[str] = set()

    def run(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Run one statement with :named values. Returns its rows; an upsert that its guard refused returns none.

        Raises what SQLAlchemy raises, such as IntegrityError or OperationalError, whatever the driver.
        """
        try:
            return self._driver.run(sql, values)
        except self._driver.failure as error:
            raise DBAPIError.instance(sql, None, error, self._driver.failure, hide_parameters=True) from error

    def lock(self, table: str, row_id: int) -> None:
        """Let no other process change this row before the commit. On SQLite there is nobody: one writes at a time."""
        if not self._driver.is_sqlite:
            self.run(f'SELECT id FROM "{table}" WHERE id = :id FOR NO KEY UPDATE', id=row_id)  # noqa: S608 - fixed text

    @property
    def session(self) -> Session:
        """A SQLModel session inside this change. Flushed at its end; never commit it."""
        if self._session is None:
            # In a savepoint of its own: a flush that fails rolls back all the session holds, and may hold no more.
            self._session = Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        return self._session

    def touch(self, dialogue_id: int, *faces: str) -> None:
        """After the commit, tell these faces of the dialogue that something changed."""
        self.touched.update(f"{face}:{dialogue_id}" for face in faces)

    def finish(self) -> None:
        if self._session is not None:
            self._session.commit()  # as far as the change's savepoint
            self._session.close()

    def abandon(self) -> None:
        if self._session is not None:
            self._session.close()


Settle = Callable[[Any, BaseException | None], object]


@dataclass(eq=False, slots=True)
class _Waiting:
    """One change in line, and who waits for it: `settle(result, error)` is called in `loop`, or where there is none
    in the writer's thread."""

    work: Callable[..., Any]
    settle: Settle
    loop: asyncio.AbstractEventLoop | None = None
    alone: bool = False  # runs between two transactions, on the engine itself
    result: Any = None
    error: BaseException | None = None


def _settling(answer: Future[Any] | asyncio.Future[Any]) -> Settle:
    def settle(result: Any, error: BaseException | None) -> None:
        if answer.cancelled():
            return  # the phone left; what it wrote is on disk all the same
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)

    return settle


class Writer:
    """A line and a thread.

    `change` is for coroutines, `change_now` for other threads, `alone` for work that wants no transaction around it.
    """

    def __init__(self, engine: Engine, announce: Callable[[dict[str, int]], None] = lambda topics: None) -> None:
        """`announce` is told, in the writer's thread, each topic that changed and its dialogue's sequence number."""
        self._engine = engine
        self._announce = announce
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def change(self, verb: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a domain verb and return its answer once it is on disk. Raises what it raised; Busy after `close`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        asker = copy_context()  # the verb speaks the asker's language
        self._stand_in_line(_Waiting(lambda tx: asker.run(verb, tx, *args, **kwargs), _settling(answer), loop))
        return await answer

    def submit(self, work: Callable[[Transaction], R], settle: Callable[[R, BaseException | None], object]) -> None:
        """Stand in line from the event loop without waiting: `settle(result, error)` is called in it after the commit.

        For sockets, which have no task to wait in. `work` speaks no language. Raises Busy after `close`.
        """
        self._stand_in_line(_Waiting(work, settle, asyncio.get_running_loop()))

    def change_now(self, verb: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The same, waiting in the calling thread."""
        answer: Future[R] = Future()
        asker = copy_context()
        self._stand_in_line(_Waiting(lambda tx: asker.run(verb, tx, *args, **kwargs), _settling(answer)))
        return answer.result()

    def alone(self, work: Callable[[Engine], R]) -> R:
        """Run work that cannot share a transaction (VACUUM) between two batches, waiting in the calling thread."""
        answer: Future[R] = Future()
        self._stand_in_line(_Waiting(work, _settling(answer), alone=True))
        return answer.result()

    def _stand_in_line(self, waiting: _Waiting) -> None:
        with self._door:
            if self._closed:  # nobody would ever answer
                raise errors.Busy
            self._line.put(waiting)

    def close(self) -> None:
        """Finish what is in line, then stop; who comes later is refused."""
        with self._door:
            self._closed = True
            self._line.put(None)
        self._thread.join(timeout=30)
        self._engine.dispose()

    def _work(self) -> None:
        stopping = False
        while not stopping:
            batch: list[_Waiting] = []
            waiting = self._line.get()
            while waiting is not None and not waiting.alone:
                batch.append(waiting)
                if len(batch) == BATCH:
                    break
                try:
                    waiting = self._line.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._commit(batch)
            if waiting is None:
                stopping = True
            elif waiting.alone:
                self._run_alone(waiting)

    def _run_alone(self, waiting: _Waiting) -> None:
        try:
            waiting.result = waiting.work(self._engine)
        except Exception as error:
            waiting.error = error
        _answer([waiting])

    def _commit(self, batch: list[_Waiting], tries: int = TRIES) -> None:
        touched: set[str] = set()
        told: dict[str, int] = {}
        try:
            with self._engine.begin() as connection:
                driver = _Driver(connection)
                for waiting in batch:
                    touched |= self._run(connection, driver, waiting)
                told = _advance(connection, touched)
        except Exception as error:
            log.exception("a group of %d changes could not be committed", len(batch))
            for waiting in batch:
                waiting.error = waiting.error or error
            told = {}
        try:
            if told:
                self._announce(told)
        except Exception:
            log.exception("a change could not be announced")
        again = [waiting for waiting in batch if tries > 1 and waiting.error and _in_the_way(waiting.error)]
        for waiting in again:
            waiting.result = waiting.error = None
            batch.remove(waiting)
        _answer(batch)
        if again:
            self._commit(again, tries - 1)

    @staticmethod
    def _run(connection: Connection, driver: _Driver, waiting: _Waiting) -> set[str]:
        tx = Transaction(connection, driver)
        tx.run("SAVEPOINT change")
        try:
            waiting.result = waiting.work(tx)
            tx.finish()
        except Exception as error:
            waiting.error = error
            tx.abandon()
            tx.run("ROLLBACK TO SAVEPOINT change")
            tx.touched = set()
        tx.run("RELEASE SAVEPOINT change")
        return tx.touched


_ADVANCE = text("UPDATE dialogue SET seq = seq + 1 WHERE id IN :ids RETURNING id, seq").bindparams(
    bindparam("ids", expanding=True)
)
_IN_ORDER = text("SELECT id FROM dialogue WHERE id IN :ids ORDER BY id FOR NO KEY UPDATE").bindparams(
    bindparam("ids", expanding=True)
)


def _advance(connection: Connection, touched: set[str]) -> dict[str, int]:
    """Move the sequence number of every dialogue that changed, once per commit.

    Returns the topics with the number that tells them; 0 where the dialogue is gone.
    """
    ids = {topic: int(topic.partition(":")[2]) for topic in touched}
    changed = {"ids": sorted(set(ids.values()) - {0})}
    if len(changed["ids"]) > 1 and connection.dialect.name != "sqlite":
        connection.execute(_IN_ORDER, changed)  # two processes that take the same rows in turn never block each other
    rows = connection.execute(_ADVANCE, changed).all() if changed["ids"] else []
    numbers = {row.id: row.seq for row in rows}
    return {topic: numbers.get(dialogue_id, 0) for topic, dialogue_id in ids.items()}


def _in_the_way(error: BaseException) -> bool:
    """Whether a change failed only because another process changed the same rows (PostgreSQL's 40001 and 40P01)."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in ("40001", "40P01")


def _answer(batch: list[_Waiting]) -> None:
    """Answer everybody in the batch, waking each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
    for waiting in batch:
        if waiting.loop is not None:
            loops.setdefault(waiting.loop, []).append(waiting)
        else:
            waiting.settle(waiting.result, waiting.error)
    for loop, group in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it everybody who waited in it
            loop.call_soon_threadsafe(_settle_all, group)


def _settle_all(group: list[_Waiting]) -> None:
    for waiting in group:
        try:
            waiting.settle(waiting.result, waiting.error)
        except Exception:  # one answer that cannot be given keeps no other back
            log.exception("an answer could not be given")
