"""Careful phones: they keep what they send until it is answered, and remember what they saw acknowledged.

    python3 -m tests.chaos.phones PLAN.json     play a plan, for phones in a network of their own; prints the ledger

A plan is a JSON object: base (http://host:port), code, cookies (one a phone), activity, cards (of each phone), pause
(seconds between two cards of one phone) and patience (seconds it goes on trying). Bounded in count and time.
"""

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

ANSWER = 3.0  # seconds before something is sent again
OPENING = 5.0  # seconds for a handshake
SILENT = 30.0  # the server speaks every ten seconds; three missed and the socket is dead
CAP = 5.0
AGAIN = {429, 500, 502, 503, 504, 507}


@dataclass
class Ledger:
    """What all phones of a run have seen, by client key."""

    acknowledged: dict[str, int] = field(default_factory=dict)  # key to card number
    refused: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)  # from the first try to the answer
    slowed: int = 0
    reconnects: int = 0
    heard: dict[str, list[float]] = field(default_factory=dict)  # by phone: the moments at which frames came

    def as_json(self) -> dict[str, object]:
        told = {"acknowledged": self.acknowledged, "refused": self.refused, "sent": sorted(self.sent)}
        return told | {"seconds": self.seconds, "reconnects": self.reconnects, "heard": self.heard}


class Phone:
    """One phone. `close` ends it; until then it keeps its socket open, whatever happens to it."""

    def __init__(self, base: str, code: str, cookie: str, ledger: Ledger, name: str) -> None:
        self.base, self.code, self.cookie, self.ledger, self.name = base, code, cookie, ledger, name
        self.seq = 0
        self.heard_at = 0.0
        self._socket: ClientConnection | None = None
        self._asked: dict[str, asyncio.Future[dict[str, object]]] = {}
        self._line = asyncio.create_task(self._stay())
        self._count = 0

    async def _stay(self) -> None:
        tries = 0
        while True:
            try:
                async with connect(
                    f"ws{self.base.removeprefix('http')}/d/{self.code}/live",
                    origin=self.base,  # type: ignore[arg-type]
                    additional_headers={"Cookie": self.cookie},
                    compression=None,
                    ping_interval=None,
                    open_timeout=OPENING,
                    close_timeout=0.2,
                ) as socket:
                    self._socket, tries = socket, 0
                    while True:
                        async with asyncio.timeout(SILENT):  # `wait_for` swallows a cancellation before Python 3.12
                            frame = str(await socket.recv())
                        self._hear(frame)
            except (OSError, TimeoutError, WebSocketException):
                tries += 1
                self.ledger.reconnects += 1
            finally:
                self._socket = None
            await asyncio.sleep(min(CAP, 0.3 * 2 ** min(tries, 5)) * random.uniform(0.5, 1.0))

    def _hear(self, frame: str) -> None:
        self.heard_at = perf_counter()
        self.ledger.heard.setdefault(self.name, []).append(self.heard_at)
        if frame.startswith("{"):
            answer = json.loads(frame)
            waiting = self._asked.pop(answer["key"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
        else:
            self.seq = int(frame.partition('data-seq="')[2].partition('"')[0] or 0)

    async def card(self, activity: str, patience: float = 60.0) -> None:
        """Write one card, and go on until it has a final answer."""
        self._count += 1
        key = f"{self.name}-{self._count:05}"
        fields = {"activity": activity, "kind": "advice", "first": f"Råd fra {key}", "second": "", "key": key}
        await self.send("cards", fields, patience)

    async def send(self, to: str, fields: dict[str, str], patience: float = 60.0) -> dict[str, object] | None:
        key, tries = fields["key"], 0
        self.ledger.sent.add(key)
        begun = perf_counter()
        while perf_counter() < begun + patience:
            answer = await (self._over_socket(to, fields) if self._socket is not None else self._over_http(to, fields))
            status = int(str(answer["status"])) if answer else 0
            if answer and status not in AGAIN:
                self.ledger.seconds.append(perf_counter() - begun)
                if status < 400:
                    self.ledger.acknowledged[key] = int(str(answer.get("number", 0)))
                else:
                    self.ledger.refused[key] = str(answer.get("error"))
                return answer
            self.ledger.slowed += status == 429
            tries += 1
            await asyncio.sleep(min(CAP, 0.2 * 2 ** min(tries, 5)) * random.uniform(0.5, 1.0))
        return None

    async def _over_socket(self, to: str, fields: dict[str, str]) -> dict[str, object] | None:
        answer = self._asked[fields["key"]] = asyncio.get_running_loop().create_future()
        try:
            if self._socket is None:
                return None
            async with asyncio.timeout(ANSWER):
                await self._socket.send(json.dumps({"to": to, **fields}))
                return await answer
        except (OSError, TimeoutError, WebSocketException):
            return None
        finally:
            self._asked.pop(fields["key"], None)

    async def _over_http(self, to: str, fields: dict[str, str]) -> dict[str, object] | None:
        headers = {"origin": self.base, "accept": "application/json", "cookie": self.cookie}
        try:
            async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=ANSWER, verify=False) as client:
                answer = await client.post(f"{self.base}/d/{self.code}/{to}", data=fields)
                return {"status": answer.status_code, **answer.json()}
        except (httpx.HTTPError, ValueError):
            return None

    async def close(self) -> None:
        self._line.cancel()
        await asyncio.gather(self._line, return_exceptions=True)


async def play(plan: dict[str, object]) -> Ledger:
    """Every phone writes its cards, and goes on until all are answered."""
    ledger = Ledger()
    cookies: Sequence[str] = plan["cookies"]  # type: ignore[assignment]
    phones = [
        Phone(str(plan["base"]), str(plan["code"]), cookie, ledger, f"phone-{plan.get('name', 'a')}-{number:03}")
        for number, cookie in enumerate(cookies)
    ]
    pause, patience = float(str(plan["pause"])), float(str(plan["patience"]))

    async def write(phone: Phone) -> None:
        for _ in range(int(str(plan["cards"]))):
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            await phone.card(str(plan["activity"]), patience)

    await asyncio.gather(*[write(phone) for phone in phones])
    await asyncio.sleep(float(str(plan.get("linger", 0.0))))
    for phone in phones:
        await phone.close()
    return ledger


if __name__ == "__main__":
    print(json.dumps(asyncio.run(play(json.loads(Path(sys.argv[1]).read_text()))).as_json()))
