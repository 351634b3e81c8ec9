"""Whole rehearsals against a real server: everything sent is acknowledged and stands in the summary once."""

import asyncio
import contextlib
import json
import subprocess
import sys
from contextlib import ExitStack

import pytest

from app import rehearsal
from app.rehearsal import report, scenario
from app.rehearsal.play import TRACK_2
from app.rehearsal.scenario import Unusable
from tests import conftest
from tests.web.test_phone import go


@pytest.fixture
def twenty(tmp_path):
    """The first twenty cards of the conference, with its people beside them."""
    file = tmp_path / "scenario_twenty.csv"
    lines = TRACK_2.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:21]), "utf-8")
    scenario.companion(file).write_bytes(scenario.companion(TRACK_2).read_bytes())
    return file


def play(plan: rehearsal.Plan, **options) -> report.Report:
    return asyncio.run(rehearsal.run(plan, **options))[0]


def test_a_small_rehearsal_ends_with_every_card_in_the_summary_once(live, twenty, tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "app", "rehearse", live.join, "--desk", live.desk, "--participants", "12"),
            *("--scenario", str(twenty), "--speed", "300", "--json", "--save", str(tmp_path / "kept")),
        ],
        cwd=conftest.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {name: told[name] for name in ("participants", "joined", "sent", "acknowledged", "lost", "doubled")} == {
        "participants": 12, "joined": 12, "sent": 20, "acknowledged": 20, "lost": 0, "doubled": 0
    }  # fmt: skip
    assert (told["votes_lost"], told["votes_doubled"], told["taps_lost"], told["taps_doubled"]) == (0, 0, 0, 0)
    late = sum(told[f"{what}_sent"] - told[f"{what}_acknowledged"] for what in ("votes", "taps", "answers"))
    assert min(told[f"{what}_acknowledged"] for what in ("votes", "taps", "answers")) >= 12
    assert told["refused"] == ({"ActivityClosed": late} if late else {})  # who came as the room went on
    sent = sum(told[name] for name in ("sent", "votes_sent", "taps_sent", "answers_sent"))
    assert 0 <= sent - told["over_socket"] <= told["returned"] + told["rescanned"]  # whose socket was not open yet
    assert (told["returned"], told["rescanned"], told["unsent"]) == (1, 3, 0)
    assert (told["steps"], told["wall"]["newest"], told["finished"], told["why"]) == (21, 20, True, [])
    kept = report.rows((tmp_path / "kept" / "summary.csv").read_bytes())
    texts = {card.first for card in scenario.read_cards(twenty)}
    assert len(kept) == 20
    assert {row["text"] for row in kept if row["kind"] != "dilemma"} <= texts


def begun(live: conftest.Live) -> None:
    """The demo, on the step that collects dilemmas."""
    desk = live.opened("desk")
    desk.post("/desk/1/begin").raise_for_status()
    go(desk, "Dilemmaer")


def test_without_a_desk_people_answer_what_is_on(live, twenty):
    begun(live)
    found = play(rehearsal.Plan(live.join, board=live.board, participants=6, scenario=twenty, speed=1000, quiet=1.5))
    dilemmas = sum(card.kind == "dilemma" for card in scenario.read_cards(twenty))
    assert (found.joined, found.sent, found.acknowledged, found.unsent) == (6, dilemmas, dilemmas, 20 - dilemmas)
    assert (found.lost, found.doubled, found.votes_lost, len(found.why)) == (None, None, None, 1)
    assert found.submit_to_board_ms is not None
    assert found.over_socket == dilemmas


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while block := await source.read(65_536):
        target.write(block)
    target.write_eof()


async def blocking(port: int) -> asyncio.Server:
    """A network that lets plain requests through to this port, and no socket."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            if b"upgrade: websocket" in head.lower():
                return
            there, server = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.closing(server):
                server.write(head)
                await asyncio.gather(pass_on(reader, server), pass_on(there, writer))

    return await asyncio.start_server(meet, "127.0.0.1", 0)


def test_where_sockets_are_blocked_people_hear_and_send_by_plain_requests(live, twenty):
    begun(live)

    async def scene() -> report.Report:
        async with await blocking(live.port) as network:
            join = live.join.replace(f":{live.port}/", f":{network.sockets[0].getsockname()[1]}/")
            plan = rehearsal.Plan(join, participants=6, scenario=twenty, speed=1000, quiet=6)
            return (await rehearsal.run(plan))[0]

    found = asyncio.run(scene())
    dilemmas = sum(card.kind == "dilemma" for card in scenario.read_cards(twenty))
    assert (found.joined, found.sent, found.acknowledged, found.over_socket) == (6, dilemmas, dilemmas, 0)


def test_a_link_that_does_not_work_is_told_before_anybody_comes(live):
    for plan in (
        rehearsal.Plan(live.join, desk=live.desk + "x"),
        rehearsal.Plan(live.join, board=live.board + "x"),
        rehearsal.Plan(live.url + "/d/22222222"),
    ):
        with pytest.raises(Unusable, match="cannot begin"):
            play(plan)


def test_people_with_a_false_mark_cannot_join(live):
    found = play(rehearsal.Plan(live.join, participants=3, speed=1000, mark="false", quiet=1))
    assert (found.joined, found.refused, found.complete) == (0, {"Unreadable": 3}, False)


@pytest.mark.timeout(180)
@pytest.mark.slow
def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(tmp_path, twenty):
    """SIGKILL while barriers are written, then the same data folder and port again."""
    falls: list[asyncio.Task[None]] = []
    with ExitStack() as servers:
        first = servers.enter_context(conftest.serving(tmp_path / "data"))

        def kill_and_start_again() -> None:
            first.kill()
            servers.enter_context(conftest.serving(tmp_path / "data", first.port))

        async def fall() -> None:
            await asyncio.sleep(0.35)
            await asyncio.to_thread(kill_and_start_again)

        def say(line: str) -> None:
            if line.startswith("step 12 "):
                falls.append(asyncio.get_running_loop().create_task(fall()))

        found = play(rehearsal.Plan(first.join, first.desk, participants=12, scenario=twenty, speed=250), say=say)
    assert [fallen.result() for fallen in falls] == [None]
    assert (found.joined, found.sent, found.acknowledged) == (12, 20, 20)
    assert (found.lost, found.doubled, found.votes_lost, found.votes_doubled) == (0, 0, 0, 0)
    assert (found.retries > 0, found.reconnects > 0, found.finished) == (True, True, True)
    assert found.wall is not None
    assert found.wall["newest"] == 20


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_whole_conference_is_played_with_a_hundred_phones(tmp_path):
    with conftest.serving(tmp_path / "data") as live:
        found = play(rehearsal.Plan(live.join, live.desk, scenario=TRACK_2))
    assert (found.joined, found.sent, found.acknowledged, found.lost, found.doubled) == (100, 120, 120, 0, 0)
    assert (found.votes_sent, found.votes_lost, found.votes_doubled) == (found.votes_acknowledged, 0, 0)
    assert (found.returned, found.rescanned, found.masked, found.unsent) == (4, 8, 1, 0)
    assert found.seconds < 180
