"""Our own files: read once, compressed once, and cached for good, since their addresses carry a fingerprint.

A bundle is several files sent as one, so that a phone needs few requests on a bad line.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent.parent / "static"
BUNDLES = {
    "phone.bundle.css": ("tokens.css", "phone.css"),
    "phone.bundle.js": (
        "vendor/htmx.min.js",
        "phone_outbox.js",
        "phone_line.js",
        "phone_fields.js",
        "phone.js",
    ),
}
_TEXTS = (".css", ".js", ".svg", ".txt")
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it goes over the wire. `small` is it compressed, where that helps."""

    body: bytes
    small: bytes | None
    kind: str
    fingerprint: str


@cache
def asset(name: str) -> Asset | None:
    """The file or bundle with this name below app/static, or None."""
    parts = [STATIC / part for part in BUNDLES.get(name, (name,))]
    if not all(part.is_file() and part.resolve().is_relative_to(STATIC) for part in parts):
        return None
    body = b"\n".join(part.read_bytes() for part in parts)
    small = gzip.compress(body, 9, mtime=0) if name.endswith(_TEXTS) else None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, small, kind, hashlib.blake2b(body, digest_size=6).hexdigest())


@cache
def address(name: str) -> str:
    """The address of a file, with its fingerprint."""
    found = asset(name)
    return f"/static/{name}?v={found.fingerprint if found else 'none'}"


class Statics:
    """ASGI app of everything below /static."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/static").lstrip("/")
        await _answer(scope, name)(scope, receive, send)


def _answer(scope: Scope, name: str) -> Response:
    found = asset(name) if scope["method"] in ("GET", "HEAD") and len(name) < 200 and "\0" not in name else None
    if found is None:
        return PlainTextResponse("Not found", 404)
    headers = {"vary": "Accept-Encoding", "etag": f'"{found.fingerprint}"'}
    if b"v=" in scope["query_string"]:
        headers["cache-control"] = _FOR_GOOD
    asked = Headers(scope=scope)
    if asked.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if found.small is not None and "gzip" in asked.get("accept-encoding", ""):
        return Response(found.small, media_type=found.kind, headers=headers | {"content-encoding": "gzip"})
    return Response(found.body, media_type=found.kind, headers=headers)
