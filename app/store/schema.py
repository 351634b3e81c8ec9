"""The shape of the database: brought up to date at every start, by migrations, in one transaction."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from app.store.engine import writing

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0006"  # the migration this version of the program ends at
_PACKAGE = Path(__file__).parent.parent


def config() -> "Config":
    """Alembic's configuration: the scripts stand beside the package, or inside it when installed from a wheel."""
    from alembic.config import Config

    beside = _PACKAGE.parent / "migrations"
    scripts = beside if (beside / "env.py").exists() else _PACKAGE / "migrations"
    settings = Config()
    settings.set_main_option("script_location", str(scripts))
    settings.set_main_option("path_separator", "os")
    return settings


def version(connection: Connection) -> str:
    """The migration this database ends at; empty for one without tables. Needs no alembic, which takes its time."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def versions() -> set[str]:
    """Every migration that this version of the program knows."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def is_current(engine: Engine) -> bool:
    """Whether the database has every migration of this version, and none that it does not know."""
    with engine.connect() as connection:
        return version(connection) == NEWEST


def upgrade(url: str) -> None:
    """Bring the database at this address up to date. Does nothing when it is."""
    engine = writing(url)
    try:
        if not is_current(engine):
            _migrate(engine)
    finally:
        engine.dispose()


def _migrate(engine: Engine) -> None:
    from alembic import command

    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
