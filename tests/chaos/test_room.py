"""A whole room at once, on loopback: first votes, floods, joins behind one address, dead phones, restarts."""

import asyncio
import random
import socket
from functools import partial
from itertools import pairwise
from time import perf_counter

import httpx
import pytest
from websockets.asyncio.client import connect

from app import errors
from app.bench import path, phones, stage, votes
from app.domain import ballots
from app.domain.ballots import Ballot
from app.domain.participants import Me
from app.domain.votes import cast, given
from tests.chaos.phones import Ledger, Phone
from tests.chaos.venue import PLENTY, opened
from tests.conftest import serve
from tests.domain.hall import Hall, at_once, key, voting

pytestmark = pytest.mark.slow


def at_the_same_moment(tmp_path, count: int) -> None:
    stage.many_files()
    with votes.opened(tmp_path, count) as ours:
        storm = asyncio.run(path.storm(ours.server, ours.room, count, 0.05))
        stored = ours.stored()
    assert (storm.acknowledged, storm.on_the_wall, len(stored)) == (count, count, count)
    assert {person for person, _ in stored} == set(range(count))
    print(f"{count} first votes at once: all stored and on the wall; answer p99 {storm.answer_p99:.0f} ms")


def test_first_votes_of_a_room_at_once_are_all_there_once(tmp_path):
    at_the_same_moment(tmp_path, 300)


@pytest.mark.long
def test_a_thousand_first_votes_at_once(tmp_path):
    at_the_same_moment(tmp_path, 1000)


def test_a_thousand_changes_of_mind_leave_what_the_model_says(base):
    hall, step, ids = voting(base, people=50)
    chance = random.Random(13)

    def change_mind(me: Me) -> dict[int, int]:
        """Twenty ballots of one person, some over the budget; returns what is left by the rules."""
        model: dict[int, int] = {}
        for _ in range(20):
            values = any_ballot(chance, ids)
            fits = sum((model | values).values()) <= 3
            try:
                base.do(cast, me, step, values, key())
                assert fits
                model |= values
            except errors.NoDotsLeft:
                assert not fits
        return model

    models = at_once([lambda me=me: change_mind(me) for me in hall.people])
    same(hall, step, models)


def test_a_thousand_changes_of_mind_at_once_leave_what_the_model_says(base):
    hall, step, ids = voting(base, people=100)
    chance = random.Random(14)
    people = [chance.randrange(100) for _ in range(1000)]
    sent = [Ballot(hall.people[who], step, any_ballot(chance, ids), key()) for who in people]
    refused: list[BaseException | None] = [None] * len(sent)

    async def all_at_once() -> None:
        """Every ballot stands in line before the first is counted, in an order that is known."""
        left, done = len(sent), asyncio.Event()

        def answered(at: int, answer: BaseException | None, error: BaseException | None) -> None:
            nonlocal left
            left, refused[at] = left - 1, error or answer
            if not left:
                done.set()

        for at, ballot in enumerate(sent):
            base.writer.submit_one(ballots.cast, ballot, partial(answered, at))
        await done.wait()

    asyncio.run(all_at_once())
    models: list[dict[int, int]] = [{} for _ in hall.people]
    for who, ballot, fault in zip(people, sent, refused, strict=True):
        fits = sum((models[who] | ballot.values).values()) <= 3
        assert isinstance(fault, errors.NoDotsLeft) is not fits
        models[who] |= ballot.values if fits else {}
    same(hall, step, models)


def any_ballot(chance: random.Random, ids: list[int]) -> dict[int, int]:
    return {chance.choice(ids): chance.randrange(4), chance.choice(ids): chance.randrange(4)}


def same(hall: Hall, step: int, models: list[dict[int, int]]) -> None:
    """Rows, tally and model say the same, card by card."""
    stored = [hall.base.read(given, me, step) for me in hall.people]
    assert [_dots(found) for found in stored] == [_dots(model) for model in models]
    hall.close(step)
    counted = {result.card.id: result.total for result in hall.tally(step).results}
    assert counted == {card: sum(model.get(card, 0) for model in models) for card in counted}


