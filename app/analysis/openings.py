"""Openings that many cards share: "Jeg drømmer om", "The most important thing is". They say how people were asked, not
what about, so they never count as likeness.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from app.analysis import text

Opening = tuple[str, ...]

_LEAST = 5  # cards that begin with the same words before those are an opening
_SHARE = 12  # of so many cards one must
_WORDS = range(3, 7)  # words of an opening
_TELLING = 1  # of its words may say something; more would be what the card is about


def shared(texts: Sequence[str]) -> frozenset[Opening]:
    """The openings of these texts: first words of a sentence's line that at least 5 texts, and a twelfth, begin with.

    They begin and end with a word that says little alone, with at most one in between that says more. Order and
    repeats of the texts count for nothing.
    """
    begun = Counter(opening for written in set(texts) for opening in set(_begins(written)))
    return frozenset(opening for opening, count in begun.items() if count >= max(_LEAST, len(set(texts)) / _SHARE))


def without(written: str, openings: Collection[Opening]) -> str:
    """The text without the longest of these openings at the head of each of its lines; never an empty text."""
    if not openings:
        return written
    left = "\n".join(_cut(line, openings) for line in written.split("\n"))
    return left if left.strip() else written


def _cut(line: str, openings: Collection[Opening]) -> str:
    found = list(text.WORD.finditer(line))
    for length in reversed(_WORDS):
        head = found[:length]
        if len(head) == length and tuple(word.group().lower() for word in head) in openings:
            return line[head[-1].end() :].lstrip(" ,.:;–-")
    return line


def _begins(written: str) -> Iterator[Opening]:
    stop = text.stop_words("da") | text.stop_words("en")
    for line in written.split("\n"):
        words = [word.group().lower() for word in text.WORD.finditer(line)][: _WORDS.stop]
        for length in _WORDS:
            head = tuple(words[:length])
            telling = sum(word not in stop for word in head)
            if len(words) > length and head[0] in stop and head[-1] in stop and telling <= _TELLING:
                yield head
