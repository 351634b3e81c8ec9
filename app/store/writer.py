"""The one way to change anything.

Changes wait in line, run each in a savepoint of one transaction, and are answered together after the commit.

An answer means on disk. A change that fails takes nothing else with it.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from app import errors
from app.figures import Histogram
from app.store import disk
from app.store.transaction import Driver, Transaction

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

TRIES = 3  # of a change that another process got in the way of
BATCH = 500  # changes in one transaction: enough to share a disk write, few enough to answer soon

Settle = Callable[[Any, BaseException | None], object]
Many = Callable[[Transaction, Sequence[T]], Sequence[R | BaseException]]


@dataclass(eq=False, slots=True)
class _Waiting:
    """One change in line, and who waits for it: `settle(result, error)` is called in `loop`, or where there is none
    in the writer's thread."""

    work: Callable[..., Any]
    settle: Settle
    loop: asyncio.AbstractEventLoop | None = None
    alone: bool = False  # runs between two transactions, on the engine itself
    item: Any = None  # of a verb that takes many at once: `work` is the verb
    many: bool = False
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class Figures:
    """What a writer has done since the start; those who came and are neither answered nor failed wait in line."""

    came: int = 0
    answered: int = 0
    failed: int = 0  # with a refusal too
    sizes: Histogram = field(default_factory=lambda: Histogram(1, 2, 5, 10, 20, 50, 100, 200, 500))
    seconds: Histogram = field(default_factory=lambda: Histogram(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5))