def _dots(values: dict[int, int]) -> dict[int, int]:
    return {card: dots for card, dots in values.items() if dots}


def flooded(tmp_path, seconds: float) -> None:
    """One phone sends a thousand messages a second; ten others write a card every second."""
    with opened(tmp_path / "data", TOVHOLDER_TEXTS_PER_MINUTE="100") as venue:
        live, activity, code, cookies = venue.live, venue.activity, venue.code, venue.cookies(11)

        async def scene() -> tuple[Ledger, int, int]:
            calm = Ledger()
            others = [Phone(live.url, code, cookie, calm, f"phone-calm-{n:02}") for n, cookie in enumerate(cookies[1:])]
            await asyncio.sleep(1)
            sent = refused = 0
            async with connect(
                f"ws{live.url.removeprefix('http')}/d/{code}/live",
                origin=live.url,
                additional_headers={"Cookie": cookies[0]},
                compression=None,
            ) as flood:

                async def read() -> None:
                    nonlocal refused
                    async for frame in flood:
                        refused += '"status":429' in str(frame)

                async def write(other: Phone) -> None:
                    for _ in range(int(seconds)):
                        await other.card(activity)
                        await asyncio.sleep(1)

                reading = asyncio.create_task(read())
                writing = [asyncio.create_task(write(other)) for other in others]
                until = perf_counter() + seconds
                while perf_counter() < until:
                    for _ in range(20):
                        sent += 1
                        fields = f'"activity":"{activity}","kind":"advice","first":"x","key":"phone-flood-{sent:06}"'
                        await flood.send('{"to":"cards",' + fields + "}")
                    await asyncio.sleep(0.02)
                await asyncio.gather(*writing)
                reading.cancel()
            for other in others:
                await other.close()
            return calm, sent, refused

        calm, sent, refused = asyncio.run(scene())
    slowest = phones.percentile(calm.seconds, 0.99) * 1000
    print(f"{sent} messages in {seconds:g} s, {refused} refused; others' answers p99 {slowest:.0f} ms")
    assert (len(calm.acknowledged), calm.refused, calm.slowed) == (10 * int(seconds), {}, 0)
    assert sent - refused < 130 + 2 * seconds
    assert refused > sent / 2
    assert slowest <= 300


def test_a_flood_from_one_phone_slows_nobody_else(tmp_path):
    flooded(tmp_path, 3)


@pytest.mark.long
def test_a_flood_of_a_minute_slows_nobody_else(tmp_path):
    flooded(tmp_path, 60)


