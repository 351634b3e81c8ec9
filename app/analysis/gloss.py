"""Danish words in English, one by one, so that an English sentence model can tell what a Danish card is about.

By our own list in `app/data`: the word as written, else its stem, else the one listed word that differs by a letter,
else its parts if it is a compound. What is in none of these stays as it is. It is no translation to be read.
"""

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.analysis import text

_LIST = Path(__file__).resolve().parent.parent / "data" / "gloss_da_en.tsv"
_LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
_PART = 3  # letters of the shortest part of a compound
_LINKS = ("", "s", "e", "er", "n")  # between two parts: arbejds-plads, barne-vogn, børne-have
_TELLING = 3  # words of a sentence from which its own language counts
_MISSPELT = 6  # letters from which a word may be one letter off; shorter ones are too often another word


def glossed(written: str) -> str:
    """The text with each word in English, in lower case; an English sentence comes back as it is.

    A sentence of a few words is too short to judge, and is taken for the language of the whole.
    """
    written = text.strip_phrases(written)
    whole = text.guess(text.words(written))
    return " ".join(_sentence(one, whole) for one in text.sentences(written))


def _sentence(written: str, whole: text.Language) -> str:
    found = text.words(written)
    language = text.guess(found) if len(found) >= _TELLING else whole
    return written if language == "en" else " ".join(of(word) or word for word in found)


def coverage(words: Iterable[str]) -> float:
    """Share of these running Danish words that have a gloss."""
    found = [of(word) is not None for word in words]
    return sum(found) / len(found) if found else 0.0


@functools.lru_cache(maxsize=16384)
def of(word: str) -> str | None:
    """The gloss of a lower-case Danish word, or None."""
    return _known(word) or _corrected(word) or _compound(word)


@functools.cache
def _listed() -> dict[str, str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return {word: gloss for word, _, gloss in (line.partition("\t") for line in lines)}


@functools.cache
def _by_stem() -> dict[str, str]:
    """Stem to gloss; of several words with one stem the shortest speaks, which is the lemma nearly always."""
    found: dict[str, str] = {}
    for word in sorted(_listed(), key=lambda word: (len(word), word)):
        found.setdefault(text.stem(word, "da"), _listed()[word])
    return found


def _known(word: str) -> str | None:
    return _listed().get(word) or _by_stem().get(text.stem(word, "da"))


def _compound(word: str, depth: int = 2) -> str | None:
    """The glosses of two known parts, or of three, the longest last part first."""
    if depth == 0:
        return None
    for at in range(_PART, len(word) - _PART + 1):
        last = _known(word[at:])
        if last is None:
            continue
        for first in _unlinked(word[:at]):
            gloss = _known(first) or _compound(first, depth - 1)
            if gloss is not None:
                return f"{gloss} {last}"
    return None


def _unlinked(first: str) -> Iterator[str]:
    for link in _LINKS:
        if first.endswith(link) and len(first) - len(link) >= _PART:
            yield first.removesuffix(link)


def _corrected(word: str) -> str | None:
    """The gloss of the only listed word that differs by one letter more, less, changed or swapped."""
    if len(word) < _MISSPELT or text.frequency(word, "da") > text.RAREST:
        return None
    found = {each for each in _one_off(word) if each in _listed()}
    return _listed()[found.pop()] if len(found) == 1 else None


def _one_off(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def warm() -> None:
    """Load the list now rather than with the first card (20 ms)."""
    _by_stem()
