"""Texts as the numbers that BERT's lower-case vocabulary has for their pieces (WordPiece; Wu et al. 2016).

Accents fall away, every sign stands alone, a word is cut into the longest pieces that the vocabulary has.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

_LONGEST = 100  # letters of a word; longer ones are unknown, as in the model's training


class WordPiece:
    """The vocabulary of a model: one piece a line, the line's number from 0 is the piece's."""

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text(encoding="utf-8").splitlines()
        self._number = {piece: number for number, piece in enumerate(pieces)}
        self._begin, self._end, self._unknown = (self._number[name] for name in ("[CLS]", "[SEP]", "[UNK]"))

    def numbers(self, written: str, most: int) -> list[int]:
        """Begin, the pieces, end: at most `most` numbers."""
        pieces = [number for word in _words(written) for number in self._pieces(word)]
        return [self._begin, *pieces[: most - 2], self._end]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST:
            return [self._unknown]
        found: list[int] = []
        at = 0
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._number.get(word[at:end] if at == 0 else f"##{word[at:end]}")
                if number is not None:
                    break
            else:
                return [self._unknown]
            found.append(number)
            at = end
        return found


def _words(written: str) -> Iterator[str]:
    """Runs of letters and digits, and each sign by itself, in lower case without accents."""
    plain = unicodedata.normalize("NFD", written.lower())
    word = ""
    for letter in plain:
        kind = unicodedata.category(letter)
        if kind == "Mn" or (kind in ("Cc", "Cf", "Co", "Cs") and not letter.isspace()):
            continue
        alone = kind[0] == "P" or letter in "$+<=>^`|~" or _is_ideograph(letter)
        if alone or letter.isspace():
            if word:
                yield word
            word = ""
            if alone:
                yield letter
        else:
            word += letter
    if word:
        yield word


def _is_ideograph(letter: str) -> bool:
    """Chinese writing has no blanks, so each of its signs is a word."""
    return "\u4e00" <= letter <= "\u9fff" or "\u3400" <= letter <= "\u4dbf" or "\uf900" <= letter <= "\ufaff"
