"""The short way for what a phone's script posts: past the layers that pages need, inside the same guard.

A form that a browser posts by itself, and everything else, goes the long way to the same verbs with the same answers.
"""

import re

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.web import failures, sending

_ADDRESS = re.compile(r"/d/([^/]{1,40})/(?:cards|(?:votes|sort|answers)/[0-9]{1,12})")
_FORM = b"application/x-www-form-urlencoded"


def takes(scope: Scope) -> bool:
    """Whether this request may go the short way: a form of known length, from a program that reads JSON."""
    if scope["type"] != "http" or scope["method"] != "POST" or _ADDRESS.fullmatch(scope["path"]) is None:
        return False
    headers = dict(scope["headers"])
    return (
        b"application/json" in headers.get(b"accept", b"")
        and headers.get(b"content-type", b"").startswith(_FORM)
        and b"content-length" in headers
    )


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI app of the short way."""
    found = _ADDRESS.fullmatch(scope["path"])
    scope["path_params"] = {"code": found[1] if found else ""}
    scope["route"] = sending.ROUTES[scope["path"].split("/")[3]]
    request = Request(scope, receive)
    if scope["state"]["refused"] is not None:
        response = failures.answer(request, scope["state"]["refused"])
    else:
        try:
            response = await sending.post(request)
        except Exception as fault:
            response = failures.answer(request, failures.fact_of(fault))  # a database that is away is no fault of ours
    await response(scope, receive, send)
