"""Every sentence in both languages, with the same blanks to fill; and the right language for each reader."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app import language
from tests.conftest import ROOT

METHODS = [("app/**.py", "python"), ("app/templates/**.html", "jinja2")]
OPTIONS = {"app/templates/**.html": {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def sentences() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(str(ROOT), METHODS, OPTIONS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def danish():
    with (ROOT / "app/locale/da/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="da")


def test_sentences_are_found_in_code_and_templates(sentences):
    assert {"Join", "Send the card", "No dots left. Take one back first."} - sentences == set()


def test_every_sentence_has_its_danish(sentences, danish):
    missing = []
    for sentence in sentences:
        message = danish.get(sentence[0] if isinstance(sentence, tuple) else sentence)
        words = message.string if message is not None else ""
        if not (all(words) if isinstance(words, tuple) else words):
            missing.append(sentence)
    assert missing == []


def test_danish_sentences_have_the_same_blanks(danish):
    wrong = []
    for message in danish:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        blanks = {blank for each in ids for blank in BLANK.findall(each)}
        if any(set(BLANK.findall(string)) - blanks for string in strings) or blanks - set(BLANK.findall(strings[-1])):
            wrong.append(message.id)
    assert wrong == []


def test_no_sentence_in_the_catalogue_is_left_over(sentences, danish):
    used = {sentence[0] if isinstance(sentence, tuple) else sentence for sentence in sentences}
    kept = {message.id[0] if isinstance(message.id, tuple) else message.id for message in danish if message.id}
    assert kept - used == set()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("da-DK,da;q=0.9", "da"),
        ("nb-NO,nb,da;q=0.7", "da"),
        ("en-GB", "en"),
        ("de,en;q=0.3", "en"),
        ("*", "da"),
        ("", "da"),
        ("x" * 5000, "da"),
        ("en;q=x", "da"),
    ],
)
def test_a_reader_gets_the_nearest_language(header, expected):
    assert language.negotiate(header, "da") == expected


def test_plurals_and_dates_are_of_the_language():
    from datetime import UTC, datetime

    moment = datetime(2027, 4, 16, 7, 5, tzinfo=UTC)
    with language.speaking("da"):
        assert language.ngettext("card", "cards", 2) == "kort"
        assert (language.day(moment), language.clock(moment)) == ("16. april 2027", "09.05")
    with language.speaking("en"):
        assert language.ngettext("card", "cards", 2) == "cards"
        assert (language.day(moment), language.clock(moment)) == ("16 April 2027", "09:05")
