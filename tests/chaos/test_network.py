"""A venue's bad network, made of network namespaces: a blackout, and wifi that comes and goes and loses packets."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from tests.chaos.venue import Venue, opened
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
        run("ip", "netns", "del", name)


def wifi(name: str, *rule: str, on: bool) -> None:
    """Put a rule before everything that comes into the namespace, or take it away."""
    run("ip", "netns", "exec", name, "iptables", "-w", "-I" if on else "-D", "INPUT", *rule)


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
    playing = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    changing = Thread(target=weather)
    changing.start()
    out, _ = playing.communicate(timeout=600)
    changing.join()
    assert playing.returncode == 0
    return json.loads(out)


def check(venue: Venue, ledger: dict[str, object], phones: int, cards: int) -> None:
    stored = venue.keys()
    assert len(ledger["sent"]) == phones * cards
    assert ledger["refused"] == {}
    assert sorted(ledger["acknowledged"]) == sorted(ledger["sent"]), "everything was acknowledged in the end"
    assert sorted(stored) == sorted(ledger["sent"]), "and stands there exactly once"


def blackout(tmp_path: Path, phones: int, seconds: float) -> None:
    with network() as name, opened(tmp_path / "data", 0, "--host", "0.0.0.0") as venue:
        cards = max(3, int(seconds / 2))
        back: list[float] = []

        def weather() -> None:
            time.sleep(3)
            wifi(name, *DEAD, on=True)
            time.sleep(seconds)
            wifi(name, *DEAD, on=False)
            back.append(time.time())

        ledger = played(venue, name, tmp_path, phones, cards, pause=seconds / cards + 1.0, weather=weather)
        check(venue, ledger, phones, cards)
    print(f"{seconds:g} s without network, {phones} phones: {phones * cards} cards, 0 lost, 0 doubled")


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
    print(f"{turns} times {up:g} s up and down with 10 % loss, {phones} phones: 0 lost, 0 doubled")


def test_what_is_written_in_a_blackout_arrives_once(tmp_path):
    blackout(tmp_path, phones=20, seconds=4)


def test_wifi_that_comes_and_goes_loses_nothing(tmp_path):
    flapping(tmp_path, phones=10, turns=4, up=1.0)


def test_phones_that_vanish_without_a_word_are_gone_in_half_a_minute(tmp_path):
    word = "a word for the operator"
    with network() as name, opened(tmp_path / "data", 0, "--host", "0.0.0.0", TOVHOLDER_METRICS_TOKEN=word) as venue:
        client = venue.live.client(authorization=f"Bearer {word}")

        def sockets() -> int:
            found = re.search(r'tovholder_sockets\{face="phones"\} (\d+)', client.get("/metrics").text)
            return int(found[1]) if found else 0

        def until(count: int, seconds: float) -> float:
            begun = time.monotonic()
            while sockets() != count:
                assert time.monotonic() - begun < seconds
                time.sleep(0.25)
            return time.monotonic() - begun

        gone: list[float] = []

        def weather() -> None:
            until(20, 20)
            wifi(name, *DEAD, on=True)
            run("ip", "netns", "exec", name, "iptables", "-w", "-I", "OUTPUT", *DEAD)  # no goodbye gets out either
            gone.append(until(0, 30))

        played(venue, name, tmp_path, phones=20, cards=0, pause=0, weather=weather, linger=40)
    print(f"20 phones vanished without a word: gone after {gone[0]:.0f} s")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_half_a_minute_without_network(tmp_path):
    blackout(tmp_path, phones=200, seconds=30)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_five_minutes_of_flapping_wifi(tmp_path):
    flapping(tmp_path, phones=100, turns=30, up=5.0)
