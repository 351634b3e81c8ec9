"""The console command `tovholder`: serve, migrate, link, rehearse. Results go to standard output, the rest to error."""

import argparse
import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from app import backup, errors, listening, logs, workers
from app.domain import demo, links
from app.models import FACES, Dialogue
from app.settings import MESSAGE_MAX, Settings, with_driver
from app.store import (
    Writer,
    is_sqlite,
    lock,
    reading,
    schema,
    sqlite_file,
    sqlite_is_safe,
    sqlite_version,
    turn,
    writing,
)
from app.web import qr
from app.web.links import address

log = logging.getLogger("tovholder")


CLIENTS = {
    "rehearse": "play a whole day against a running server",
    "bench": "measure the live core beside bare baselines",
    "themes": "group the texts of a spreadsheet into themes",
}


MODULES = {"rehearse": "rehearsal", "themes": "theming"}


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="tovholder", description="Live dialogues for workshops and conferences.")
    commands = parser.add_subparsers(dest="command", required=True)
    _serve_arguments(commands.add_parser("serve", help="start the server"))
    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.add_argument("--data", type=Path, help="the data folder")
    migrate.add_argument("--from", dest="source", metavar="URL", help="move all data from this database")
    migrate.add_argument("--to", dest="target", metavar="URL", help="to this one, which has no rows")
    link = commands.add_parser("link", help="print a fresh link and revoke the old one")
    link.add_argument("face", choices=FACES)
    link.add_argument("--dialogue", type=int, default=0, help="which dialogue; default the newest")
    link.add_argument("--data", type=Path, help="the data folder")
    bring_in = commands.add_parser("import", help="make a dialogue again from the JSON of its summary")
    bring_in.add_argument("file", type=Path, help="the file")
    bring_in.add_argument("--data", type=Path, help="the data folder")
    work = commands.add_parser("work", help="what serve --workers starts; not for people")
    work.add_argument("--fd", type=int, required=True, help="the socket to serve")
    backup.add_arguments(commands)
    argv = sys.argv[1:] if argv is None else argv
    for name, what in CLIENTS.items():
        client = commands.add_parser(name, help=what)
        if argv[:1] == [name]:  # loaded for it alone: a server starts sooner without
            module = importlib.import_module(f"app.{MODULES.get(name, name)}")
            module.add_arguments(client)
            client.set_defaults(run=module.main)
    arguments = parser.parse_args(argv)
    logs.configure()
    if hasattr(sys.stdout, "reconfigure"):  # QR codes and Danish letters on a console that expects neither
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    if arguments.command in CLIENTS:
        return int(arguments.run(arguments))
    if arguments.command == "work":
        logs.configure(Settings().log)
        return workers.work(_server(), arguments.fd)
    if arguments.data is not None:
        os.environ["TOVHOLDER_DATA"] = str(arguments.data)
    if hasattr(arguments, "run"):
        return int(arguments.run(arguments))
    run = {"serve": _serve, "migrate": _migrate, "link": _link, "import": _import}[arguments.command]
    return run(arguments)


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on; default 127.0.0.1")
    parser.add_argument("--port", type=int, help="the port; 0 takes a free one; default 8000")
    parser.add_argument("--data", type=Path, help="the data folder; default ./data")
    parser.add_argument("--lan", action="store_true", help="let phones on the same network in")
    parser.add_argument("--workers", type=int, default=1, help="processes that serve together; needs PostgreSQL")
    parser.add_argument("--fd", type=int, help="serve this inherited socket; default the one systemd passes on")
    parser.add_argument("--json", action="store_true", help="print the addresses as one line of JSON")


def _migrate(arguments: argparse.Namespace) -> int:
    if arguments.source or arguments.target:
        return _move(arguments)
    schema.upgrade(Settings().database)
    log.info("the database is up to date")
    return 0


def _move(arguments: argparse.Namespace) -> int:
    if not (arguments.source and arguments.target):
        log.error("moving takes both --from and --to")
        return 2
    from app.store import moving

    try:
        moving.move(
            with_driver(arguments.source),
            with_driver(arguments.target),
            lambda moved: print(f"{moved.table:<12} {moved.rows:>9}  {moved.digest}", flush=True),
        )
    except (moving.CannotMove, SQLAlchemyError) as wrong:
        log.error("%s", wrong)
        return 1
    log.info("moved; start the server with the new address and the same signing key")
    return 0


def _link(arguments: argparse.Namespace) -> int:
    settings = Settings()
    schema.upgrade(settings.database)
    settings.public_url = settings.public_url or _last_address(settings)
    writer = Writer(writing(settings.database))
    try:
        with Session(reading(settings.database)) as session:
            wanted = arguments.dialogue or _newest(session)
            known = arguments.face == "office" or (wanted and session.get(Dialogue, wanted) is not None)
        if not known:
            log.error("there is no dialogue %s", arguments.dialogue or "yet")
            return 1
        dialogue_id = 0 if arguments.face == "office" else wanted
        link = writer.change_now(links.renew, arguments.face, dialogue_id)
        print(address(settings, arguments.face, dialogue_id, links.secret(link, settings.key())))
    finally:
        writer.close()
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from app.documents import restoring  # large, and seldom asked for

    settings = Settings()
    schema.upgrade(settings.database)
    writer = Writer(writing(settings.database))
    try:
        view = restoring.read(arguments.file.read_bytes())
        made = writer.change_now(restoring.restore, view, settings.retention_days)
    except (OSError, errors.Fact) as wrong:
        log.error("%s", wrong.said() if isinstance(wrong, errors.Fact) else wrong.strerror)
        return 2
    finally:
        writer.close()
    print(f"dialogue {made}: {len(view.cards)} cards in {len(view.themes)} themes")
    return 0


