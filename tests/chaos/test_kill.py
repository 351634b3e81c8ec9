"""What was acknowledged is on disk: the server is killed at random moments under phones that never stop writing."""

import asyncio
import random
from statistics import median
from time import perf_counter

import httpx
import pytest

from tests.chaos.phones import Ledger, Phone
from tests.chaos.venue import PLENTY, Venue, opened, rows
from tests.conftest import Live, serve

pytestmark = pytest.mark.slow

PATIENCE = 600.0  # seconds a card is kept and sent again: the server is down more often than up
READY_WITHIN = 3.0  # seconds from the end of a server until the next one answers


async def storm(
    venue: Venue, cookies: list[str], kills: int, chance: random.Random
) -> tuple[Ledger, list[float], Live]:
    """Phones write without pause while the server is killed and started again."""
    ledger, live, ready = Ledger(), venue.live, []
    phones = [
        Phone(live.url, venue.code, cookie, ledger, f"phone-kill-{number:03}") for number, cookie in enumerate(cookies)
    ]
    writing = True

    async def write(phone: Phone) -> None:
        while writing:
            await phone.card(venue.activity, PATIENCE)
            await asyncio.sleep(chance.uniform(0, 0.05))

    work = [asyncio.create_task(write(phone)) for phone in phones]
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.2, 1.2))
        begun = perf_counter()
        await asyncio.to_thread(live.kill)
        fresh = await asyncio.to_thread(serve, live.data, live.port, **PLENTY)
        (await asyncio.to_thread(httpx.get, f"{fresh.url}/readyz", trust_env=False)).raise_for_status()
        ready.append(perf_counter() - begun)
        if live.process.stdout:
            live.process.stdout.close()
        live = fresh
    await asyncio.sleep(0.5)
    writing = False
    await asyncio.gather(*work)
    for phone in phones:
        await phone.close()
    return ledger, ready, live


def killed(tmp_path, people: int, kills: int) -> None:
    with opened(tmp_path / "data") as venue:
        ledger, ready, live = asyncio.run(storm(venue, venue.cookies(people), kills, random.Random(7)))
        venue.live.process = live.process
        stored = venue.keys()
        assert rows(live.data, "PRAGMA integrity_check") == [("ok",)]
    lost, doubled = set(ledger.acknowledged) - set(stored), len(stored) - len(set(stored))
    print(
        f"{kills} kills, {len(ledger.acknowledged)} acknowledged, {len(lost)} lost, {doubled} doubled; ready again"
        f" after {median(ready):.1f} s, at most {max(ready):.1f} s; {ledger.reconnects} reconnects"
    )
    assert (doubled, lost) == (0, set())
    assert set(stored) == ledger.sent, "everything that was sent got through in the end"
    assert sorted(venue.texts()) == sorted(f"Råd fra {key}" for key in stored), "word for word"
    numbers = list(ledger.acknowledged.values())
    assert len(numbers) == len(set(numbers))
    assert max(ready) <= READY_WITHIN


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(tmp_path):
    killed(tmp_path, people=20, kills=5)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_two_hundred_kills_under_fifty_phones(tmp_path):
    killed(tmp_path, people=50, kills=200)
