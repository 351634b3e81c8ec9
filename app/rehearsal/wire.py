"""The way to the server: requests that survive its absence, and sockets that come back. Bounded in count and time.

Speaks to the given host only, and refuses one that is neither this machine nor on a private network.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from socket import gaierror, getaddrinfo
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from app.rehearsal.report import Ledger
from app.rehearsal.scenario import Unusable

PATIENCE = 60.0  # seconds that an unanswered sending is repeated with the same key
RECONNECT_CAP = 5.0
SILENCE = 30.0  # a living socket is never silent that long: the server sends a pulse every ten seconds
_AGAIN = {429, 502, 503, 504, 507}
_JOIN = re.compile(r"/d/([0-9A-Za-z]{1,64})/?(?:join/?)?")


class Refused(Exception):
    """The server answered, and the answer was no. `error` is the name the server gave it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error


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
    """One cookie jar and its connection: what one browser is to the server."""

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

    async def close(self) -> None:
        await self._http.aclose()

    async def read(self, path: str) -> httpx.Response:
        """A page, region or file. Raises Refused or Away."""
        return await self._send("GET", path, {}, {})

    async def post(self, path: str, fields: Mapping[str, str]) -> dict[str, object]:
        """Send a form and read the JSON answer. Raises Refused or Away.

        When the line breaks or the server is busy the same form, with its key, is sent again for up to a minute.
        """
        answer = await self._send("POST", path, dict(fields), {"accept": "application/json"})
        try:
            found = answer.json()
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    async def _send(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        until, tries = monotonic() + PATIENCE, 0
        while True:
            try:
                answer = await self._http.request(method, path, data=fields or None, headers=headers)
            except httpx.TransportError:
                pause = min(2.0, 0.1 * 2**tries)
            else:
                if answer.status_code < 400:
                    return answer
                refused = _refused(answer)
                self.server.ledger.refused[refused.error] += 1
                if answer.status_code not in _AGAIN:
                    raise refused
                pause = min(7.0, 1.0 + tries)
            if monotonic() + pause > until:
                raise Away
            tries += 1
            self.server.ledger.retries += 1
            await asyncio.sleep(pause * self.server.chance.uniform(0.7, 1.3))

    async def follow(self, path: str, hear: Callable[[str], None], again: Callable[[], None]) -> None:
        """Hear every frame of a socket until cancelled; come back when it breaks. `again` is told of each return."""
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
                    tries, known = 0, True
                    while True:
                        async with asyncio.timeout(SILENCE):
                            text = await socket.recv()
                        hear(text if isinstance(text, str) else "")
            except (OSError, TimeoutError, WebSocketException):
                tries += 1
            await asyncio.sleep(min(RECONNECT_CAP, 0.2 * 2 ** min(tries, 6)) * self.server.chance.uniform(0.5, 1.0))

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{each.name}={each.value}" for each in self._http.cookies.jar)
        return {"Cookie": cookie, "Accept-Language": self._http.headers["accept-language"]}


def _refused(answer: httpx.Response) -> Refused:
    try:
        told = answer.json()
        return Refused(str(told["error"]), str(told["message"]))
    except (ValueError, KeyError, TypeError):
        return Refused(f"HTTP {answer.status_code}", "")
