"""What a domain verb writes with: prepared SQL for the hot verbs, SQLModel for the rest, inside one savepoint."""

from collections.abc import Iterable
from functools import lru_cache
from re import compile as pattern
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

_NAMED = pattern(r"(?<![:\w]):([a-z_]\w*)")
_EACH = pattern(r"\beach\((:\w+)\) (\w+)")
_LOCKING = pattern(r" FOR (?:SHARE|NO KEY UPDATE)(?: OF \w+)?$")


@lru_cache(maxsize=256)
def _for_sqlite(sql: str) -> str:
    return _LOCKING.sub("", _EACH.sub(r"json_each(\1) \2", sql))


@lru_cache(maxsize=256)
def _for_psycopg(sql: str) -> str:
    rows = _EACH.sub(r"jsonb_array_elements(CAST(\1 AS jsonb)) \2(value)", sql.replace("%", "%%"))
    return _NAMED.sub(r"%(\1)s", rows)


class Driver:
    """The raw connection under a group of changes, asked for once a group: the hot verbs go past SQLAlchemy."""

    __slots__ = ("_raw", "failure", "is_sqlite")

    def __init__(self, connection: Connection) -> None:
        self._raw: Any = connection.connection.dbapi_connection
        self.failure: type[Exception] = connection.dialect.loaded_dbapi.Error
        self.is_sqlite = connection.dialect.name == "sqlite"

    def run(self, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        """Rows of one statement. Raises what SQLAlchemy raises, whatever the driver."""
        try:
            return self._run(sql, values)
        except self.failure as error:
            raise DBAPIError.instance(sql, None, error, self.failure, hide_parameters=True) from error

    def _run(self, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = msgspec.json.encode(value).decode()
        if self.is_sqlite:
            return self._raw.execute(_for_sqlite(sql), values).fetchall()  # type: ignore[no-any-return]
        with self._raw.cursor() as cursor:
            cursor.execute(_for_psycopg(sql), values)
            return cursor.fetchall() if cursor.description else []


class Transaction:
    """What a domain verb writes with.

    `run` is prepared SQL for the hot verbs, `session` is SQLModel for the rest, `touch` says what to show anew.
    """

    __slots__ = ("_connection", "_driver", "_session", "touched")

    def __init__(self, connection: Connection, driver: Driver) -> None:
        self._connection = connection
        self._driver = driver
        self._session: Session | None = None
        self.touched: set[str] = set()

    def run(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Run one statement with :named values. Returns its rows; an upsert that its guard refused returns none.

        `FROM each(:rows) e` reads a list of lists: `e.value ->> 0` is the first of each. A lock clause at the end holds
        what is read until the commit; SQLite needs none, since one writes at a time.
        Raises what SQLAlchemy raises, such as IntegrityError or OperationalError, whatever the driver.
        """
        return self._driver.run(sql, values)

    def lock(self, table: str, ids: Iterable[int]) -> None:
        """Let no other process change these rows before the commit, in an order in which no two wait for each other."""
        if not self._driver.is_sqlite:
            self.run(
                f'SELECT t.id FROM "{table}" t JOIN each(:ids) e ON t.id = CAST(e.value ->> 0 AS INTEGER)'  # noqa: S608 - fixed text
                " ORDER BY t.id FOR NO KEY UPDATE OF t",
                ids=[(row_id,) for row_id in sorted(ids)],
            )

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
