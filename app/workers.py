"""Several processes on one port, each with its own writer, hub and relay. One that dies is started again.

The parent holds the sockets, so whoever knocks meanwhile waits for the new one and is not turned away.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import uvicorn

log = logging.getLogger("tovholder")

GOODBYE_WITHIN = 4.5  # seconds the workers have to stop
LOOK_EVERY = 0.1
SHORT_LIFE = 5.0  # seconds; a worker that lives no longer, so many times in a row, will never live
SHORT_LIVES = 5


class Worker:
    """One process that serves one socket."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._short_lives = 0
        self._start()

    def _start(self) -> None:
        self._begun = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "app", "work", "--fd", str(self._listening.fileno())],
            pass_fds=[self._listening.fileno()],
            stdin=subprocess.PIPE,  # ends when the parent ends, however that ends
        )

    def look_after(self) -> None:
        """Start it again if it died; not more than once a second. Raises RuntimeError if it can never start."""
        code = self.process.poll()
        lived = time.monotonic() - self._begun
        if code is None or lived < 1:
            return
        self._short_lives = self._short_lives + 1 if lived < SHORT_LIFE else 0
        if self._short_lives == SHORT_LIVES:
            raise RuntimeError("a worker cannot start")
        log.warning("worker %d died (%d) and is started again", self.process.pid, code)
        self._close()
        self._start()

    def stop(self, until: float) -> None:
        """Wait for its end until then, and kill it if it takes longer."""
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()


def run(sockets: list[socket.socket], number: int, stopping: threading.Event) -> int:
    """So many workers, until SIGTERM, SIGINT or a worker that cannot start. Returns an exit code.

    Each has its own socket, or where there is one for all, they take turns at that.
    """
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda _number, _frame: stopping.set())
    workers = [Worker(sockets[each % len(sockets)]) for each in range(number)]
    code = 0
    try:
        while not stopping.wait(LOOK_EVERY):
            for worker in workers:
                worker.look_after()
    except RuntimeError as wrong:
        log.error("%s", wrong)
        code = 1
    finally:
        stopping.set()
        for worker in workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + GOODBYE_WITHIN
        for worker in workers:
            worker.stop(until)
    return code


def work(server: uvicorn.Server, fd: int) -> int:
    """What a worker does: serve the inherited socket until told to stop, or until its parent is gone."""
    threading.Thread(target=_until_orphaned, daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run(sockets=[socket.socket(fileno=fd)])
    except KeyboardInterrupt:
        return 0
    return 0


def _until_orphaned() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
