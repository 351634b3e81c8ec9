"""The way to the server: sendings and requests that survive its absence, and sockets that come back. Bounded in time.

Speaks to the given host only, and refuses one that is neither this machine nor on a private network.
"""

import asyncio
import contextlib
import json
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from socket import gaierror, getaddrinfo
from time import monotonic
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from app.rehearsal.report import Ledger
from app.rehearsal.scenario import Unusable

T = TypeVar("T")
Told = dict[str, object]

PATIENCE = 60.0  # seconds that an unanswered sending is repeated with the same key
ANSWER = 6.0  # seconds to wait for an answer on the socket before the same is posted
RECONNECT_CAP = 5.0
BLOCKED = 2  # sockets that did not open, one after the other
SILENCE = 30.0  # a living socket is never silent that long: the server sends a pulse every ten seconds
_LOST = (httpx.TransportError, OSError, TimeoutError, WebSocketException)
_AGAIN = {429, 502, 503, 504, 507}
_JOIN = re.compile(r"/d/([0-9A-Za-z]{1,64})/?(?:join/?)?")


class Refused(Exception):
    """The server answered, and the answer was no. `error` is the name the server gave it, `status` that of HTTP."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.status, self.error = status, error


class Away(Exception):
    """No answer for a minute."""


@dataclass(frozen=True, slots=True)
class Server:
    """The one host that is spoken to. `base` has no slash at its end."""

    base: str
    ledger: Ledger
    chance: Random
    trust: ssl.SSLContext

    def socket(self, path: str) -> str:
        """The address of a socket on this server."""
        return f"ws{self.base.removeprefix('http')}{path}"


def near(url: str, anywhere: bool) -> SplitResult:
    """The parts of an http address. Raises Unusable for any other, and for a public host unless `anywhere`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Unusable(f"{url} is not an address.") from wrong
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unusable(f"{url} is not an http address.")
    if not anywhere and not _private(parts.hostname, port or 80):
        raise Unusable(
            f"{parts.hostname} is not on this machine or a private network. A rehearsal is a load on the server: "
            "say --anywhere if it is yours."
        )
    return parts


def _private(host: str, port: int) -> bool:
    try:
        found = {str(address[4][0]).partition("%")[0] for address in getaddrinfo(host, port)}
    except (gaierror, UnicodeError) as wrong:
        raise Unusable(f"{host} cannot be found.") from wrong
    return all(ip_address(each).is_loopback or ip_address(each).is_private for each in found)


def join_code(parts: SplitResult) -> str:
    """The code in a join address such as /d/7K4M2PXR. Raises Unusable."""
    found = _JOIN.fullmatch(parts.path)
    if found is None:
        raise Unusable("A join address ends in /d/ and the code, as the board shows it.")
    return found[1].upper()


