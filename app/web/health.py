"""Whether the server is well: for load balancers in one word, for operators on a page."""

import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app import errors, store
from app.web import failures, place

router = APIRouter()


PATIENCE = 2.0  # seconds for both parts


def _answers(session: Session) -> None:
    session.connection().execute(text("SELECT 1"))


def _writes(tx: store.Transaction) -> None:
    tx.run("SELECT 1")


@router.get("/healthz")
async def health(request: Request) -> Response:
    """The process runs. Names the SQLite in it and warns of one with a known fault."""
    here = place.of(request)
    told: dict[str, object] = {"status": "ok"}
    if here.readers.dialect.name == "sqlite":
        told["sqlite"] = store.sqlite_version()
        if not store.sqlite_is_safe():
            told["warning"] = "This SQLite is older than 3.51.3 and can be damaged when two connections checkpoint."
    return JSONResponse(told)


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers, and the one who writes takes changes. Otherwise 503, and which of the two it is."""
    here = place.of(request)
    part = "database"
    try:
        async with asyncio.timeout(PATIENCE):
            await here.read(_answers)
            part = "writer"
            await here.change(_writes)
    except (*failures.AWAY, TimeoutError, errors.Busy):
        return JSONResponse({"status": "away", "part": part}, 503)
    return JSONResponse({"status": "ok"})
