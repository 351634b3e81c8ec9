"""Alembic's way in: our engine and metadata, and one transaction for the whole upgrade: two starts cannot collide."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from app import models


def _type_name(item: object, autogen_context: object) -> str | bool:
    if type(item) is models.Moment:
        return "sa.BigInteger()"
    return False


def _render(kind: str, item: object, autogen_context: object) -> str | bool:
    return _type_name(item, autogen_context) if kind == "type" else False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=_render,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {limit} = 0")  # a large table takes the time it takes
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7303)")
        context.run_migrations()


run(context.config.attributes["connection"])
