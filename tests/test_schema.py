"""Migrations make exactly the tables of the models, on both databases, once."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
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


def test_the_newest_migration_is_the_one_the_program_expects():
    assert ScriptDirectory.from_config(schema.config()).get_heads() == [schema.NEWEST]


def test_a_database_of_a_later_version_is_not_current(base):
    assert schema.is_current(base.readers)
    base.do(lambda tx: tx.run("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert not schema.is_current(base.readers)
    finally:
        base.do(lambda tx: tx.run("UPDATE alembic_version SET version_num = :back", back=schema.NEWEST))
