"""A venue's bad network, made of network namespaces: a blackout, wifi that comes and goes, phones that vanish."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Thread

import pytest

from app.bench import stage
from app.bench.phones import percentile
from tests.chaos.phones import Ledger, Phone
from tests.chaos.venue import Venue, figure, opened
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

HOST, GUEST = "10.231.77.1", "10.231.77.2"


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def network() -> Iterator[str]:
    """A namespace of its own, joined to this one by a cable. Skips where a machine allows none."""
    name, cable = f"tov{os.getpid() % 10_000}", f"tv{os.getpid() % 10_000}"
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("iptables"):
        pytest.skip("cannot run here: network namespaces need root, iproute2 and iptables")
    try:
        run("ip", "netns", "add", name)
    except subprocess.CalledProcessError:
        pytest.skip("cannot run here: network namespaces are not allowed")
    try:
        run("ip", "link", "add", f"{cable}a", "type", "veth", "peer", "name", f"{cable}b", "netns", name)
        run("ip", "addr", "add", f"{HOST}/30", "dev", f"{cable}a")
        run("ip", "link", "set", f"{cable}a", "up")
        for words in (f"addr add {GUEST}/30 dev {cable}b", f"link set {cable}b up", "link set lo up"):
            run("ip", "-n", name, *words.split())
        yield name
    finally:
        subprocess.run(["ip", "link", "del", f"{cable}a"], check=False, capture_output=True)
        run("ip", "netns", "del", name)


def wifi(name: str, *rule: str, on: bool) -> None:
    """Put a rule before everything that comes into the namespace, or take it away."""
    run("ip", "netns", "exec", name, "iptables", "-w", "10", "-I" if on else "-D", "INPUT", *rule)


BACK_WITHIN = 5.0  # seconds after a blackout until every phone is in step again
GONE_WITHIN = 30.0  # seconds until the server has let go of a phone that vanished

DEAD = ("-j", "DROP")
LOSSY = ("-m", "statistic", "--mode", "random", "--probability", "0.1", "-j", "DROP")


def played(
    venue: Venue, name: str, folder: Path, phones: int, cards: int, pause: float, weather, linger: float = 3
) -> dict[str, object]:
    """Phones in the namespace write while the weather changes; returns their ledger."""
    plan = folder / "plan.json"
    told = {
        "base": f"http://{HOST}:{venue.live.port}",
        "code": venue.code,
        "cookies": venue.cookies(phones),
        "activity": venue.activity,
        "cards": cards,
        "pause": pause,
        "patience": 120,
        "linger": linger,
    }
    plan.write_text(json.dumps(told))
    command = ["ip", "netns", "exec", name, sys.executable, "-m", "tests.chaos.phones", str(plan)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as playing:
        changing = Thread(target=weather, daemon=True)
        changing.start()
        try:
            out, _ = playing.communicate()
        finally:
            playing.kill()
        changing.join()
    assert playing.returncode == 0
    return json.loads(out)


def check(venue: Venue, ledger: dict[str, object], phones: int, cards: int) -> None:
    """Every card is acknowledged and stands there once, word for word; the board shows what the database holds."""
    stored = venue.keys()
    assert len(ledger["sent"]) == phones * cards
    assert ledger["refused"] == {}
    assert sorted(ledger["acknowledged"]) == sorted(ledger["sent"]), "everything was acknowledged in the end"
    assert sorted(stored) == sorted(ledger["sent"]), "and stands there exactly once"
    said = {text: venue.texts().count(text) for text in (f"Råd fra {key}" for key in ledger["sent"])}
    assert set(said.values()) == {1}, "with its own words"
    assert sorted(venue.on_the_wall()) == sorted(venue.texts())


def blackout(tmp_path: Path, phones: int, seconds: float) -> None:
    with network() as name, opened(tmp_path / "data", 0, "--host", "0.0.0.0") as venue:
        cards = max(3, int(seconds / 2))
        back: list[float] = []

        def weather() -> None:
            time.sleep(3)
            wifi(name, *DEAD, on=True)
            time.sleep(seconds)
            wifi(name, *DEAD, on=False)
            back.append(time.perf_counter())  # one clock for all processes of a machine

        ledger = played(venue, name, tmp_path, phones, cards, pause=seconds / cards + 1.0, weather=weather)
        check(venue, ledger, phones, cards)
    heard = ledger["heard"].values()
    assert len(heard) == phones
    after = [min((at for at in moments if at > back[0]), default=float("inf")) - back[0] for moments in heard]
    print(
        f"{seconds:g} s without network, {phones} phones: {phones * cards} cards, 0 lost, 0 doubled; in step again"
        f" after {median(after):.1f} s, the last after {max(after):.1f} s"
    )
    assert max(after) <= BACK_WITHIN


def flapping(tmp_path: Path, phones: int, turns: int, up: float) -> None:
    with network() as name, opened(tmp_path / "data", 0, "--host", "0.0.0.0") as venue:
        cards = max(4, turns)

        def weather() -> None:
            wifi(name, *LOSSY, on=True)
            for _ in range(turns):
                time.sleep(up)
                wifi(name, *DEAD, on=True)
                time.sleep(up)
                wifi(name, *DEAD, on=False)
            wifi(name, *LOSSY, on=False)

        ledger = played(venue, name, tmp_path, phones, cards, pause=up * 1.5, weather=weather)
        check(venue, ledger, phones, cards)
        newest = venue.rows("SELECT max(number), count(*) FROM card")[0]
        assert newest[0] == newest[1]
    print(
        f"{turns} times {up:g} s up and down with 10 % loss, {phones} phones, {phones * cards} cards: 0 lost, 0"
        " doubled, the board as the database"
    )


def vanishing(tmp_path: Path, zombies: int, real: int) -> None:
    """Zombies vanish without a word while others, near the server, go on writing."""
    with network() as name, opened(tmp_path / "data", 0, "--host", "0.0.0.0") as venue:
        cookies = venue.cookies(real)

        def sockets() -> int:
            return figure(venue.live, 'tovholder_sockets{face="phones"}')

        def until(count: int, seconds: float) -> float:
            begun = time.monotonic()
            while sockets() != count:
                assert time.monotonic() - begun < seconds
                time.sleep(0.25)
            return time.monotonic() - begun

        gone: list[float] = []
        over = asyncio.Event()

        def weather() -> None:
            until(zombies + real, 60)
            wifi(name, *DEAD, on=True)
            # no goodbye gets out either
            run("ip", "netns", "exec", name, "iptables", "-w", "10", "-I", "OUTPUT", *DEAD)
            gone.append(until(real, GONE_WITHIN))

        async def scene() -> Ledger:
            ledger = Ledger()
            url, code = venue.live.url, venue.code
            near = [Phone(url, code, cookie, ledger, f"phone-near-{n:03}") for n, cookie in enumerate(cookies)]

            async def write(phone: Phone) -> None:
                while not over.is_set():
                    await phone.card(venue.activity)
                    await asyncio.sleep(2.0)

            writing = [asyncio.create_task(write(phone)) for phone in near]
            stay = 10 + zombies / 50 + GONE_WITHIN
            await asyncio.to_thread(
                played, venue, name, tmp_path, zombies, cards=0, pause=0, weather=weather, linger=stay
            )
            over.set()
            await asyncio.gather(*writing)
            for phone in near:
                await phone.close()
            return ledger

        ledger = asyncio.run(scene())
        assert sorted(venue.keys()) == sorted(ledger.sent) == sorted(ledger.acknowledged)
        assert ledger.reconnects == 0, "the others noticed nothing"
    slowest = percentile(ledger.seconds, 0.99) * 1000
    print(
        f"{zombies} phones vanished without a word: gone after {gone[0]:.0f} s; {real} others wrote"
        f" {len(ledger.sent)} cards meanwhile, p99 {slowest:.0f} ms"
    )


def test_what_is_written_in_a_blackout_arrives_once(tmp_path):
    blackout(tmp_path, phones=20, seconds=4)


def test_wifi_that_comes_and_goes_loses_nothing(tmp_path):
    flapping(tmp_path, phones=10, turns=4, up=1.0)


def test_phones_that_vanish_without_a_word_are_gone_in_half_a_minute(tmp_path):
    vanishing(tmp_path, zombies=20, real=5)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_half_a_minute_without_network(tmp_path):
    blackout(tmp_path, phones=200, seconds=30)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_five_minutes_of_flapping_wifi(tmp_path):
    flapping(tmp_path, phones=100, turns=30, up=5.0)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_two_thousand_phones_that_vanish_leave_two_hundred_others_alone(tmp_path):
    stage.many_files()
    vanishing(tmp_path, zombies=2000, real=200)
