"""An answer means on disk: the system calls of the server, in their order, for cards sent one after the other."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.chaos.phones import Ledger, Phone
from tests.chaos.venue import PLENTY, Venue, go
from tests.conftest import ROOT, Live

pytestmark = pytest.mark.slow

CARDS = 10  # fewer than grouping begins with, so that nothing else is written meanwhile
CALLS = "pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync"


def traceable() -> bool:
    probe = ["strace", "-f", "-o", "/dev/null", "true"]
    return shutil.which("strace") is not None and subprocess.run(probe, capture_output=True).returncode == 0


def calls(trace: str) -> list[str]:
    """Finished calls in the order in which they ended; one that was interrupted in the listing is put together."""
    begun: dict[str, str] = {}
    found = []
    for line in trace.splitlines():
        pid, _, call = line.partition(" ")
        if "<unfinished ...>" in call:
            begun[pid] = call.partition(" <unfinished")[0]
        elif resumed := re.match(r"\s*<\.\.\. \w+ resumed>(.*)", call):
            found.append(begun.pop(pid, "") + resumed[1])
        else:
            found.append(call.strip())
    return found


def test_every_answer_comes_after_the_log_reached_the_disk(tmp_path):
    if not traceable():
        pytest.skip("cannot run here: system calls cannot be traced")
    trace = tmp_path / "trace"
    server = [sys.executable, "-m", "app", "serve", "--json", "--port", "0", "--data", str(tmp_path / "data")]
    process = subprocess.Popen(
        ["strace", "-f", "-y", "-s", "400", "-e", f"trace={CALLS}", "-o", str(trace), *server],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | PLENTY,
        start_new_session=True,
    )
    try:
        live = Live(process, tmp_path / "data", json.loads(process.stdout.readline()))
        desk = live.opened("desk")
        desk.post("/desk/1/begin").raise_for_status()
        venue = Venue(live, go(desk, "Råd"), live.join.rpartition("/")[2])
        [cookie] = venue.cookies(1)
        ledger = Ledger()

        async def write() -> None:
            phone = Phone(live.url, venue.code, cookie, ledger, "phone-trace")
            await asyncio.sleep(1.5)
            for _ in range(CARDS):
                await phone.card(venue.activity)
                await asyncio.sleep(0.2)
            await phone.close()

        asyncio.run(write())
        for client in live.clients:
            client.close()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
        process.stdout.close()
    assert len(ledger.acknowledged) == CARDS

    answers, written, synced = 0, 0, 0
    for call in calls(trace.read_text(errors="replace")):
        if call.startswith("pwrite64(") and "sqlite3-wal>" in call:
            written, synced = written + 1, 0
        elif call.startswith(("fsync(", "fdatasync(")) and "sqlite3-wal>" in call and call.endswith("= 0"):
            synced += written > 0
        elif "socket:" in call and re.search(r'\\"key\\":\\"phone-trace-\d+\\".*\\"status\\":200', call):
            assert written > 0, "answered before the card was written"
            assert synced > 0, "answered before the log reached the disk"
            answers, written = answers + 1, 0
    assert answers == CARDS
