"""The arranger in a process of its own: what groups a large board shares no interpreter with what counts votes.

It is started with the first board that has cards enough, reads one standing after the other from its standard input,
and ends when that is closed, so it never outlives the server. One that dies is started again for the next board.
"""

import contextlib
import logging
import os
import pickle
import subprocess
import sys
from typing import BinaryIO, Literal

from app import logs
from app.domain.grouping import Arrangement, Standing
from app.domain.proposals import Regrouping
from app.settings import Settings

log = logging.getLogger(__name__)

NICER = 5  # of the scheduler: voting goes first


Question = Literal["arrangement", "regrouping"]  # what the arranger is asked


class Failed(Exception):
    """The process could not work a board out, or died over it; its log says why."""


class Apart:
    """One such process. For one thread."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._process: subprocess.Popen[bytes] | None = None

    def arrangement(self, standing: Standing) -> Arrangement | None:
        """How the cards should lie, or None when all is as it should be. Raises Failed."""
        answer = self._asked("arrangement", standing)
        if answer is not None and not isinstance(answer, Arrangement):
            raise Failed
        return answer

    def regrouping(self, standing: Standing) -> Regrouping:
        """What grouping the board anew would change; no moves where that is no clear gain. Raises Failed."""
        answer = self._asked("regrouping", standing)
        if not isinstance(answer, Regrouping):
            raise Failed
        return answer

    def _asked(self, question: Question, standing: Standing) -> object:
        process = self._started()
        try:
            pickle.dump((question, standing), process.stdin)  # type: ignore[arg-type]
            process.stdin.flush()  # type: ignore[union-attr]
            answer: object = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - our own process
        except (EOFError, OSError, pickle.UnpicklingError) as gone:
            self.stop()
            raise Failed from gone
        return answer

    def stop(self) -> None:
        """End the process, if there is one; it holds nothing that could be lost."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what it had not read
                pipe.close()  # type: ignore[union-attr]

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "app.web.apart", self._model],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # ^C is for the server, which then says goodbye here
            )
        return self._process


def main(model: str) -> None:
    """What the process does."""
    logs.configure(Settings().log)
    answers: BinaryIO = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints does not disturb the answers
    if hasattr(os, "nice"):
        os.nice(NICER)
    from app.analysis import embedding
    from app.web.arranging import Arranger

    arranger = Arranger(embedding.source(model))
    while True:
        try:
            question, standing = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own server
        except (EOFError, pickle.UnpicklingError):  # the server has ended, perhaps in the middle of a word
            return
        try:
            answer: object = getattr(arranger, question)(standing)
        except Exception:
            log.exception("a board could not be arranged")
            answer = "failed"
        try:
            pickle.dump(answer, answers)
            answers.flush()
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main(sys.argv[1])