class Line:
    """One cookie jar, its connection and its socket: what one browser is to the server."""

    def __init__(self, server: Server, language: str = "da") -> None:
        self.server = server
        self._http = httpx.AsyncClient(
            base_url=server.base,
            headers={"accept-language": language, "origin": server.base},
            verify=server.trust,
            timeout=httpx.Timeout(15.0, connect=5.0),
            limits=httpx.Limits(keepalive_expiry=3.0),  # before the server hangs up on an idle connection
            trust_env=False,
        )
        self._socket: ClientConnection | None = None
        self._asked: dict[str, asyncio.Future[Told]] = {}  # by client key

    async def close(self) -> None:
        await self._http.aclose()

    async def read(self, path: str) -> httpx.Response:
        """A page, region or file. Raises Refused or Away."""
        return await self._patiently(lambda: self._request("GET", path, {}, {}))

    async def post(self, path: str, fields: Mapping[str, str]) -> Told:
        """Send a form and read the JSON answer. Raises Refused or Away.

        When the line breaks or the server is busy the same form, with its key, is sent again for up to a minute.
        """
        return await self._patiently(lambda: self._posted(path, fields))

    async def send(self, path: str, to: str, fields: Mapping[str, str]) -> Told:
        """Send a card, ballot, tap or answers: over the socket while one is open, else as a form to `path`/`to`.

        Raises Refused or Away, as `post` does.
        """
        return await self._patiently(lambda: self._sent(path, to, fields))

    async def _sent(self, path: str, to: str, fields: Mapping[str, str]) -> Told:
        if self._socket is not None:
            with contextlib.suppress(*_LOST):
                return await self._over(self._socket, to, fields)
        return await self._posted(f"{path}/{to}", fields)

    async def _over(self, socket: ClientConnection, to: str, fields: Mapping[str, str]) -> Told:
        key = fields["key"]
        answer = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER):
                await socket.send(json.dumps({"to": to, **fields}))
                told: Told = await answer
        finally:
            del self._asked[key]
        self.server.ledger.over_socket += 1
        status = int(str(told["status"]))
        if status >= 400:
            raise Refused(status, str(told["error"]), str(told["message"]))
        return told

    async def _posted(self, path: str, fields: Mapping[str, str]) -> Told:
        answer = await self._request("POST", path, dict(fields), {"accept": "application/json"})
        try:
            found = answer.json()
        except ValueError:
            return {}
        return dict(found) if isinstance(found, dict) else {}

    async def _request(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        answer = await self._http.request(method, path, data=fields or None, headers=headers)
        if answer.status_code >= 400:
            raise _refused(answer)
        return answer

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer that will not change, for up to a minute."""
        until, tries = monotonic() + PATIENCE, 0
        while True:
            try:
                return await ask()
            except _LOST:
                pause = min(2.0, 0.1 * 2**tries)
            except Refused as refused:
                self.server.ledger.refused[refused.error] += 1
                if refused.status not in _AGAIN:
                    raise
                pause = min(7.0, 1.0 + tries)
            if monotonic() + pause > until:
                raise Away
            tries += 1
            self.server.ledger.retries += 1
            await asyncio.sleep(pause * self.server.chance.uniform(0.7, 1.3))

    async def follow(
        self, path: str, hear: Callable[[str], None], again: Callable[[], None], instead: str = ""
    ) -> None:
        """Hear every picture of a socket until cancelled; come back when it breaks. `again` is told of each return.

        While sockets do not open, the address `instead` is asked for the same.
        """
        tries, known = 0, False
        while True:
            try:
                async with connect(
                    self.server.socket(path),
                    origin=Origin(self.server.base),
                    additional_headers=self._headers(),
                    compression=None,
                    proxy=None,
                    ping_interval=None,
                    open_timeout=10,
                    close_timeout=1,
                    max_size=8 * 1024 * 1024,
                ) as socket:
                    if known:
                        again()
                    self._socket, tries, known = socket, 0, True
                    while True:
                        async with asyncio.timeout(SILENCE):
                            text = str(await socket.recv())
                        if text.startswith("{"):
                            self._answered(json.loads(text))
                        else:
                            hear(text)
            except (OSError, TimeoutError, WebSocketException):
                tries += 1
            finally:
                self._socket = None
            if instead and tries >= BLOCKED:
                with contextlib.suppress(Refused, *_LOST):
                    hear((await self._request("GET", instead, {}, {})).text)
            await asyncio.sleep(min(RECONNECT_CAP, 0.2 * 2 ** min(tries, 6)) * self.server.chance.uniform(0.5, 1.0))

    def _answered(self, told: Told) -> None:
        waiting = self._asked.get(str(told["key"]))
        if waiting is not None and not waiting.done():
            waiting.set_result(told)

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{each.name}={each.value}" for each in self._http.cookies.jar)
        return {"Cookie": cookie, "Accept-Language": self._http.headers["accept-language"]}


def _refused(answer: httpx.Response) -> Refused:
    try:
        told = answer.json()
        return Refused(answer.status_code, str(told["error"]), str(told["message"]))
    except (ValueError, KeyError, TypeError):
        return Refused(answer.status_code, f"HTTP {answer.status_code}", "")
