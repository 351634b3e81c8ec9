"""What an operator may set, and the limits that hold for everybody. Read once at start."""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# Limits of correct behaviour. docs/limits.md gives the reasons; tests read these same names.
TEXT_MAX = 280  # characters of one field of a card, counted after cleaning
TITLE_MAX = 120
LOOKING_BACK_MAX = 2_400  # half a page
MANDATE_MAX = 600
HEADING_MAX = 60
BODY_MAX = 65_536  # bytes of one request
MESSAGE_MAX = 8_192  # bytes of one socket message
ID_MAX = 2**31 - 1  # ids above this are refused before they reach the database
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # 30 characters nobody mistakes for another
CODE_LENGTH = 8
RETURN_CODE_LENGTH = 6
RETURN_TRIES_PER_HOUR = 10
WRONG_CODES_PER_DAY = 12_000  # above it wrong codes are answered slowly; right codes never are
TEXTS_BURST, TEXTS_PER_MINUTE = 6, 10  # of one participant
VOTES_BURST, VOTES_PER_MINUTE = 40, 60
SOCKETS_PER_PARTICIPANT = 3
CARDS_PER_DIALOGUE = 20_000
SMALLEST_GROUP = 5  # people; smaller groups are never broken down
THEMES_FROM = 12  # cards; below this a grouping is a guess
VOTE_OPTIONS_MAX = 12
BOARD_TICK = 0.05  # seconds between two pictures of a board
PHONE_TICK = 0.25


class Settings(BaseSettings):
    """Every field can be set in the environment as TOVHOLDER_<NAME>; `.env.example` lists them."""

    model_config = SettingsConfigDict(env_prefix="TOVHOLDER_", env_file=".env", extra="ignore", populate_by_name=True)

    data: Path = Path("data")
    database_url: str = Field("", validation_alias=AliasChoices("TOVHOLDER_DATABASE_URL", "DATABASE_URL"))
    secret_key: str = ""
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    language: str = "da"
    retention_days: int = Field(90, ge=1, le=1825)
    texts_per_minute: int = Field(TEXTS_PER_MINUTE, ge=1)
    votes_per_minute: int = Field(VOTES_PER_MINUTE, ge=1)
    disk_reserve_mb: int = Field(200, ge=0)
    model: str = ""
    metrics_token: str = ""
    log: Literal["auto", "json", "text"] = "auto"
    accessibility_statement_url: str = ""
    contact: str = ""
    demo: bool = True

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database; PostgreSQL addresses get the psycopg 3 driver."""
        return with_driver(self.database_url or f"sqlite:///{self.data / 'tovholder.sqlite3'}")

    def key(self) -> str:
        """The signing key: as set, or made once and kept in the data folder, readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        self.data.mkdir(parents=True, exist_ok=True)
        file = self.data / "secret.key"
        if not file.exists():
            _make_key(file)
        return file.read_text(encoding="ascii").strip()


def with_driver(url: str) -> str:
    """A database's address as SQLAlchemy wants it."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _make_key(file: Path) -> None:
    """Whole or not at all, since an empty key would open every link; of two processes the first one's counts."""
    fresh = file.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
    try:
        os.link(fresh, file)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
