"""Whether one card says nothing that another does not: "Tid!" beside "manglende tid og hænder"."""

import functools

from app.analysis import text

_PART = 5  # letters of a word from which it can be told inside a longer one
_COVERED = 0.6  # of a compound's letters that words of the other card make up


def says_no_more(one: str, other: str) -> bool:
    """Whether every telling word of the shorter card is in the other, itself or, of a compound, in its parts.

    False where the shorter one has no telling word.
    """
    short, long = sorted((_telling(one), _telling(other)), key=len)
    stems = {stem for _, stem in long}
    return bool(short) and all(stem in stems or _made_of(word, stems) for word, stem in short)


def _made_of(word: str, stems: set[str]) -> bool:
    return sum(len(stem) for stem in stems if len(stem) >= _PART and stem in word) >= _COVERED * len(word)


@functools.lru_cache(maxsize=4096)
def _telling(written: str) -> frozenset[tuple[str, str]]:
    """The words of a card that are no stop words, each with its stem."""
    found = text.words(written)
    language = text.guess(found)
    stop = text.stop_words("da") | text.stop_words("en")
    return frozenset((word, text.stem(word, language)) for word in found if word not in stop)
