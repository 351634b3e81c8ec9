"""The door every text passes: cleaned once, measured once, CPR-like numbers masked. After it, it is kept as typed."""

import re
import unicodedata
from calendar import monthrange

from app import errors
from app.settings import TEXT_MAX

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"  # controls, except tab and line ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_PLANE_ENDS = "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
_NONCHARACTER = re.compile(f"[\ufdd0-\ufdef{_PLANE_ENDS}]")
_JOINER = "\u200c\u200d"
_JOINERS = re.compile(  # between two letters or two emoji they join; anywhere else they only hide something
    r"[\u200c\u200d]{2,}|(?:^|(?<=[\s\d]))[\u200c\u200d]|[\u200c\u200d](?=[\s\d]|$)"
)
_LINE_END = re.compile("\r\n?|[\u2028\u2029\u0085]")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_CPR = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})([-\u2010-\u2015\u2212 \u00a0]?)(\d{4})(?!\d)")
MASK = "xxxxxx-xxxx"
_FIXED = {
    "first": re.compile(r"^(?:på den ene side|on (?:the )?one hand)\b[\s,.:…-]*", re.IGNORECASE),
    "second": re.compile(r"^(?:(?:men|but) )?(?:på den anden side|on the other hand)\b[\s,.:…-]*", re.IGNORECASE),
}


def clean(text: str) -> str:
    """The text without what cannot be seen or would disturb its neighbours; letters, emoji and line breaks stay.

    Composed to NFC, controls, direction overrides, tags and lone surrogates removed, at most three marks on a letter.
    """
    text = _LINE_END.sub("\n", text).replace("\u2800", " ")  # a Braille pattern without dots
    text = _NONCHARACTER.sub("", _INVISIBLE.sub("", text))
    text = _JOINERS.sub("", _limit_marks(unicodedata.normalize("NFC", text)))
    text = unicodedata.normalize("NFC", text)  # what stood on both sides of a joiner may belong together
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        return ""
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _limit_marks(text: str, most: int = 3) -> str:
    kept: list[str] = []
    marks = 0
    for letter in text:
        if letter not in _JOINER:  # marks after a joiner still stand on the letter before it
            marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= most:
            kept.append(letter)
    return "".join(kept)


def line(text: str, limit: int) -> str:
    """A cleaned one-line text, as for titles and headings. Raises TooLong."""
    return _measured(" ".join(clean(text).split()), limit)


def paragraph(text: str, limit: int = TEXT_MAX) -> str:
    """A cleaned text that may have line breaks. Raises TooLong."""
    return _measured(clean(text), limit)


def _measured(text: str, limit: int) -> str:
    if len(text) > limit:
        raise errors.TooLong(over=len(text) - limit, limit=limit)
    return text


def _possible_date(day: int, month: int, year: int) -> bool:
    # The century is not told apart by two digits, so a leap day counts when either century has one.
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000 if year % 4 == 0 else 2001, month)[1]


def mask_cpr(text: str) -> tuple[str, bool]:
    """Mask what looks like a Danish civil registration number; returns the text and whether anything was masked.

    Six digits that are a possible date, an optional hyphen or blank, four digits. The check digit was given up in
    2007, so it says nothing.
    """
    masked = False

    def hide(found: re.Match[str]) -> str:
        nonlocal masked
        if not _possible_date(int(found[1]), int(found[2]), int(found[3])):
            return found[0]
        masked = True
        return MASK

    return _CPR.sub(hide, text), masked


def without_fixed_phrase(text: str, field: str) -> str:
    """A pole of a dilemma without the phrase that the form already shows as its label. `field` is first or second."""
    return _FIXED[field].sub("", text, count=1) or text
