"""Migrations make exactly the tables of the models, on both databases, once."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from app.store import schema


def differences(connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [change for change in compare_metadata(context, SQLModel.metadata) if "alembic_version" not in str(change)]


def test_migrations_make_the_tables_of_the_models(base):
    with base.readers.connect() as connection:
        assert differences(connection) == []


def test_a_second_upgrade_changes_nothing(base):
    base.writer.close()
    schema.upgrade(base.url)
    with base.readers.connect() as connection:
        assert differences(connection) == []
