"""Pieces as BERT's own lower-case tokenizer cuts them; the numbers were made with it."""

import pytest

from app.analysis.sentences import SHIPPED
from app.analysis.wordpiece import WordPiece

KNOWN = [
    (
        "The municipality's volunteers aren't here!",
        [101, 1996, 3250, 1005, 1055, 7314, 4995, 1005, 1056, 2182, 999, 102],
    ),
    ("12,5% of \u20ac300", [101, 2260, 1010, 1019, 1003, 1997, 1574, 14142, 2692, 102]),
    (
        "Bl\xe5b\xe6rgr\xf8d, na\xefve caf\xe9",
        [101, 1038, 20470, 29667, 10623, 2099, 16415, 2094, 1010, 15743, 7668, 102],
    ),
    ("\u6f22\u5b57 text", [101, 1904, 100, 3793, 102]),
    ("smile \U0001f600 here\u200b zero", [101, 2868, 100, 2182, 5717, 102]),
    ("unbelievability", [101, 4895, 8671, 2666, 3567, 8553, 102]),
    ("", [101, 102]),
    ("a\tb\nc", [101, 1037, 1038, 1039, 102]),
    ("$5 + 3 = 8 <b>|~`^", [101, 1002, 1019, 1009, 1017, 1027, 1022, 1026, 1038, 1028, 1064, 1066, 1036, 1034, 102]),
    ("don't\u2014stop\u2026", [101, 2123, 1005, 1056, 1517, 2644, 1529, 102]),
]


@pytest.fixture(scope="module")
def pieces() -> WordPiece:
    return WordPiece(SHIPPED / "vocab.txt")


@pytest.mark.parametrize(("text", "numbers"), KNOWN)
def test_pieces_are_those_of_the_model(pieces, text, numbers):
    assert pieces.numbers(text, 128) == numbers


def test_a_long_text_is_cut_and_a_long_word_is_unknown(pieces):
    assert len(pieces.numbers("word " * 500, 128)) == 128
    assert pieces.numbers("a" * 101, 128) == [101, 100, 102]