def coming_in(tmp_path, count: int, seconds: float) -> None:
    """So many join from one address, and one in twenty mistypes the code."""
    with opened(tmp_path / "data") as venue:
        url, code = venue.live.url, venue.code

        async def scene() -> tuple[list[int], list[int], list[float]]:
            headers = {"origin": url, "accept": "application/json"}
            took: list[float] = []

            async def come(number: int) -> tuple[bool, int]:
                await asyncio.sleep(number * seconds / count)
                wrong = number % 20 == 0
                begun = perf_counter()
                async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30, verify=False) as client:
                    address = f"{url}/d/{'22222222' if wrong else code}/join"
                    answer = await client.post(address, data={"role": "borger"})
                took.append(perf_counter() - begun)
                return wrong, answer.status_code

            came = await asyncio.gather(*[come(number) for number in range(count)])
            return [s for wrong, s in came if not wrong], [s for wrong, s in came if wrong], took

        right, wrong, took = asyncio.run(scene())
    slow = phones.percentile(took, 0.95)
    print(f"{len(right)} joins from one address, {len(wrong)} mistyped: 0 refused, p95 {slow * 1000:.0f} ms")
    assert (right, wrong) == ([200] * (count - count // 20), [404] * (count // 20))
    assert slow <= 2


def test_a_room_behind_one_address_gets_in_while_some_mistype(tmp_path):
    coming_in(tmp_path, 200, 4)


@pytest.mark.long
def test_a_thousand_behind_one_address_get_in_while_some_mistype(tmp_path):
    coming_in(tmp_path, 1000, 60)


def not_reading(tmp_path, count: int, seconds: float) -> None:
    """One wall in twenty stops reading while the room votes."""
    stage.many_files()
    silent = count // 20
    with votes.opened(tmp_path, count + 1) as ours:
        room, server = ours.room, ours.server

        async def scene() -> tuple[float, int, float]:
            async with path.client_of(server) as client:
                board = await path.board_cookie(server, client)
            before = server.memory()
            crowd = await phones.connect(room, server.port, count - silent, phones.Tally(), board)
            heard = [[perf_counter()] for _ in crowd]
            for number, phone in enumerate(crowd):
                phone.heard = lambda _frame, number=number: heard[number].append(perf_counter())
            dead = []
            for _ in range(silent):
                one = socket.socket()
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                one.connect(("127.0.0.1", server.port))
                host = f"127.0.0.1:{server.port}"
                one.sendall(
                    f"GET /board/1/live HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    f"Sec-WebSocket-Version: 13\r\nCookie: {board}\r\n\r\n".encode()
                )
                dead.append(one)
            writers = await phones.connect(room, server.port, 5, phones.Tally())
            until = perf_counter() + seconds
            while perf_counter() < until:
                for writer in writers:
                    writer.vote()
                await asyncio.sleep(0.06)
            silence = max(max(later - sooner for sooner, later in pairwise(at)) for at in heard)
            grown = server.memory() - before
            gone = 0
            for one in dead:
                one.settimeout(2)
                try:
                    while one.recv(1 << 20):
                        pass
                    gone += 1
                except TimeoutError:
                    pass
                except OSError:
                    gone += 1
                one.close()
            phones.hang_up([*crowd, *writers])
            await asyncio.sleep(0.1)
            return silence, gone, grown

        silence, gone, grown = asyncio.run(scene())
    print(
        f"{silent} of {count} stopped reading for {seconds:g} s: longest silence {silence * 1000:.0f} ms, {gone} cut,"
        f" +{grown / 1000:.0f} MB"
    )
    assert silence < 1.0
    assert gone == silent
    assert grown < 50_000


def test_phones_that_stop_reading_are_cut_and_silence_nobody(tmp_path):
    not_reading(tmp_path, 100, 24)


@pytest.mark.long
def test_fifteen_of_three_hundred_that_stop_reading_for_a_minute_silence_nobody(tmp_path):
    not_reading(tmp_path, 300, 60)


def back_again(tmp_path, count: int) -> None:
    with opened(tmp_path / "data") as venue:
        cookies = venue.cookies(count)
        ledger = Ledger()

        async def scene() -> float:
            live = venue.live
            crowd = [Phone(live.url, venue.code, cookie, ledger, f"phone-back-{n}") for n, cookie in enumerate(cookies)]
            while not all(phone.heard_at for phone in crowd):
                await asyncio.sleep(0.1)
            await asyncio.to_thread(live.kill)
            live.process.stdout.close()
            fresh = await asyncio.to_thread(serve, live.data, live.port, **PLENTY)
            live.process = fresh.process
            begun = perf_counter()
            while not all(phone.heard_at > begun for phone in crowd):
                await asyncio.sleep(0.05)
            took = max(phone.heard_at for phone in crowd) - begun
            drawn.append(venue.pictures())
            for phone in crowd:
                await phone.close()
            return took

        drawn: list[int] = []
        took = asyncio.run(asyncio.wait_for(scene(), 120))
        print(f"{count} sockets back {took:.1f} s after the server was, which drew their topic {drawn[0]} times")
        assert took < 15
        assert 1 <= drawn[0] <= 1 + took, "at most one full read a second, whoever comes"


def test_a_restart_brings_every_socket_back(tmp_path):
    back_again(tmp_path, 200)


@pytest.mark.long
def test_a_restart_brings_a_thousand_sockets_back(tmp_path):
    back_again(tmp_path, 1000)
