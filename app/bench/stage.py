"""What is measured: a server of ours with a prepared vote, or a bare script, each a process of its own on loopback."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.domain import agenda, cards, dialogues, participants
from app.domain.dialogues import MANDATE, Preparation
from app.domain.participants import Me
from app.models import now
from app.settings import Settings
from app.store import Transaction, Writer, schema, writing

BASELINES = Path(__file__).parent / "baselines"
OPTIONS = 8
_ROLES = (("Borger", "Citizen"), ("Medarbejder", "Employee"), ("Forsker", "Researcher"))
_STEPS = (
    {"kind": "collect", "title_da": "Råd", "title_en": "Advice", "settings": {"kinds": ["advice"]}},
    {"kind": "vote", "title_da": "Holdning", "title_en": "Stance", "settings": {"form": "stance"}},
)


@dataclass(frozen=True, slots=True)
class Room:
    """A dialogue on its open vote, and the tokens of the phones in it."""

    dialogue_id: int
    code: str
    vote: int
    cards: tuple[int, ...]
    tokens: tuple[str, ...]
    first: int = 0  # the id of the first participant; the others follow

    def cookie(self, phone: int) -> str:
        return f"tovholder-p-{self.dialogue_id}={self.tokens[phone]}"


@dataclass
class Process:
    """A running server, and what the system says it has used."""

    process: subprocess.Popen[str]
    port: int
    links: dict[str, str] = field(default_factory=dict)

    def _all(self) -> list[int]:
        """It and the processes it started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]

    def cpu(self) -> float:
        """Seconds of processor time so far, by the scheduler's own count."""
        nanoseconds = 0
        for pid in self._all():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(OSError):  # a thread that ended meanwhile
                    nanoseconds += int((thread / "schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def memory(self) -> float:
        """Resident memory in kB."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self._all())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024

    def stop(self, within: float = 15.0) -> float:
        """Ask it to end, and wait. Returns the seconds it took."""
        begun = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.perf_counter() - begun


def many_files() -> None:
    """Let this process and those it starts hold as many sockets as the system allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def prepare(database: str, phones: int) -> Room:
    """A dialogue on an open vote of eight cards, made with the product's own verbs, and so many people in it."""
    schema.upgrade(database)
    writer = Writer(writing(database))
    try:
        number, code, steps = writer.change_now(_dialogue)
        joined = writer.change_now(_people, number, phones)
        writer.change_now(agenda.go, number, steps["collect"])
        written = tuple(writer.change_now(_card, joined[0][0], steps["collect"], at) for at in range(OPTIONS))
        writer.change_now(agenda.go, number, steps["vote"])
        return Room(number, code, steps["vote"], written, tuple(token for _, token in joined), joined[0][0].id)
    finally:
        writer.close()


def _dialogue(tx: Transaction) -> tuple[int, str, dict[str, int]]:
    number = dialogues.make(tx, "empty", "Målt", 90)
    for step in _STEPS:
        dialogues.add_step(tx, number, dict(step))
    wanted = Preparation(
        title="Målt",
        languages="da,en",
        event_date=None,
        delete_on=now().date() + timedelta(days=90),
        mandate=dict.fromkeys(MANDATE, "Målt."),
        fields={},
        perspectives=_ROLES,
    )
    dialogues.prepare(tx, number, wanted)
    agenda.begin(tx, number)
    steps = {step.kind: step.id or 0 for step in agenda.steps(tx.session, number)}
    return number, dialogues.get(tx.session, number).code, steps


def _people(tx: Transaction, dialogue_id: int, count: int) -> list[tuple[Me, str]]:
    return [participants.join(tx, dialogue_id, "borger", "da") for _ in range(count)]


def _card(tx: Transaction, me: Me, activity: int, at: int) -> int:
    text = cards.written("advice", f"Råd nummer {at}", "")
    return cards.submit(tx, me, activity, text, f"bench-card-{at}").card_id


@contextlib.contextmanager
def ours(data: Path, database: str = "", workers: int = 1) -> Iterator[Process]:
    """`tovholder serve` on this data folder, with budgets that a load client does not meet."""
    environment = os.environ | {
        "TOVHOLDER_DATABASE_URL": database,
        "TOVHOLDER_VOTES_PER_MINUTE": "100000000",
        "TOVHOLDER_TEXTS_PER_MINUTE": "100000000",
        "TOVHOLDER_DEMO": "false",
        "TOVHOLDER_SECRET_KEY": "a key for measuring",
    }
    command = ["-m", "app", "serve", "--json", "--port", "0", "--data", str(data), "--workers", str(workers)]
    with _running(command, environment) as (process, line):
        links = json.loads(line)
        yield Process(process, int(links["health"].rpartition(":")[2].partition("/")[0]), links)


@contextlib.contextmanager
def baseline(script: str, *arguments: str) -> Iterator[Process]:
    """A bare script of app/bench/baselines; the first line it prints is its port."""
    with _running([str(BASELINES / script), *arguments], dict(os.environ)) as (process, line):
        yield Process(process, int(line))


def printed(script: str, *arguments: str) -> float:
    """The figure that a bare script prints."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(BASELINES / script), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(done.stdout)


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(  # noqa: S603 - our own server or script
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError(f"{command} did not start")
        yield process, line
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout:
            process.stdout.close()


def database_of(data: Path) -> str:
    return Settings(data=data, _env_file=None).database
