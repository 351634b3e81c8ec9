"""Cards under headings: the machine's guess, people's taps, and the two together."""

import numpy as np
import pytest

from app.analysis import placing
from app.analysis.embedding import LexicalVectors
from app.analysis.placing import NOWHERE, Headings

SOURCE = LexicalVectors("da")
TEXTS = ["Tid og penge", "Ledelse og opbakning", "Roller"]
EXAMPLES = ["Vi har ingen tid", "Der er ingen penge", "Lederen bakker ikke op", "Hvem har hvilken rolle?"]
HEADINGS = Headings(SOURCE.encode(TEXTS), SOURCE.encode(EXAMPLES), np.array([0, 0, 1, 2]))


def test_a_guess_follows_examples_and_the_headings_own_words():
    belief = placing.guesses(SOURCE.encode(["Tiden er knap", "Vores leder", "Rollerne er uklare"]), HEADINGS)
    assert belief.argmax(axis=1).tolist() == [0, 1, 2]
    assert belief.sum(axis=1) == pytest.approx(np.ones(3))


def test_without_likeness_or_examples_all_headings_are_equally_likely():
    bare = Headings(SOURCE.encode(TEXTS), SOURCE.encode([]), np.array([], dtype=np.int64))
    assert placing.guesses(SOURCE.encode(["xyzzy", ""]), bare) == pytest.approx(np.full((2, 3), 1 / 3))
    assert placing.guesses(SOURCE.encode(["tid"]), bare).argmax() == 0


def test_no_headings_leave_nothing_to_guess():
    none = Headings(SOURCE.encode([]), SOURCE.encode([]), np.array([], dtype=np.int64))
    assert placing.guesses(SOURCE.encode(["tid"]), none).shape == (1, 0)
    belief, nowhere = placing.learned(SOURCE.encode(["tid"]), none, [(0, NOWHERE)])
    assert (belief.shape, nowhere.tolist()) == ((1, 0), [pytest.approx(1)])


def test_people_outvote_the_machine():
    prior = placing.guesses(SOURCE.encode(["Vi har ingen tid"]), HEADINGS)
    assert prior[0, 0] > 0.5
    one, _ = placing.decide(prior, [(0, 2)])
    three, _ = placing.decide(prior, [(0, 2), (0, 2), (0, 2)])
    assert prior[0, 2] < one[0, 2] < three[0, 2]
    assert three.argmax() == 2


def test_three_taps_on_nowhere_take_a_card_out():
    prior = np.full((1, 4), 0.25)
    assert placing.decide(prior, [])[1][0] < 0.2
    assert placing.decide(prior, [(0, NOWHERE)] * 3)[1][0] > 0.9
    assert placing.decide(prior, [(0, 1)] * 3)[1][0] < 0.05


def test_the_order_of_taps_changes_nothing():
    prior = placing.guesses(SOURCE.encode(["Tid", "Leder"]), HEADINGS)
    taps = [(0, 1), (1, 1), (0, NOWHERE), (0, 0), (1, 2)]
    assert placing.decide(prior, taps)[0] == pytest.approx(placing.decide(prior, taps[::-1])[0])


def test_a_card_people_agree_on_teaches_its_neighbours():
    cards = SOURCE.encode(["Nøglerne til salen", "Hvem har nøgler?", "Nøgler igen"])
    before, _ = placing.learned(cards, HEADINGS, [])
    after, _ = placing.learned(cards, HEADINGS, [(0, 2)] * 3)
    assert after[1, 2] > before[1, 2] + 0.2
    assert after[2, 2] > before[2, 2] + 0.2


def test_agreement_is_the_share_of_the_commonest_choice():
    assert placing.agreement([(3, 1), (3, 1), (3, 2), (5, NOWHERE)]) == {3: pytest.approx(2 / 3), 5: 1.0}
    assert placing.agreement([]) == {}
