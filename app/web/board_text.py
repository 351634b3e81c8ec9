"""How much room words take on the wall, estimated before any browser has drawn them.

The unit is the letter: the average width of a letter in running Danish text. It promises an estimate on the safe side;
the wall itself measures again and cuts what still does not fit.
"""

import re
import unicodedata
from functools import lru_cache
from math import ceil

_SLIM = frozenset("iljtfrI.,:;'!|()[]-»«’‘")
_BROAD = frozenset("mwMWOQGDHNUÆØ@%&—…")
Measured = list[list[float]]
MORE = "\u00a0…"  # never alone on a line
_WORD = re.compile(r"[^ \t\n]+")


def width(text: str) -> float:
    """The width of a text on one line, in letters."""
    return sum(map(_letter, text))


@lru_cache(maxsize=4096)  # single letters: no text is kept
def _letter(letter: str) -> float:
    if letter in _SLIM:
        return 0.6
    if letter in _BROAD:
        return 1.55
    if unicodedata.combining(letter) or letter in "\u200c\u200d\ufe0f":
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF" or unicodedata.category(letter) in ("So", "Sk"):
        return 2.3
    return 1.25 if letter.isupper() else 1.0


def lines(text: str, room: float) -> int:
    """How many lines of `room` letters a text needs; a word that is longer than a line is broken anywhere."""
    return lines_of(measured(text), room)


def measured(text: str) -> Measured:
    """A text to be set on lines of different lengths: the widths of its words, paragraph by paragraph."""
    return [[width(word) for word in _WORD.findall(paragraph)] for paragraph in text.split("\n")]


def lines_of(text: Measured, room: float) -> int:
    """The same as `lines`, of a text that is measured."""
    needed = 0
    for paragraph in text:
        left = 0.0
        needed += 1
        for long in paragraph:
            if left and left + 1 + long > room:
                needed += 1
                left = 0.0
            elif left:
                left += 1
            left += long
            if left > room:
                broken = ceil(left / room) - 1
                needed += broken
                left -= broken * room
    return needed


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one blank, as a quotation shows it."""
    return re.sub(r"\s+", " ", text).strip()


def has_longer_word(text: str, room: float) -> bool:
    """Whether a word would have to be broken to stand on a line of `room` letters."""
    return any(width(word) > room for word in _WORD.findall(text))


def cut(text: str, room: float, most: int) -> str:
    """As many whole words as fit `most` lines, and an ellipsis; the first word is broken if it fills them alone."""
    if lines(text, room) <= most:
        return text
    words = _WORD.findall(text)
    for count in range(len(words) - 1, 0, -1):
        shorter = " ".join(words[:count]).rstrip(" ,.;:-–") + MORE
        if lines(shorter, room) <= most:
            return shorter
    kept = words[0] if words else ""
    while len(kept) > 1 and lines(kept + "…", room) > most:
        kept = kept[:-1]
    return kept + "…"
