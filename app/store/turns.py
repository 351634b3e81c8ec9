"""Work that one process does at a time, such as grouping the cards of a dialogue. A process that dies lets go."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

_TRY = text("SELECT pg_try_advisory_xact_lock(hashtext(:work), :number)")
_WAIT = text("SELECT true FROM pg_advisory_xact_lock(hashtext(:work), :number)")


@contextmanager
def turn(engine: Engine, work: str, number: int = 0, *, wait: bool = False) -> Iterator[bool]:
    """Whether it is this process's turn now; if so it is nobody else's until the block ends. `wait` waits for it.

    Holds one of the engine's connections meanwhile. On SQLite there is nobody else.
    """
    if engine.dialect.name == "sqlite":
        yield True
        return
    with engine.begin() as connection:
        yield bool(connection.execute(_WAIT if wait else _TRY, {"work": work, "number": number}).scalar_one())
