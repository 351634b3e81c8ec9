"""Whatever goes wrong is answered in the person's language: what happened, what to do. Input is never echoed."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from app import errors
from app.web import render

log = logging.getLogger(__name__)

# The database is away, full or being replaced: a server that was switched to read only raises InternalError.
AWAY = (OperationalError, InternalError, InterfaceError, NoConnectionFree)


def answer(request: Request, fact: errors.Fact) -> Response:
    """The fact as JSON, as a notice for htmx, or as a page."""
    request.app.state.requests.refused[type(fact).__name__] += 1
    if render.wants_json(request):
        return JSONResponse({"error": type(fact).__name__, "message": fact.said()}, fact.status)
    if render.is_htmx(request):
        response = render.page(request, "_notice.html", fact.status, said=fact.said())
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "outerHTML"
        return response
    return render.page(request, "failure.html", fact.status, said=fact.said(), fact=type(fact).__name__)


class Unexpected(errors.Busy):
    """A fault of ours; the sentence is that of a server which is busy."""

    status = 500


def fact_of(error: BaseException) -> errors.Fact:
    """What to say about an error that a change raised. What is not a fact goes to the log."""
    if isinstance(error, errors.Fact):
        return error
    log.error("a change failed", exc_info=error)
    if isinstance(error, AWAY):
        return errors.Busy()
    if isinstance(error, IntegrityError):  # what it belongs to was deleted meanwhile, or it came twice
        return errors.Fact()
    return Unexpected()


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that the guard stopped at the door."""
    request = Request(scope, receive)
    await answer(request, scope["state"]["refused"])(scope, receive, send)


_BY_STATUS: dict[int, type[errors.Fact]] = {404: errors.NotFound, 413: errors.TooLarge}


def install(app: FastAPI) -> None:
    """Own handlers for facts, wrong input, unknown addresses and a database that is away."""

    @app.exception_handler(errors.Fact)
    async def fact(request: Request, found: errors.Fact) -> Response:
        return answer(request, found)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, _found: RequestValidationError) -> Response:
        return answer(request, errors.Unreadable())

    @app.exception_handler(HTTPException)
    async def http(request: Request, found: HTTPException) -> Response:
        known = _BY_STATUS.get(found.status_code)
        if known is None:
            known = type("Refused", (errors.Unreadable,), {"status": found.status_code})
        response = answer(request, known())
        for name, value in (found.headers or {}).items():
            response.headers[name] = value
        return response

    async def database(request: Request, found: Exception) -> Response:
        return answer(request, fact_of(found))

    for kind in (*AWAY, IntegrityError):
        app.add_exception_handler(kind, database)


async def unexpected(request: Request, _found: Exception) -> Response:
    """A fault of ours, said like everything else; the server logs it."""
    return answer(request, Unexpected())
