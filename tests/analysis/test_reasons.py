from app.analysis import reasons
from tests.analysis import cards


def test_reasons_are_the_card_s_own_words_that_its_mates_say_and_others_do_not():
    card, *mates = cards.KEYS
    assert card == "Nøglen til hallen"
    assert reasons.words(card, mates, cards.TIME + cards.FOOD) == ("hallen", "nøglen")


def test_a_word_that_all_cards_say_comes_last():
    found = reasons.words("Frivillige og nøgler", ["nøgler til frivillige"], ["frivillige"] * 20)
    assert found == ("nøgler", "frivillige")


def test_stop_words_and_stock_phrases_are_no_reasons():
    assert reasons.words("På den ene side er det tid", ["på den ene side er det ro"]) == ()


def test_a_card_without_mates_or_words_has_no_reasons():
    assert reasons.words("Nøglen til hallen", []) == ()
    assert reasons.words("", ["Nøglen til hallen"]) == ()
    assert reasons.words("😀", ["😀"]) == ()


def test_reasons_do_not_depend_on_order():
    card, *mates = cards.INSURANCE
    assert reasons.words(card, mates) == reasons.words(card, mates[::-1])
