"""Openings of the room's own: what many cards begin with says how they were asked, and ties nobody to anybody."""

import pytest

from app.analysis import openings
from app.analysis.embedding import LexicalVectors
from tests.analysis import cards, measures

DREAM = ("jeg", "drømmer", "om")
DREAMS = [f"Jeg drømmer om {what}" for what in ("nøgler", "tid til møder", "fællesspisning", "ro", "en bænk")]


def test_what_many_cards_begin_with_is_an_opening():
    assert openings.shared(DREAMS + ["Nøglen til hallen"] * 40) == {DREAM}
    assert openings.shared(DREAMS[:4]) == frozenset()
    assert openings.shared(DREAMS + list(map(str, range(60)))) == frozenset()  # not a twelfth of the cards


@pytest.mark.parametrize("begin", ["Nøglen til hallen er", "Vi mangler tid til", "Vi mangler nøgler", "Vi vil"])
def test_what_cards_are_about_is_no_opening(begin: str):
    texts = [f"{begin} {what}" for what in ("alle", "børn", "unge", "naboer", "gæster", "andre")]
    assert openings.shared(texts) == frozenset()


def test_the_second_field_of_a_card_has_openings_too():
    texts = [f"Kort {number}\nDet kræver at {what}" for number, what in enumerate(("vi", "du", "jeg", "hun", "han"))]
    assert openings.shared(texts) == {("det", "kræver", "at")}
    assert openings.without(texts[0], openings.shared(texts)) == "Kort 0\nvi"


def test_an_opening_is_cut_with_its_comma_and_no_card_is_emptied():
    assert openings.without("Jeg  DRØMMER om, at der er ro", {DREAM}) == "at der er ro"
    assert openings.without("Jeg drømmer om", {DREAM}) == "Jeg drømmer om"
    assert openings.without("Om natten drømmer jeg om ro", {DREAM}) == "Om natten drømmer jeg om ro"


def test_the_longest_opening_is_cut():
    assert openings.without("Jeg drømmer om at der er ro", {DREAM, (*DREAM, "at", "der")}) == "er ro"


def test_cards_on_five_subjects_are_grouped_by_subject_though_half_begin_alike():
    truth = [number for number, subject in enumerate(cards.SUBJECTS) for _ in subject]
    plain = [text for subject in cards.SUBJECTS for text in subject]
    begun = [f"Det ville hjælpe hvis {text}" if row % 2 else text for row, text in enumerate(plain)]
    common = openings.shared(begun)
    assert common == {("det", "ville", "hjælpe", "hvis")}
    cut = LexicalVectors("da").encode([openings.without(text, common) for text in begun])
    assert (cut.words != LexicalVectors("da").encode(plain).words).nnz == 0
    assert measures.ari(truth, measures.apart(measures.grouped(cut, len(plain)))) == 1
