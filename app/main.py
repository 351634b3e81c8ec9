"""The server: settings in, one ASGI app out. What runs beside the requests is started and stopped here."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fastapi import FastAPI
from itsdangerous import URLSafeSerializer
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from app import settings as limits
from app import store
from app.domain import dialogues
from app.figures import Requests
from app.live import Hub, LocalRelay, NotifyRelay, Relay
from app.settings import Settings
from app.web import (
    board,
    circle,
    deps,
    desk,
    downloads,
    dress,
    express,
    failures,
    health,
    join,
    keeper,
    links,
    metrics,
    office,
    outside,
    owner,
    pages,
    paper,
    phone,
    prints,
    publishing,
    questions,
    seats,
    sending,
    stream,
    tries,
)
from app.web.guard import Guard
from app.web.pictures import Pictures
from app.web.place import Place
from app.web.statics import Statics

log = logging.getLogger(__name__)

FACES = (
    health,
    metrics,
    links,
    join,
    pages,
    phone,
    outside,
    questions,
    board,
    desk,
    office,
    circle,
    owner,
    seats,
    paper,
    prints,
    downloads,
    publishing,
)  # every module with routes of its own


class Tovholder(FastAPI):
    """The app, with a short way for what phones send by the hundred."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if express.takes(scope):
            scope["app"] = self
            await self.state.express(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create(settings: Settings) -> FastAPI:
    """The app for these settings. Its database must be up to date (see `app.cli`)."""
    if not settings.public_url:
        settings.public_url = f"http://{settings.host}:{settings.port}"
    key = settings.key()
    hub = Hub(
        lambda topic, spoken, earlier: pictures.draw(topic, spoken, earlier),
        rests={"board": limits.BOARD_TICK, "phones": limits.PHONE_TICK, "desk": limits.PHONE_TICK},
    )
    relay = _relay(hub, settings.database, lambda ids: here.read_now(dialogues.numbers, ids))
    writer = store.Writer(store.writing(settings.database), relay.announce)
    disk = store.Disk(*_reserve(settings))
    here = Place(settings, writer, store.reading(settings.database), hub, disk, URLSafeSerializer(key, "visit"), key)
    pictures = Pictures(here)

    @contextlib.asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        hub.start()
        relay.start()
        background = keeper.start(here)
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await dress.stop_all()
            await relay.stop()
            await hub.stop()
            await asyncio.to_thread(writer.close)
            here.readers.dispose()

    app = Tovholder(
        title="Tovholder",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=running,
        middleware=[
            Middleware(Guard, default_language=settings.language, refuse=failures.refuse),
            Middleware(stream.Sockets),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=4),
            Middleware(ServerErrorMiddleware, handler=failures.unexpected),  # inside the guard, whose headers it needs
        ],
        max_body_size=limits.BODY_MAX,
    )
    app.state.place = here
    app.state.express = Guard(express.answer, default_language=settings.language, refuse=express.answer)
    app.state.wrong_codes = deps.WrongCodes()
    app.state.seats = stream.Seats()
    app.state.return_tries = tries.ReturnTries()
    app.state.known_codes = {}
    app.state.requests = Requests()
    app.state.relay = relay
    app.state.buckets = {
        "texts": tries.Buckets(settings.texts_per_minute, burst=limits.TEXTS_BURST),
        "votes": tries.Buckets(settings.votes_per_minute, burst=limits.VOTES_BURST),
    }
    failures.install(app)
    app.mount("/static", Statics(), name="static")
    app.router.routes.extend(sending.ROUTES.values())
    for face in FACES:
        app.include_router(face.router)
    return app


def _relay(hub: Hub, database: str, numbers: Callable[[list[int]], dict[int, int]]) -> Relay:
    """One process on SQLite, any number of them on one PostgreSQL."""
    if store.is_sqlite(database):
        return LocalRelay(hub)
    return NotifyRelay(hub, lambda: store.line(database), numbers)


def _reserve(settings: Settings) -> tuple[Path, int]:
    """The folder of the database and how much of its disk stays free; PostgreSQL looks after its own."""
    if not store.is_sqlite(settings.database):
        return settings.data, 0
    return store.sqlite_file(settings.database).parent, settings.disk_reserve_mb << 20


def make() -> FastAPI:
    """The app for the settings in the environment; what uvicorn is pointed at."""
    app = create(Settings())
    gc.collect()
    gc.freeze()  # the program itself is no garbage: looking through it again stalls a room for tens of milliseconds
    return app
