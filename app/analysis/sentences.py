"""What a text means, by a sentence model that lies on disk: a row of numbers, each from its own text alone.

The model that set-up puts beside the program reads English (all-MiniLM-L6-v2, Reimers & Gurevych 2019, as int8), so
Danish goes to it word by word through `gloss`. An operator's own model is a folder with `model.onnx` and `vocab.txt`
for BERT's lower-case pieces; it is given the text as written. Without a model there is nothing to say, and words do.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis import gloss
from app.analysis.wordpiece import WordPiece

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "model"
_PIECES = 128  # of a text that are read; 600 letters are fewer
_FILES = ("minilm.int8.onnx", "model.onnx")


class NoModel(Exception):
    """There is no sentence model here, or it cannot be run; the message says which."""


class SentenceModel:
    """One model. `name` changes whenever the rows would; `english`: texts are glossed first."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Raises NoModel."""
        found = [folder / name for name in _FILES if (folder / name).exists()]
        if not found or not (folder / "vocab.txt").exists():
            raise NoModel(f"no sentence model in {folder}")
        self._file = found[0]
        self.english = self._file.name == _FILES[0]
        self._pieces = WordPiece(folder / "vocab.txt")
        digest = hashlib.blake2b(self._file.read_bytes(), digest_size=4).hexdigest()
        self.name = f"{self._file.stem}-{digest}" + ("-glossed-2" if self.english else "")
        self._session  # noqa: B018 - a model that cannot be run is told of now

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise NoModel("onnxruntime is not installed") from error
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1  # voting has the other cores
        try:
            return onnxruntime.InferenceSession(os.fspath(self._file), settings, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library's own kinds of error differ from release to release
            raise NoModel(f"{self._file} cannot be run") from error

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of length 1 (zeros for a text without a word), 2 ms a text.

        One at a time: an int8 model scales by what it reads together, and a row must not depend on other texts.
        """
        rows = [self._row(gloss.glossed(text) if self.english else text) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), self.width)

    @cached_property
    def width(self) -> int:
        """Numbers in a row."""
        return int(self._session.get_outputs()[0].shape[-1])

    def _row(self, text: str) -> NDArray[np.float32]:
        if not any(letter.isalnum() for letter in text):
            return np.zeros(self.width, np.float32)
        ids = np.array([self._pieces.numbers(text, _PIECES)], np.int64)
        names = [one.name for one in self._session.get_inputs()]
        return np.asarray(self._session.run(None, dict(zip(names, (ids, np.ones_like(ids)), strict=True)))[0][0])
