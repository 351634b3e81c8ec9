"""The list of glosses, and how a Danish word finds its own."""

import re
import unicodedata

import pytest
import snowballstemmer
import wordfreq

from app.analysis import gloss

LINES = gloss._LIST.read_text(encoding="utf-8").splitlines()


def test_the_list_is_in_order_and_names_no_word_twice():
    words = [line.split("\t")[0] for line in LINES]
    assert words == sorted(set(words))
    assert len(words) >= 5000
    assert [line for line in LINES if not re.fullmatch(r"[a-zæøåéü0-9-]+\t[A-Za-z0-9é'’ -]+", line)] == []
    assert [word for word in words if word != unicodedata.normalize("NFC", word).lower()] == []


def test_the_list_covers_nine_tenths_of_everyday_danish():
    stem = snowballstemmer.stemmer("danish").stemWord
    listed = {line.split("\t")[0] for line in LINES}
    stems = {stem(word) for word in listed}
    common = wordfreq.top_n_list("da", 10_000, wordlist="small")
    shares = [wordfreq.word_frequency(word, "da", wordlist="small") for word in common]
    covered = sum(share for word, share in zip(common, shares, strict=True) if word in listed or stem(word) in stems)
    assert covered / sum(shares) > 0.91


@pytest.mark.parametrize(
    ("word", "english"),
    [
        ("kommunen", "municipality"),
        ("frivillige", "volunteers"),
        ("børn", "children"),
        ("gik", "went"),
        ("plejehjemmet", "nursing home"),
        ("sygeplejersker", "nurse"),
        ("hjemmehjælperen", "home care"),
        ("borgerinddragelsen", "citizen involvement"),
        ("arbejdsgruppen", "working group"),
        ("skolebibliotek", "school library"),
        ("kommunelæge", "municipality doctor"),
        ("ungdomsforening", "youth association"),
        ("frivilllige", "volunteer"),
        ("samksabelse", "co-creation"),
    ],
)
def test_a_word_finds_its_gloss(word, english):
    assert gloss.of(word) == english


@pytest.mark.parametrize("word", ["xyzzy", "q", "", "qqqqqqqqqqqqqqqqq", "x" * 5000])
def test_what_is_not_there_has_none(word):
    assert gloss.of(word) is None


def test_an_english_text_stays_and_a_danish_one_turns_word_by_word():
    assert gloss.glossed("The volunteers have no keys") == "The volunteers have no keys"
    assert gloss.glossed("De frivillige mangler nøgler") == "they volunteers lack key"


def test_stock_phrases_do_not_reach_the_model():
    assert "side" not in gloss.glossed("På den ene side vil vi spare, på den anden side skal vi hjælpe")


def test_coverage_is_the_share_of_words_with_a_gloss():
    assert gloss.coverage(["kommune", "xyzzy", "borger", "qqq"]) == 0.5
    assert gloss.coverage([]) == 0.0


def test_a_card_of_two_languages_is_glossed_sentence_by_sentence():
    card = "Volunteers need keys to the hall\nDe frivillige mangler nøgler til hallen"
    assert gloss.glossed(card) == "Volunteers need keys to the hall they volunteers lack key to hall"


def test_a_sentence_of_a_word_or_two_is_taken_for_the_language_of_the_card():
    assert gloss.glossed("Vi mangler tid til de frivillige. Den her!").endswith(gloss.glossed("Den her"))
    assert gloss.glossed("We need more time for the volunteers. Den her!").endswith("Den her!")
