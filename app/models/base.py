"""What all tables share: names of constraints, moments in time, short strings instead of native enums."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """The server's time, in UTC. No other clock counts."""
    return datetime.now(UTC)


def milliseconds(moment: datetime) -> int:
    """A moment as it lies in the database: milliseconds since 1970, the same in SQLite and PostgreSQL."""
    return int(moment.timestamp() * 1000)


class Moment(TypeDecorator[datetime]):
    """A UTC moment kept as milliseconds since 1970, so that no driver can lose its time zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A check that a short string is one of a few: works and migrates the same on every database."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
