"""The door of the server: who may send, how much, in which language, and the headers every answer carries."""

import logging
import re
from collections.abc import Iterable
from time import perf_counter
from urllib.parse import urlsplit

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import errors, language
from app.settings import BODY_MAX

log = logging.getLogger(__name__)

SLOW = 2.0  # seconds of a request that the log should know of
SAFE = {"GET", "HEAD", "OPTIONS"}
LANGUAGE_COOKIE = "tovholder-language"
PHONE_COOKIE = "tovholder-phone"  # an hour long, only for a phone that typed a wrong return code
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9a-fA-F:]+\](?::\d{1,5})?")
_FIXED = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()",
    ),
]
_SECURE_ONLY = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
]


def _policy(host: str) -> bytes:
    # Older browsers do not count a socket to the same host as 'self', so it is named.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "manifest-src 'self'"
    ).encode()


class Guard:
    """ASGI middleware round the whole app."""

    def __init__(self, app: ASGIApp, default_language: str, refuse: ASGIApp) -> None:
        self._app = app
        self._default_language = default_language
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        language.choose(spoken(headers, self._default_language))
        scope.setdefault("state", {})["refused"] = _reason(scope, headers)
        if scope["type"] == "websocket":
            if scope["state"]["refused"] is not None:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        app = self._app if scope["state"]["refused"] is None else self._refuse
        begun = perf_counter()
        scope["state"]["status"] = 500
        try:
            await app(scope, receive, _with_headers(send, scope, headers.get("host", "")))
        finally:
            _count(scope, scope["state"]["status"], perf_counter() - begun)


def spoken(headers: dict[str, str], default: str, offered: Iterable[str] = language.LANGUAGES) -> str:
    """The language of a request: what was chosen before, else what the browser asks for, else the default."""
    chosen = cookie(headers, LANGUAGE_COOKIE) or ""
    return chosen if chosen in offered else language.negotiate(headers.get("accept-language", ""), default)


def cookie(headers: dict[str, str], name: str) -> str | None:
    return cookie_parser(headers.get("cookie", "")[:8192]).get(name)


def _reason(scope: Scope, headers: dict[str, str]) -> errors.Fact | None:
    """Why a request is refused at the door, or None. Sec-Fetch-Site decides; plain http on a LAN has only Origin."""
    unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE
    if unsafe and not _same_origin(scope, headers):
        return errors.ForeignOrigin()
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > BODY_MAX:
        return errors.TooLarge()
    return None


def _same_origin(scope: Scope, headers: dict[str, str]) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = headers.get("host", "").lower()
    from_here = origin is not None and own != "" and _host_of(origin) == own
    if scope["type"] == "websocket":
        return from_here
    if site is not None:
        return site in ("same-origin", "none")
    return from_here or origin is None


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _count(scope: Scope, status: int, seconds: float) -> None:
    """For the figures; what failed or took long goes to the log too."""
    route = getattr(scope.get("route"), "path", "") or "other"
    scope["app"].state.requests.add(route, status, seconds)
    if status >= 500 or seconds > SLOW:
        told = {"route": route, "status": status, "ms": round(seconds * 1000)}
        log.warning("a request failed" if status >= 500 else "a request took long", extra=told)


def _with_headers(send: Send, scope: Scope, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            scope["state"]["status"] = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            extra = [(b"content-security-policy", _policy(host)), *_FIXED]
            if scope["scheme"] == "https":
                extra += _SECURE_ONLY
            if b"cache-control" not in present:
                extra.append((b"cache-control", b"no-store"))
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return sending