def _newest(session: Session) -> int:
    return session.exec(select(Dialogue.id).order_by(col(Dialogue.id).desc())).first() or 0


def _address_file(settings: Settings) -> Path:
    return settings.data / "address"


def _last_address(settings: Settings) -> str:
    """The address the server last answered on, so that `link` prints links that work."""
    file = _address_file(settings)
    known = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    return known or f"http://{settings.host}:{settings.port}"


def _serve(arguments: argparse.Namespace) -> int:
    settings = Settings()
    logs.configure(settings.log)
    if arguments.workers > 1 and is_sqlite(settings.database):
        log.error("--workers needs PostgreSQL: a SQLite database has one process that writes; set DATABASE_URL")
        return 2
    host = arguments.host or ("0.0.0.0" if arguments.lan else settings.host)  # noqa: S104 - asked for by --lan
    port = settings.port if arguments.port is None else arguments.port
    try:
        sockets = listening.sockets(host, port, arguments.workers, arguments.fd)
    except OSError as taken:
        log.error("port %d cannot be used: %s", port, taken.strerror)
        return 1
    host, port = listening.place(sockets[0], host, port)
    shown = _reachable() if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    settings.public_url = settings.public_url.rstrip("/") or f"http://{shown}:{port}"
    try:
        with _alone(settings):
            return _serve_on(arguments, settings, sockets, host, port)
    except lock.InUse:
        log.error("another server uses %s; stop it, or give this one a folder of its own with --data", settings.data)
        return 1


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """No other server, and no restore, has this SQLite database until the block ends."""
    if not is_sqlite(settings.database):
        yield
        return
    with lock.held(sqlite_file(settings.database).parent):
        yield


def _serve_on(
    arguments: argparse.Namespace, settings: Settings, sockets: list[socket.socket], host: str, port: int
) -> int:
    os.environ |= {
        "TOVHOLDER_PUBLIC_URL": settings.public_url,
        "TOVHOLDER_HOST": host,
        "TOVHOLDER_PORT": str(port),
    }
    _tell_about_sqlite(settings)
    _many_sockets()
    schema.upgrade(settings.database)
    with _boot(settings):
        addresses = _addresses(settings)
    settings.data.mkdir(parents=True, exist_ok=True)
    _address_file(settings).write_text(settings.public_url, encoding="utf-8")
    stopped = threading.Event()
    probe = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/healthz"  # noqa: S104 - compared
    threading.Thread(target=_announce, args=(stopped, addresses, probe, arguments.json), daemon=True).start()
    if arguments.workers > 1:
        return workers.run(sockets, arguments.workers, stopped)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _server().run(sockets=sockets)
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        stopped.set()
    return 0


def _many_sockets() -> None:
    """Hold as many sockets as the system allows: the usual 1,024 would be the size of the room."""
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _server() -> uvicorn.Server:
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # below it stand addresses and codes of people
    config = uvicorn.Config(
        "app.main:make",
        factory=True,
        http="app.live.requests:PromptRequests",
        ws="app.live.pipes:DirectPipe",
        ws_per_message_deflate=False,
        ws_ping_interval=10,
        ws_ping_timeout=10,
        ws_max_size=MESSAGE_MAX,
        backlog=4096,
        timeout_graceful_shutdown=3,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
    )
    return uvicorn.Server(config)


@contextmanager
def _boot(settings: Settings) -> Iterator[None]:
    """Two servers that start together on an empty database make one demo."""
    engine = reading(settings.database)
    with turn(engine, "boot", wait=True):
        yield
    engine.dispose()


def _reachable() -> str:
    """This machine's address on the local network. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
            return str(asking.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _tell_about_sqlite(settings: Settings) -> None:
    if settings.database.startswith("sqlite") and not sqlite_is_safe():
        log.warning("SQLite %s is older than 3.51.3, which can damage a database; see /healthz", sqlite_version())


def _addresses(settings: Settings) -> dict[str, str]:
    """Working links to the newest dialogue and the office; an empty database gets the demo first."""
    key = settings.key()
    writer = Writer(writing(settings.database))
    try:
        if settings.demo:
            writer.change_now(demo.make, settings.retention_days)
        with Session(reading(settings.database)) as session:
            newest = session.get(Dialogue, _newest(session))
        found = {"health": f"{settings.public_url}/healthz"}
        office = writer.change_now(links.ensure, "office")
        found["office"] = address(settings, "office", 0, links.secret(office, key))
        if newest is not None and newest.id is not None:
            for face in ("board", "desk"):
                link = writer.change_now(links.ensure, face, newest.id)
                found[face] = address(settings, face, newest.id, links.secret(link, key))
            found["join"] = f"{settings.public_url}/d/{newest.code}"
        return {name: found[name] for name in ("join", "board", "desk", "office", "health") if name in found}
    finally:
        writer.close()


def _announce(stopped: threading.Event, addresses: dict[str, str], probe: str, as_json: bool) -> None:
    """Print the addresses once the server answers."""
    while not stopped.is_set():
        try:
            with urllib.request.urlopen(probe, timeout=1):  # noqa: S310 - our own address
                break
        except OSError:
            time.sleep(0.05)
    else:
        return
    if as_json:
        print(json.dumps(addresses), flush=True)
        return
    words = {"join": "Kom med / Join", "board": "Tavle / Board", "desk": "Pult / Desk", "office": "Kontor / Office"}
    for name, word in words.items():
        if name in addresses:
            print(f"{word:>16}  {addresses[name]}")
    if "join" in addresses:
        print(qr.terminal(addresses["join"]))
    print("Stop: Ctrl+C", flush=True)
