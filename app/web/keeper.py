"""What runs beside the requests: grouping cards as they arrive, and deleting dialogues on their day."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlmodel import Session

from app import errors, store
from app.domain import deleted, grouping, proposals, retention
from app.domain.grouping import Standing
from app.settings import THEMES_FROM
from app.web.apart import Apart
from app.web.place import Place

log = logging.getLogger(__name__)

GATHER = 0.3  # seconds of arriving cards that are grouped together
READ_TOGETHER = 100  # rows of the model written in one change
BALLAST_EVERY = 5.0
A_DAY = 24 * 3600.0


class ThemeKeeper:
    """Keeps the themes of every live dialogue up to date; what is heavy in it runs in a process of its own."""

    def __init__(self, here: Place) -> None:
        self._here = here
        self._due: set[int] = set()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="themes")
        self._apart = Apart(here.settings.model)
        self._wake = asyncio.Event()

    def told(self, dialogue_id: int) -> None:
        """A card of this dialogue came, changed or went, or somebody said where cards belong."""
        self._due.add(dialogue_id)
        self._wake.set()

    async def run(self) -> None:
        """Group what is due until cancelled. A fault in one dialogue is logged and stops no other."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(GATHER)
                self._wake.clear()
                due, self._due = self._due, set()
                for dialogue_id in due:
                    try:
                        if not await loop.run_in_executor(self._thread, self._group, dialogue_id):
                            self.told(dialogue_id)
                    except Exception:
                        log.exception("dialogue %d could not be grouped", dialogue_id)
        finally:
            self._apart.stop()
            self._thread.shutdown(wait=False)

    def _group(self, dialogue_id: int) -> bool:
        """Whether it was this process's turn: what two work out from the same picture would be founded twice."""
        with store.turn(self._here.readers, "themes", dialogue_id) as mine:
            if mine:
                self._arrange(dialogue_id)
                self._propose(dialogue_id)
        return mine

    def _arrange(self, dialogue_id: int) -> None:
        standing = self._here.read_now(grouping.standing, dialogue_id)
        if not _enough(standing):
            return
        arrangement = self._apart.arrangement(standing)
        if arrangement is None:
            return
        read = list(arrangement.read.items())
        for begin in range(0, len(read), READ_TOGETHER):
            part = dict(read[begin : begin + READ_TOGETHER])
            self._here.writer.change_now(grouping.remember, dialogue_id, part)
        self._here.writer.change_now(grouping.arrange, dialogue_id, arrangement)

    def _propose(self, dialogue_id: int) -> None:
        """Where a person has edited, a new grouping is worked out to be looked at."""
        with Session(self._here.readers) as session:
            basis = proposals.due(session, dialogue_id)
            standing = grouping.standing(session, dialogue_id) if basis else None
        if standing is not None and _enough(standing):
            found = self._apart.regrouping(standing)
            self._here.writer.change_now(proposals.offer, dialogue_id, basis, found)


def _enough(standing: Standing) -> bool:
    return standing.sorting or len(standing.cards) >= THEMES_FROM


class DeletionKeeper:
    """Deletes what is due: at the start and once a day."""

    def __init__(self, here: Place) -> None:
        self._here = here

    async def run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(sweep, self._here)
            except Exception:
                log.exception("the daily deletion failed and is tried again in an hour")
                await asyncio.sleep(3600)
                continue
            await asyncio.sleep(A_DAY)


def sweep(here: Place) -> list[int]:
    """Delete every dialogue whose day has come, and leave no byte of it. Returns their ids.

    When another process is at it, this one leaves it to that.
    """
    with store.turn(here.readers, "deletion") as mine:
        return _swept(here) if mine else []


def _swept(here: Place) -> list[int]:
    missing = here.read_now(deleted.missing, deleted.read(here.disk.folder))
    if missing:  # a backup was put back that is older than these
        here.writer.change_now(deleted.take_over, missing)
    gone = here.read_now(retention.due, datetime.now(UTC).date())
    for dialogue_id in gone:
        _delete(here, dialogue_id)
        log.info("dialogue %d was deleted on its day", dialogue_id)
    remember(here)
    if here.read_now(retention.unscrubbed):
        here.writer.alone(retention.scrub)
    return gone


def remember(here: Place) -> None:
    """Write deletions down outside the database as well, for the day a backup is put back."""
    try:
        deleted.keep(here.disk.folder, here.read_now(deleted.all_of))
    except OSError as wrong:
        log.error("the journal of deletions could not be written: %s", wrong.strerror)


def _delete(here: Place, dialogue_id: int) -> None:
    try:
        here.writer.change_now(retention.delete, dialogue_id)
    except errors.StorageFull:
        here.disk.release()
        here.writer.change_now(retention.delete, dialogue_id)


class BallastKeeper:
    """Lays the ballast down again when there is room."""

    def __init__(self, here: Place) -> None:
        self._here = here

    async def run(self) -> None:
        while True:
            await asyncio.sleep(BALLAST_EVERY)
            try:
                await asyncio.to_thread(self._here.disk.refill)
            except OSError as wrong:
                log.warning("the ballast could not be laid down: %s", wrong.strerror)


def start(here: Place) -> list[asyncio.Task[None]]:
    """Start them in the running event loop; the caller cancels them."""
    themes = ThemeKeeper(here)
    here.hub.listen("themes", themes.told)
    return [asyncio.create_task(one.run()) for one in (themes, DeletionKeeper(here), BallastKeeper(here))]
