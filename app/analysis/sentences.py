"""What a text means, by a sentence model that lies on disk: a row of numbers, each from its own text alone.

The model that set-up puts beside the program reads English (all-MiniLM-L6-v2, Reimers & Gurevych 2019, as int8), so
Danish goes to it word by word through `gloss`. An operator's own model is a folder of one of the forms in `readers`; it
is given the text as written. Without a model there is nothing to say, and words do.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.analysis import gloss, readers
from app.analysis.readers import NoModel

__all__ = ["SHIPPED", "NoModel", "SentenceModel"]

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "model"
_ENGLISH = "minilm.int8.onnx"


class SentenceModel:
    """One model. `name` changes whenever the rows would; `english`: texts are glossed first."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Raises NoModel."""
        self._reader, file = readers.of(folder, (_ENGLISH, "model.onnx"))
        self.english = file.name == _ENGLISH
        digest = hashlib.blake2b(file.read_bytes(), digest_size=4).hexdigest()
        self.name = f"{file.stem}-{digest}" + ("-glossed-2" if self.english else "")

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return self._reader.width

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of length 1 (zeros for a text without a word), 2 ms a text.

        One at a time: an int8 model scales by what it reads together, and a row must not depend on other texts.
        """
        rows = [self._row(gloss.glossed(text) if self.english else text) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), self.width)

    def _row(self, text: str) -> NDArray[np.float32]:
        if not any(letter.isalnum() for letter in text):
            return np.zeros(self.width, np.float32)
        row = np.asarray(self._reader.read(text), np.float32)
        length = float(np.linalg.norm(row))
        return row / length if length > 0 else np.zeros(self.width, np.float32)
