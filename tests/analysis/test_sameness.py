import pytest

from app.analysis.sameness import says_no_more


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tid!", "manglende tid og hænder"),
        ("Mere tid til møder, tak", "Møderne har brug for tid og et lokale, tak"),
        ("forventningsafstemning", "Afstem forventninger tidligt"),
        ("More time", "there is no time, we need more of it"),
    ],
)
def test_a_card_whose_words_are_all_in_another_says_no_more(one: str, other: str):
    assert says_no_more(one, other)
    assert says_no_more(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tid og nøgler", "manglende tid og hænder"),
        ("Tidsplan", "manglende tid og hænder"),
        ("", "manglende tid og hænder"),
        ("hvad med det", "hvad med det her"),
        ("😀", "😀"),
    ],
)
def test_a_card_with_a_word_of_its_own_or_none_says_more(one: str, other: str):
    assert not says_no_more(one, other)
