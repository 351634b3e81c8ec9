"""The shape of the database: brought up to date at every start, by migrations, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from app.store.engine import writing

_PACKAGE = Path(__file__).parent.parent


def config() -> Config:
    """Alembic's configuration: the scripts stand beside the package, or inside it when installed from a wheel."""
    beside = _PACKAGE.parent / "migrations"
    scripts = beside if (beside / "env.py").exists() else _PACKAGE / "migrations"
    settings = Config()
    settings.set_main_option("script_location", str(scripts))
    settings.set_main_option("path_separator", "os")
    return settings


def is_current(engine: Engine) -> bool:
    """Whether the database has every migration of this version, and none that it does not know."""
    with engine.connect() as connection:
        there = MigrationContext.configure(connection).get_current_heads()
    return set(there) == set(ScriptDirectory.from_config(config()).get_heads())


def upgrade(url: str) -> None:
    """Bring the database at this address up to date. Does nothing when it is."""
    engine = writing(url)
    try:
        with engine.begin() as connection:
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    finally:
        engine.dispose()