def settling(answer: Future[Any] | asyncio.Future[Any]) -> Settle:
    """Settle a change by filling a future."""

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
        self.figures = Figures()
        self._engine = engine
        self._announce = announce
        self._line: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._coming: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def change(self, verb: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a domain verb and return its answer once it is on disk. Raises what it raised; Busy after `close`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        asker = copy_context()  # the verb speaks the asker's language
        self._come(_Waiting(lambda tx: asker.run(verb, tx, *args, **kwargs), settling(answer), loop))
        return await answer

    def submit(self, work: Callable[[Transaction], R], settle: Callable[[R, BaseException | None], object]) -> None:
        """Stand in line from the event loop without waiting: `settle(result, error)` is called in it after the commit.

        For sockets, which have no task to wait in. `work` speaks no language. Raises Busy after `close`.
        """
        self._come(_Waiting(work, settle, asyncio.get_running_loop()))

    def submit_one(self, verb: Many[T, R], item: T, settle: Callable[[R, BaseException | None], object]) -> None:
        """The same for a verb that takes many at once: those who stand together in line are handed to it together.

        The verb returns, for each item, its result or the error that is its answer.
        """
        self._come(_Waiting(verb, settle, asyncio.get_running_loop(), item=item, many=True))

    def change_now(self, verb: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The same, waiting in the calling thread."""
        answer: Future[R] = Future()
        asker = copy_context()
        self._stand_in_line([_Waiting(lambda tx: asker.run(verb, tx, *args, **kwargs), settling(answer))])
        return answer.result()

    def alone(self, work: Callable[[Engine], R]) -> R:
        """Run work that cannot share a transaction (VACUUM) between two batches, waiting in the calling thread."""
        answer: Future[R] = Future()
        self._stand_in_line([_Waiting(work, settling(answer), alone=True)])
        return answer.result()

    def _come(self, waiting: _Waiting) -> None:
        """Stand in line from an event loop. All that come in one turn of the loop go there together."""
        if self._closed:
            raise errors.Busy
        loop = waiting.loop or asyncio.get_running_loop()
        together = self._coming.get(loop)
        if together is None:
            together = self._coming[loop] = []
            loop.call_soon(self._bring, loop)
        together.append(waiting)

    def _bring(self, loop: asyncio.AbstractEventLoop) -> None:
        together = self._coming.pop(loop)
        try:
            self._stand_in_line(together)
        except errors.Busy as busy:
            for waiting in together:
                waiting.error = busy
            _settle_all(together)

    def _stand_in_line(self, together: list[_Waiting]) -> None:
        with self._door:
            if self._closed:  # nobody would ever answer
                raise errors.Busy
            self.figures.came += len(together)
            self._line.put(together)

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
            together = self._line.get()
            while together is not None and not together[0].alone:
                batch += together
                if len(batch) >= BATCH:
                    break
                try:
                    together = self._line.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._commit(batch)
            if together is None:
                stopping = True
            elif together[0].alone:
                self._run_alone(together[0])

    def _run_alone(self, waiting: _Waiting) -> None:
        try:
            waiting.result = waiting.work(self._engine)
        except Exception as error:
            waiting.error = errors.StorageFull() if disk.is_full(error) else error
        self._count([waiting])
        _answer([waiting])

    def _commit(self, batch: list[_Waiting], tries: int = TRIES) -> None:
        touched: set[str] = set()
        told: dict[str, int] = {}
        begun = time.perf_counter()
        try:
            with self._engine.begin() as connection:
                driver = Driver(connection)
                for together in _together(batch):
                    touched |= self._run(connection, driver, together)
                told = _advance(driver, touched)
        except Exception as error:
            failed: Exception = error
            if disk.is_full(error):
                log.error("the disk is full: a group of %d changes was refused", len(batch))
                failed = errors.StorageFull()
            else:
                log.exception("a group of %d changes could not be committed", len(batch))
            for waiting in batch:
                waiting.error = waiting.error or failed
            told = {}
        self.figures.sizes.add(len(batch))
        self.figures.seconds.add(time.perf_counter() - begun)
        try:
            if told:
                self._announce(told)
        except Exception:
            log.exception("a change could not be announced")
        again = [waiting for waiting in batch if tries > 1 and waiting.error and _in_the_way(waiting.error)]
        for waiting in again:
            waiting.result = waiting.error = None
            batch.remove(waiting)
        self._count(batch)
        _answer(batch)
        if again:
            self._commit(again, tries - 1)

    def _count(self, batch: Sequence[_Waiting]) -> None:
        failed = sum(waiting.error is not None for waiting in batch)
        self.figures.failed += failed
        self.figures.answered += len(batch) - failed

    @staticmethod
    def _run(connection: Connection, driver: Driver, together: Sequence[_Waiting]) -> set[str]:
        """One change, or several of a verb that takes many, in a savepoint. Returns the topics they touch."""
        tx = Transaction(connection, driver)
        tx.run("SAVEPOINT change")
        try:
            _work(tx, together)
            tx.finish()
        except Exception as error:
            if disk.is_full(error):  # SQLite has rolled back the whole group by itself
                raise
            tx.abandon()
            tx.run("ROLLBACK TO SAVEPOINT change")
            tx.run("RELEASE SAVEPOINT change")
            if len(together) > 1:  # one of them spoiled it for all, so each has a try of its own
                return set().union(*(Writer._run(connection, driver, [waiting]) for waiting in together))
            together[0].error = error
            return set()
        tx.run("RELEASE SAVEPOINT change")
        return tx.touched


def _work(tx: Transaction, together: Sequence[_Waiting]) -> None:
    first = together[0]
    if not first.many:
        first.result = first.work(tx)
        return
    answers = first.work(tx, [waiting.item for waiting in together])
    for waiting, answer in zip(together, answers, strict=True):
        if isinstance(answer, BaseException):
            waiting.error = answer
        else:
            waiting.result = answer


def _together(batch: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The batch in its order, with neighbours of the same verb that takes many in one group."""
    for (_verb, many), group in groupby(batch, key=lambda waiting: (waiting.work, waiting.many)):
        if many:
            yield list(group)
        else:
            yield from ([waiting] for waiting in group)


def _advance(driver: Driver, touched: set[str]) -> dict[str, int]:
    """Move the sequence number of every dialogue that changed, once per commit.

    Returns the topics with the number that tells them; 0 where the dialogue is gone.
    """
    of = {topic: int(topic.partition(":")[2]) for topic in touched}
    ids: list[object] = [(number,) for number in sorted(set(of.values()) - {0})]
    if len(ids) > 1 and not driver.is_sqlite:
        driver.run(_IN_ORDER, {"ids": ids})  # two processes that take the same rows in turn never block each other
    numbers = dict(driver.run(_ADVANCE, {"ids": ids})) if ids else {}
    return {topic: numbers.get(dialogue_id, 0) for topic, dialogue_id in of.items()}


_ADVANCE = (
    "UPDATE dialogue SET seq = seq + 1 WHERE id IN (SELECT CAST(e.value ->> 0 AS INTEGER) FROM each(:ids) e)"
    " RETURNING id, seq"
)
_IN_ORDER = (
    "SELECT d.id FROM dialogue d JOIN each(:ids) e ON d.id = CAST(e.value ->> 0 AS INTEGER)"
    " ORDER BY d.id FOR NO KEY UPDATE OF d"
)


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
