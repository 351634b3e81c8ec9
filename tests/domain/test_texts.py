"""The door every text passes: what it takes away, what it keeps, and numbers that look like a person's."""

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import errors
from app.domain import cards, texts
from app.settings import TEXT_MAX

FAMILY, RAINBOW, KEYCAP, WAVE = "👩‍👩‍👧‍👦", "🏳️‍🌈", "1️⃣", "👋🏽"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("æblegrød på Ærø", "æblegrød på Ærø"),
        ("A\u030a", "Å"),  # decomposed, as some phones send it
        ("a\x00b\x07c\x1fd\x7fe\x9ff", "abcdef"),
        ("abc\u202edef\u202c", "abcdef"),
        ("\u2066abc\u2069\u200e\u200f\u061c", "abc"),
        ("flag\U000e0067\U000e0062\U000e007f", "flag"),
        ("a\u200bb\ufeffc\u2060d\u00ade", "abcde"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ufdd0b\ufffec\U0001ffffd\U0010fffee", "abcde"),
        ("z\u0301\u0302\u0303\u0304\u0305\u0306", "ź\u0302\u0303\u0304"),
        ("a  b\t\tc\u00a0\u2003d", "a b c d"),
        ("  a  \n  b  ", "a\nb"),
        ("a\r\nb\rc\u2028d\u2029e\u0085f", "a\nb\nc\nd\ne\nf"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("\n \t\n", ""),
        ("שלום \u200fעולם", "שלום עולם"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that Persian needs
        (f"{FAMILY}{RAINBOW}{KEYCAP}{WAVE}🇩🇰", f"{FAMILY}{RAINBOW}{KEYCAP}{WAVE}🇩🇰"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # escaped where it is shown, not here
    ],
)
def test_clean_keeps_what_can_be_read(typed, kept):
    assert texts.clean(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["\u200d", "\u200c\u200c", "\ufe0f", "\u0301\u0302", "\u3164", "\uffa0", "\u2800", "\u115f\u1160", "\u202e \u200b"],
)
def test_clean_leaves_nothing_of_what_nobody_can_see(typed):
    assert texts.clean(typed) == ""


def test_clean_takes_away_joiners_that_join_nothing():
    assert texts.clean("\u200da\u200d \u200d1\u200d2\u200d\u200db\u200d") == "a 12b"


def test_clean_counts_marks_across_joiners():
    piled = texts.clean("a" + "\u0316\u0317\u0318\u200d" * 20)
    assert sum(unicodedata.category(letter) == "Mn" for letter in piled) == 3


LETTERS = st.text(
    st.sampled_from("aå1 \n\r\t\u0301\u0316\u200c\u200d\u2800\u00a0\u202e\ud800\ufeff\ufe0f👩🏽e\u1100\u1161\u0344")
    | st.characters()
)


@settings(max_examples=300, deadline=None)
@given(LETTERS)
def test_clean_twice_is_clean_once(typed):
    once = texts.clean(typed)
    assert texts.clean(once) == once
    assert unicodedata.normalize("NFC", once) == once
    assert [letter for letter in once if unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n"] == []
    once.encode("utf-8")


def test_line_is_one_line():
    assert texts.line(" Et\n\nspørgsmål\t til ", 40) == "Et spørgsmål til"


@pytest.mark.parametrize("measured", [texts.line, texts.paragraph])
def test_a_text_is_measured_after_cleaning(measured):
    assert measured("a\u0301\u200b" * 10, 10) == "á" * 10
    with pytest.raises(errors.TooLong) as too_long:
        measured("a" * 12, 10)
    assert too_long.value.values == {"over": 2, "limit": 10}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("010190-1234", "xxxxxx-xxxx"),
        ("010190 1234", "xxxxxx-xxxx"),
        ("0101901234", "xxxxxx-xxxx"),
        ("010190\u20131234", "xxxxxx-xxxx"),
        ("010190\u22121234", "xxxxxx-xxxx"),
        ("Ring til 010190-1234 og 311299 5678.", "Ring til xxxxxx-xxxx og xxxxxx-xxxx."),
        ("(010190-1234)", "(xxxxxx-xxxx)"),
        ("290200-1234", "xxxxxx-xxxx"),  # 2000 had a leap day, 1900 had none
        ("290204-1234", "xxxxxx-xxxx"),
    ],
)
def test_mask_hides_what_can_be_a_person(typed, stored):
    assert texts.mask_cpr(texts.clean(typed)) == (stored, True)


@pytest.mark.parametrize(
    "typed",
    [
        "290201-1234",  # no leap day in 1901 or 2001
        "310490-1234",
        "300290-1234",
        "000190-1234",
        "321290-1234",
        "011390-1234",
        "010090-1234",
        "010190123456",  # twelve digits
        "1010190-1234",
        "010190-12345",
        "010190--1234",
        "12 34 56 78",
        "+45 12 34 56 78",
        "+4512345678",
        "DK5000400440116243",
        "2027-04-16 14:05",
        "16.04.2027",
    ],
)
def test_mask_leaves_other_numbers_alone(typed):
    assert texts.mask_cpr(texts.clean(typed)) == (typed, False)


def _dates(dice: random.Random) -> tuple[int, int, int]:
    month, year = dice.randint(1, 12), dice.randint(0, 99)
    longest = (31, 28 + (year % 4 == 0), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    return dice.randint(1, longest), month, year


def test_mask_finds_all_of_five_hundred_made_up_numbers():
    dice = random.Random(1)
    for _ in range(500):
        day, month, year = _dates(dice)
        number = f"{day:02}{month:02}{year:02}{dice.choice(['-', ' ', ''])}{dice.randint(0, 9999):04}"
        assert texts.mask_cpr(f"Mit nummer er {number}, tak") == ("Mit nummer er xxxxxx-xxxx, tak", True)


def test_mask_is_not_fooled_by_five_hundred_look_alikes():
    dice = random.Random(2)
    digits = "0123456789"
    shapes = [
        lambda: " ".join("".join(dice.choices(digits, k=2)) for _ in range(4)),  # a phone
        lambda: "".join(dice.choices(digits, k=8)),
        lambda: "+45" + "".join(dice.choices(digits, k=8)),
        lambda: "".join(dice.choices(digits, k=12)),
        lambda: f"{dice.randint(32, 99)}{dice.randint(1, 12):02}{dice.randint(0, 99):02}-{dice.randint(0, 9999):04}",
        lambda: f"{dice.randint(1, 31):02}{dice.randint(13, 99)}{dice.randint(0, 99):02}{dice.randint(0, 9999):04}",
        lambda: f"3002{dice.randint(0, 99):02} {dice.randint(0, 9999):04}",
        lambda: f"{dice.randint(1, 31):02}.{dice.randint(1, 12):02}.{dice.randint(1900, 2099)}",
        lambda: f"{dice.randint(1000, 9999)}-{''.join(dice.choices(digits, k=10))}1",  # an account
        lambda: f"sag {dice.randint(2000, 2030)}-{dice.randint(0, 999999):06}",
    ]
    made = [f"Det er {shapes[number % len(shapes)]()}, tak" for number in range(500)]
    assert [texts.mask_cpr(text) for text in made] == [(text, False) for text in made]


def test_a_mask_never_makes_a_text_too_long():
    full = "0101901234" + "a" * (TEXT_MAX - 10)
    assert cards.written("advice", full, "") == cards.Written("advice", "xxxxxx-xxxx" + full[10:], "", True)


@pytest.mark.parametrize(
    ("typed", "field", "kept"),
    [
        ("På den ene side vil vi gerne nå alle", "first", "vil vi gerne nå alle"),
        ("På den ene side: vil vi", "first", "vil vi"),
        ("On the one hand, we want", "first", "we want"),
        ("on one hand we want", "first", "we want"),
        ("På den anden side … mangler vi tid", "second", "mangler vi tid"),
        ("Men på den anden side mangler vi tid", "second", "mangler vi tid"),
        ("But on the other hand, time", "second", "time"),
        ("På den ene side", "first", "På den ene side"),  # nothing else was said
        ("På den ene sidelinje", "first", "På den ene sidelinje"),
        ("Vi er på den ene side glade", "first", "Vi er på den ene side glade"),
        ("På den ene side står vi", "second", "På den ene side står vi"),
    ],
)
def test_a_pole_stands_without_the_phrase_of_its_label(typed, field, kept):
    assert texts.without_fixed_phrase(typed, field) == kept


@pytest.mark.parametrize(
    ("kind", "first", "second", "fact"),
    [
        ("advice", "", "", errors.Empty),
        ("advice", "\u200b \n", "\u202e", errors.Empty),
        ("advice", "", "fordi", errors.FieldMissing),
        ("dilemma", "kun den ene", "", errors.FieldMissing),
        ("advice", "a" * (TEXT_MAX + 1), "", errors.TooLong),
        ("advice", "råd", "a" * (TEXT_MAX + 1), errors.TooLong),
    ],
)
def test_a_card_that_says_too_little_or_too_much_is_refused(kind, first, second, fact):
    with pytest.raises(fact):
        cards.written(kind, first, second)


def test_a_kind_with_one_field_drops_the_other():
    assert cards.written("question", "Hvornår?", "010190-1234") == cards.Written("question", "Hvornår?", "", False)


def test_both_poles_are_cleaned_and_masked():
    text = cards.written("dilemma", "På den ene side  tid", "På den anden side 010190-1234")
    assert text == cards.Written("dilemma", "tid", "xxxxxx-xxxx", True)
