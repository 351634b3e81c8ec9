"""Room on the disk: texts are refused while some is left, so that votes, withdrawal and deletion still find it.

A ballast file lies in the data folder for the case that the disk is full all the same: deleting needs room too.
"""

import os
import shutil
import time
from pathlib import Path

LOOK_EVERY = 1.0  # seconds
PART_OF_BALLAST = 10  # of the reserve

# What SQLite says when the disk takes no more: SQLITE_FULL; IOERR of write, fsync, truncate, shmsize and shmmap.
_SQLITE_FULL = {13, 778, 1034, 1546, 4874, 5386}
_PG_FULL = "53100"


def is_full(error: BaseException | None) -> bool:
    """Whether the database failed because its disk takes no more.

    SQLite then rolls everything back by itself, and what fails while cleaning up covers the error that says so.
    """
    while error is not None:
        cause = getattr(error, "orig", error)
        if getattr(cause, "sqlite_errorcode", None) in _SQLITE_FULL or getattr(cause, "sqlstate", None) == _PG_FULL:
            return True
        error = error.__context__
    return False


class Disk:
    """The disk that holds this folder. With a reserve of 0 it is never tight."""

    def __init__(self, folder: Path, reserve: int) -> None:
        """`reserve` in bytes."""
        self.folder = folder
        self._reserve = reserve
        self._ballast = folder / "ballast"
        self._looked_at = float("-inf")
        self._tight = False

    def free(self) -> int:
        """Bytes that can still be written."""
        return shutil.disk_usage(self.folder).free

    def is_tight(self) -> bool:
        """Whether only the reserve is left, as of a second ago."""
        clock = time.monotonic()
        if self._reserve and clock - self._looked_at > LOOK_EVERY:
            self._looked_at = clock
            self._tight = self.free() < self._reserve
        return self._tight

    def release(self) -> None:
        """Give the ballast away, for what makes room."""
        self._ballast.unlink(missing_ok=True)

    def refill(self) -> None:
        """Lay the ballast down again where there is plenty of room."""
        size = self._reserve // PART_OF_BALLAST
        if not size or self._ballast.exists() or self.free() < self._reserve + size:
            return
        fresh = self._ballast.with_suffix(".new")
        with fresh.open("wb") as file:
            for _ in range(0, size, 1 << 20):  # of chance, so that no file system stores it for nothing
                file.write(os.urandom(min(size, 1 << 20)))
        fresh.replace(self._ballast)
