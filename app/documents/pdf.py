"""The summary on paper: a tagged PDF (PDF/UA-1 and PDF/A-2a), set by typst without network or files of its own.

What people wrote goes in as data and is never read as markup. Text is set in the fonts that typst carries; other
fonts on the machine only lend signs that those lack. A sign no font has is shown as □ and the paper says so.
"""

import json
import re
from dataclasses import asdict
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category

import typst

from app import language
from app.documents import blocks, sentences
from app.documents.stands import AnswerView
from app.documents.summary import SummaryView
from app.language import gettext

_FOLDER = Path(__file__).parent.parent / "templates" / "summary"
_TEXT = "Libertinus Serif"
_EMOJI = ("Noto Color Emoji", "Noto Emoji", "Apple Color Emoji", "Segoe UI Emoji")
_LACKING = re.compile(r'(?:the text|contains the codepoint) `"(.*?)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_UNSEEN = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # joiners, variants
_STAND_IN = "□"
_MARKS = 40  # side by side in a row


def render(view: SummaryView, template: str = "summary") -> bytes:
    """The summary as a PDF file, or with the template "board" the one page for a board.

    Raises typst.TypstError only for a fault in the template.
    """
    with language.speaking(view.language):
        content = (
            _said(asdict(view))
            | _piles(view)
            | _profiles(view)
            | _scales(view)
            | {"apart": blocks.apart(view)}
            | {"words": _words(view)}
        )
    while True:
        try:
            return _compiled(content, view.made_at, template)
        except BaseException as fault:  # a panic inside typst is not an Exception
            unfit = _unfit(fault, content)
            if not unfit:
                raise
            content = _without(content, unfit) | {"lacking": True}


def _unfit(fault: BaseException, content: dict[str, Any]) -> dict[str, str]:
    """Signs that cannot be set, and what to set instead; none when the fault is another.

    Typst names every sign of a cluster that no font has, also the letter under a mark it cannot place, so marks go
    before letters. On some meaningless piles of marks it panics without a word: then all marks go.
    """
    if isinstance(fault, typst.TypstError):
        named = "".join(_ESCAPED.sub(_sign, sign) for sign in _LACKING.findall(fault.diagnostic))
        signs = {sign for sign in named if not sign.isascii() and sign != _STAND_IN}
    elif type(fault).__name__ == "PanicException":
        signs = set(json.dumps(content, ensure_ascii=False))
    else:
        return {}
    marks = {sign for sign in signs if category(sign).startswith("M") or _UNSEEN.match(sign)}
    if isinstance(fault, typst.TypstError):
        marks = marks or signs
    return {sign: "" if _UNSEEN.match(sign) else _STAND_IN for sign in marks}


def _compiled(content: dict[str, Any], made_at: datetime, template: str) -> bytes:
    fonts = _fonts()
    families = [_TEXT, *(family for family in _EMOJI if family in fonts.families())]
    return typst.compile(
        _FOLDER / f"{template}.typ",
        root=_FOLDER,
        font_paths=fonts,
        sys_inputs={"summary": json.dumps(content, ensure_ascii=False), "families": json.dumps(families)},
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(made_at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True)


def _said(value: Any) -> Any:
    """The view as JSON can hold it: days and hours as people say them."""
    if isinstance(value, dict):
        return {key: _said(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_said(each) for each in value]
    if isinstance(value, datetime):
        return language.moment(value)
    if isinstance(value, date):
        return language.day(value)
    return language.clock(value) if isinstance(value, time) else value


def _without(value: Any, lacking: dict[str, str]) -> Any:
    """The same content without the signs that no font has."""
    if isinstance(value, dict):
        return {key: _without(each, lacking) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, lacking) for each in value]
    if isinstance(value, str):
        return value.translate({ord(sign): instead for sign, instead in lacking.items()})
    return value


def _sign(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _piles(view: SummaryView) -> dict[str, Any]:
    """The cards twice: pile by pile, those not placed last, and by number."""
    piles = [(theme.label, theme.cards) for theme in view.themes]
    if view.unplaced:
        piles.append((gettext("Not placed yet"), view.unplaced))
    return {
        "sizes": [(label, len(cards)) for label, cards in piles],
        "piles": [
            {"label": label, "said": sentences.cards(len(cards)), "cards": [asdict(card) for card in cards]}
            for label, cards in piles
            if cards
        ],
        "register": [asdict(card) for card in view.cards],
    }


def _profiles(view: SummaryView) -> dict[str, Any]:
    """The profiles with their numbers as people say them; `length` is that of a bar from nought."""
    return {
        "profiles": [
            asdict(profile)
            | {
                "rows": [
                    asdict(row)
                    | {"mean": language.number(row.mean, 2), "length": max(0.0, row.mean), "roles": _roles(row)}
                    for row in profile.rows
                ]
            }
            for profile in view.profiles
        ]
    }


def _roles(row: AnswerView) -> str:
    """What each role answered, and how far apart they are; empty where only one can be told."""
    if len(row.lines) < 2:
        return ""
    told = ", ".join(f"{line.name} {language.number(line.mean, 1)}" for line in row.lines)
    return " ".join((told, "·", gettext("gap"), language.number(row.gap, 1)))


def _scales(view: SummaryView) -> dict[str, Any]:
    """How much one mark stands for, so that the longest row holds."""
    cards = max((len(pile) for pile in (*(theme.cards for theme in view.themes), view.unplaced)), default=0)
    people = max((group.count for group in view.groups), default=0)
    slips, persons = (max(1, -(-most // _MARKS)) for most in (cards, people))
    return {
        "slips": {"per": slips, "said": gettext("one mark is %(num)s cards") % {"num": slips} if slips > 1 else ""},
        "persons": {
            "per": persons,
            "said": gettext("one mark is %(num)s people") % {"num": persons} if persons > 1 else "",
        },
    }


def _words(view: SummaryView) -> dict[str, str]:
    """What the paper itself says."""
    return {
        "summary": gettext("Summary"),
        "page": gettext("Page"),
        "of": gettext("of"),
        "who": gettext("Who was here"),
        "role": gettext("Role"),
        "people": gettext("People"),
        "nobody": gettext("Nobody has joined yet."),
        "themes": gettext("What we wrote about"),
        "theme": gettext("Theme"),
        "number": gettext("No."),
        "card": gettext("Card"),
        "cards": gettext("Cards"),
        "no_cards": gettext("No cards yet."),
        "mandate": gettext("The mandate"),
        "agenda": gettext("The programme as it ran"),
        "planned": gettext("Planned"),
        "step": gettext("Step"),
        "ran": gettext("Took place"),
        "minutes": gettext("Minutes"),
        "not_run": gettext("did not run"),
        "votes": gettext("Votes"),
        "vote_open": gettext("The vote is still open. The result comes when it closes."),
        "dots": gettext("Dots"),
        "agree": gettext("Agree"),
        "disagree": gettext("Disagree"),
        "pass": gettext("Pass"),
        "saw": gettext("What we saw"),
        "points": gettext("Points"),
        "apart": gettext("Where we did not agree"),
        "rest": gettext("Every card and every figure stands in the summary."),
        "stand": gettext("Where we stand"),
        "profile_open": gettext("The result comes when it closes."),
        "statement": gettext("Statement"),
        "mean": gettext("mean"),
        "answers": gettext("answers"),
        "unknown": gettext("don't know"),
        "what": gettext("What"),
        "whom": gettext("Who"),
        "when": gettext("By when"),
        "became": gettext("What became of it?"),
        "to_do": gettext("Material that must be ready"),
        "absent": sentences.absent(view.absent) if view.absent else "",
        "meet_again": sentences.meet_again(view.follow_up_on) if view.follow_up_on else "",
        "agreements": gettext("What we agreed"),
        "questions": gettext("What we asked"),
        "not_shown": gettext("Not shown"),
        "reason": gettext("Reason"),
        "all": gettext("All cards"),
        "gaps": gettext("A number that is missing is a card that waits, is hidden or was taken back."),
        "verbatim": sentences.verbatim(),
        "deleted": sentences.deleted(view.delete_on),
        "lacking": gettext("□ stands for a sign this paper cannot show. The text is whole in the CSV file."),
    }
