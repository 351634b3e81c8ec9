"""Whether the server is well: for load balancers in one word, for operators on a page."""

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app import store
from app.web import place

router = APIRouter()


def _answers(session: Session) -> bool:
    return bool(session.connection().execute(text("SELECT 1")).scalar_one() == 1)


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
    """The database answers."""
    return JSONResponse({"status": "ok" if await place.of(request).read(_answers) else "away"})
