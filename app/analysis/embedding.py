"""Card texts as vectors whose dot product is likeness. A vector never depends on other texts, so a card is
encoded once; a text without words is a zero row and is like nothing.
"""

import functools
import logging
import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.analysis import gloss, text
from app.analysis.sentences import NoModel, SentenceModel
from app.analysis.text import Language
from app.analysis.vectors import Vectors

log = logging.getLogger(__name__)

_Block = dict[int, float]  # column -> value

_WIDTH = 1 << 18  # hashed columns, shared by stems and letter groups; 2,000 cards fill about a fifth
_GRAMS = (3, 4, 5)  # letters in a group: Danish compounds meet in their parts
_WORDS_A_TEXT = 10  # a word's rarity is that of a text having it, not of a word being it
_LONGEST = 40  # letters of a word that are looked at; the longest real compounds fit
_STOP_WEIGHT = 0.5  # full weight measures .03 ARI better on questions, but makes themes of "hvem" and "der"
_MEANING_SHARE: dict[Language, float] = {"da": 0.5, "en": 0.85}  # of the likeness, where there is a model
_STEM_SHARE = 0.5  # of the likeness; letter groups have the rest


Kept = Sequence[bytes | None]


class VectorSource(Protocol):
    """Anything that turns texts into comparable rows. `name` changes whenever the rows would."""

    name: str

    def encode(self, texts: Sequence[str], kept: Kept = ()) -> Vectors:
        """One L2-normalised row a text (zero where nothing can be said), each from its own text alone.

        `kept`: for each text what `packed` gave for it earlier under the same name, or None; it is not read again.
        """
        ...


class LexicalVectors:
    """Stems and letter groups, weighted by how rare the word is in everyday Danish or English.

    Letter groups reach across inflections, compounds and typing errors; function words have none.
    """

    def __init__(self, language: Language | None = None) -> None:
        self._language = language
        self.name = f"lexical-1-{language or 'guess'}"

    def encode(self, texts: Sequence[str], kept: Kept = ()) -> Vectors:
        """float32 rows in 2**18 hashed columns, 0.2 to 0.4 ms a text."""
        rows = [self._row(one) for one in texts]
        ends = np.cumsum([0] + [len(columns) for columns, _ in rows])
        columns = np.concatenate([columns for columns, _ in rows] or [np.empty(0, np.int32)])
        values = np.concatenate([values for _, values in rows] or [np.empty(0, np.float32)])
        words = sparse.csr_matrix((values, columns, ends), shape=(len(rows), _WIDTH), dtype=np.float32)
        return Vectors(words, np.empty((len(rows), 0), np.float32))

    def _row(self, one: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        found = text.words(one)
        language = self._language or text.guess(found)
        parts = [_features(word, language) for word in sorted(set(found))]
        stems = _added([part[0] for part in parts])
        groups = _added([part[1] for part in parts])
        row = _added([_scaled(stems, _STEM_SHARE), _scaled(groups, 1 - _STEM_SHARE)])
        norm = math.sqrt(sum(value * value for value in row.values())) or 1.0
        columns = sorted(row)
        return np.array(columns, np.int32), np.array([row[c] / norm for c in columns], np.float32)


class MeaningVectors:
    """Words and meaning together: half each for Danish, which comes to the model through glosses, more for English."""

    def __init__(self, model: SentenceModel, language: Language | None = None) -> None:
        self._model = model
        self._words = LexicalVectors(language)
        self._language = language
        self.name = f"{self._words.name} {model.name}"

    def encode(self, texts: Sequence[str], kept: Kept = ()) -> Vectors:
        """As LexicalVectors, with the model's row beside it; 2 ms a text that is not kept."""
        words = self._words.encode(texts).words
        share = np.array([_MEANING_SHARE[self._language or text.guess(text.words(one))] for one in texts], np.float32)
        known = kept or [None] * len(texts)
        read = iter(self._model.encode([one for one, row in zip(texts, known, strict=True) if row is None]))
        rows = [next(read) if row is None else np.frombuffer(row, np.float16) for row in known]
        meaning = np.array(rows, np.float16).astype(np.float32).reshape(len(texts), self._model.width)
        left = sparse.diags(np.sqrt(1 - share)) @ words
        return Vectors(left.astype(np.float32).tocsr(), meaning * np.sqrt(share)[:, None])


@functools.lru_cache(maxsize=4096)
def _features(word: str, language: Language) -> tuple[_Block, _Block]:
    """A word as its stem's column and its letter groups' columns, both weighted by the word's rarity."""
    rarity = -math.log(min(1.0, _WORDS_A_TEXT * text.frequency(word, language)))
    stem = _column(f"stem {text.stem(word, language)}")
    if word in text.stop_words(language):
        return {stem: _STOP_WEIGHT * rarity}, {}
    framed = f" {word[:_LONGEST]} "
    groups = [framed[i : i + size] for size in _GRAMS for i in range(len(framed) - size + 1)]
    weight = rarity / math.sqrt(len(groups))  # a long word weighs no more than a short one
    return {stem: rarity}, _added([{_column(f"group {group}"): weight} for group in groups])


def _column(feature: str) -> int:
    """The same column in every process; Python's own hash is salted."""
    return zlib.crc32(feature.encode()) % _WIDTH


def _added(blocks: Sequence[_Block]) -> _Block:
    total: _Block = {}
    for block in blocks:
        for column, value in block.items():
            total[column] = total.get(column, 0.0) + value
    return total


def _scaled(block: _Block, share: float) -> _Block:
    """The block with squared norm `share`."""
    norm = math.sqrt(sum(value * value for value in block.values())) or 1.0
    return {column: value * math.sqrt(share) / norm for column, value in block.items()}


def source(folder: str = "", language: Language | None = None) -> VectorSource:
    """The best there is here, loaded (.3 s): words with meaning, or words alone where no sentence model can be run.

    `folder`: an operator's own model instead of the one that set-up made.
    """
    text.warm()
    try:
        model = SentenceModel(Path(folder)) if folder else SentenceModel()
    except NoModel as missing:
        log.warning("themes rest on words alone: %s", missing)
        return LexicalVectors(language)
    if model.english:
        gloss.warm()
    return MeaningVectors(model, language)
