from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.analysis.embedding import LexicalVectors

SOURCE = LexicalVectors()


def likeness(one: str, other: str) -> float:
    rows = SOURCE.encode([one, other])
    return float(rows[[0]].likeness(rows[[1]])[0, 0])


def test_row_has_length_one_or_is_zero():
    rows = SOURCE.encode(["Ingen tid til møder", "", "   ", "😀🍕", "12 345", "På den ene side", "x"])
    lengths = np.sqrt(rows.squares())
    assert lengths.tolist() == pytest.approx([1, 0, 0, 0, 0, 0, 1], abs=1e-6)


def test_row_does_not_depend_on_other_texts():
    together = SOURCE.encode(["Tid til møder", "Frivillige hjælper", "Tid til møder"])
    alone = SOURCE.encode(["Tid til møder"])
    assert together.names()[0] == together.names()[2] == alone.names()[0]


def test_no_texts_give_no_rows():
    assert SOURCE.encode([]).count == 0


def test_likeness_sees_inflection_compounds_and_typing_errors():
    unrelated = likeness("Frivillige savner nøgler", "Budgettet er for lille")
    assert likeness("De frivillige", "En frivillig") > 0.8
    assert likeness("lederaftalen", "ledere") > unrelated
    assert likeness("frivilllige", "frivillige") > 0.3
    assert unrelated < 0.05


def test_likeness_ignores_stock_phrases():
    one = "På den ene side er projekter korte, på den anden side ændrer de intet"
    other = "På den ene side skal vi spare, på den anden side koster samskabelse timer"
    assert likeness(one, other) < 0.1


def test_likeness_rests_on_rare_words_more_than_on_common_ones():
    rare = likeness("Det er noget med samskabelse", "Vi tror på samskabelse")
    common = likeness("Det er noget med samskabelse", "Det er noget med vejret")
    assert rare > common


def test_language_can_be_given_instead_of_guessed():
    assert LexicalVectors("da").name != LexicalVectors().name
    assert LexicalVectors("da").encode(["workshop"]).squares()[0] == pytest.approx(1)


@pytest.mark.parametrize(
    "text", ["x" * 5000, "æ" * 280, "\u202etxet", "a\x00b", "وقت الاجتماعات", "会议时间", "मेरा समय"]
)
def test_odd_texts_are_read_without_fail(text: str):
    assert likeness(text, text) == pytest.approx(1, abs=1e-6)


def test_threads_may_read_at_the_same_time():
    texts = [f"ord{number} kommunernes frivilligheder{number}" for number in range(300)]
    with ThreadPoolExecutor(4) as pool:
        halves = list(pool.map(SOURCE.encode, [texts, texts, texts, texts]))
    assert [half.names() == halves[0].names() for half in halves] == [True] * 4
