"""What every request can reach: settings, writer, readers, hub and signer, gathered once at start."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from itsdangerous import URLSafeSerializer
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.requests import HTTPConnection

from app import errors
from app.live import Hub
from app.settings import Settings
from app.store import Disk, Transaction, Writer

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Place:
    """One running server."""

    settings: Settings
    writer: Writer
    readers: Engine
    hub: Hub
    disk: Disk
    signer: URLSafeSerializer
    key: str

    async def read(self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query in a thread, in the language of the request."""
        return await asyncio.to_thread(lambda: self.read_now(query, *args, **kwargs))

    def read_now(self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The same in the calling thread."""
        with Session(self.readers) as session:
            return query(session, *args, **kwargs)

    async def change(self, verb: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a domain verb; its answer means it is on disk."""
        return await self.writer.change(verb, *args, **kwargs)

    async def make_room(self, verb: Callable[Concatenate[Transaction, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The same for a verb that takes something away, which a full disk does not stop."""
        try:
            return await self.writer.change(verb, *args, **kwargs)
        except errors.StorageFull:
            self.disk.release()
            return await self.writer.change(verb, *args, **kwargs)

    def need_room(self) -> None:
        """Raises StorageFull while the disk has only its reserve left."""
        if self.disk.is_tight():
            raise errors.StorageFull


def of(connection: HTTPConnection) -> Place:
    """The place that serves this request or socket."""
    place: Place = connection.app.state.place
    return place
