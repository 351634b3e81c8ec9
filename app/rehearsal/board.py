"""Watches the board as the room does: one socket, and the time at which each picture arrived."""

import re
from time import monotonic

from app.rehearsal.report import Ledger
from app.rehearsal.wire import Line

_NEWEST = re.compile(r'data-newest="(\d+)"')


class Board:
    """The wall. A picture counts every card up to the number in its `data-newest`."""

    def __init__(self, line: Line, ledger: Ledger, path: str) -> None:
        self._line = line
        self._ledger = ledger
        self._path = path.rstrip("/")

    async def open(self, secret: str) -> None:
        """Trade the secret of the board's own link for a cookie. Raises Refused."""
        await self._line.post(f"{self._path}/open", {"secret": secret})

    async def watch(self) -> None:
        """Note every picture until cancelled."""
        await self._line.follow(f"{self._path}/live", self._hear, again=lambda: None)

    def _hear(self, frame: str) -> None:
        at = monotonic()
        for newest in _NEWEST.findall(frame):
            self._ledger.framed(int(newest), at)
