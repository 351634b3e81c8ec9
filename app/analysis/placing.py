"""Under which heading a card belongs: the machine's guess, what people tapped, and the two together.

Headings come with a text and with example cards, carried over from an earlier dialogue or put there since. Rows and
columns are numbers from 0; -1 as a tap means "fits nowhere".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.analysis import groups
from app.analysis.graph import Labels
from app.analysis.vectors import Matrix, Vectors, stacked

NOWHERE = -1
RIGHT = 0.7  # share of taps that are right, as people who sort cards for the first time are
_WARMTH = 0.08  # of the guess: small is sure of itself
_DOUBT = 0.15  # of a guess is spread evenly, so that people can always outvote it
_TEACHING = 0.8  # of the belief in a card's heading before it teaches its neighbours
_TAUGHT_PULL = 3.0  # cards that one counts for in its heading's centre
_ROUNDS = 3  # of teaching; the third changes hardly anything

Belief = Matrix  # cards x headings, rows sum to 1


@dataclass(frozen=True)
class Headings:
    """Headings to choose from. `texts`: a row for each heading's own words; `examples`: cards known to belong there.

    `of`: the heading of each example.
    """

    texts: Vectors
    examples: Vectors
    of: NDArray[np.int64]

    @property
    def count(self) -> int:
        return self.texts.count


def guesses(cards: Vectors, headings: Headings, weight: Matrix | None = None) -> Belief:
    """How likely each heading is for each card, by likeness to its examples' centre and to its own words.

    `weight`: what each example counts, default 1. Without any likeness all headings are equally likely.
    """
    return likely(nearness(cards, headings, weight))


def likely(near: Matrix) -> Belief:
    """Likeness to each heading as how likely it is."""
    if near.shape[1] == 0:
        return near
    raised = np.exp((near - near.max(axis=1, keepdims=True)) / _WARMTH)
    sure: Belief = raised / raised.sum(axis=1, keepdims=True)
    softened: Belief = (1 - _DOUBT) * sure + _DOUBT / near.shape[1]
    return softened


def nearness(cards: Vectors, headings: Headings, weight: Matrix | None = None) -> Matrix:
    """Likeness to each heading, cards x headings: cosine to its examples' centre plus that to its own words."""
    if headings.count == 0:
        return np.empty((cards.count, 0))
    counts = np.ones(len(headings.of)) if weight is None else weight
    places = (headings.of, np.arange(len(headings.of)))
    centres = headings.examples.sums(sparse.csr_matrix((counts, places), shape=(headings.count, len(headings.of))))
    length = np.sqrt(np.maximum(centres.squares(), 1e-12))
    near: Matrix = cards.likeness(centres) / np.where(length > 1e-5, length, 1.0)
    return near + cards.likeness(headings.texts)


def decide(prior: Belief, taps: Sequence[tuple[int, int]]) -> tuple[Belief, NDArray[np.float64]]:
    """The guess after these taps, each (card, heading or NOWHERE), and how likely each card fits nowhere.

    A tap is right with RIGHT; a wrong one falls evenly on everything else.
    """
    cards, headings = prior.shape
    nowhere = 1 / (headings + 4)  # before any tap: rare, and rarer the more there is to choose from
    belief = np.log(np.hstack([prior * (1 - nowhere), np.full((cards, 1), nowhere)]))
    wrong = np.log((1 - RIGHT) / max(1, headings))
    for card, chosen in taps:
        belief[card] += wrong
        belief[card, chosen if chosen != NOWHERE else headings] += np.log(RIGHT) - wrong
    raised = np.exp(belief - belief.max(axis=1, keepdims=True))
    share: Matrix = raised / raised.sum(axis=1, keepdims=True)
    inside = share[:, :headings]
    return inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-12), share[:, headings]


def learned(cards: Vectors, headings: Headings, taps: Sequence[tuple[int, int]]) -> tuple[Belief, NDArray[np.float64]]:
    """`decide`, with every card whose heading people have made clear as an example for its neighbours."""
    tapped = np.zeros(cards.count)
    for card, _ in taps:
        tapped[card] += 1
    prior = guesses(cards, headings)
    for _ in range(_ROUNDS):
        belief, nowhere = decide(prior, taps)
        if not belief.shape[1]:
            break
        known = np.flatnonzero((tapped > 0) & (belief.max(axis=1) * (1 - nowhere) >= _TEACHING))
        if not known.size:
            break
        prior = _taught(cards, headings, known, belief.argmax(axis=1)[known])
    return decide(prior, taps)


def _taught(cards: Vectors, headings: Headings, known: NDArray[np.int64], of: NDArray[np.int64]) -> Belief:
    """The guess with known cards as examples; no card is an example for itself."""
    more = Headings(headings.texts, stacked([headings.examples, cards[known]]), np.append(headings.of, of))
    prior = guesses(cards, more)
    first = len(headings.of)
    for place, card in enumerate(known):
        weight = np.ones(len(more.of))
        weight[first + place] = 0
        prior[card] = guesses(cards[[card]], more, weight)[0]
    return prior


def sorted_by(
    cards: Vectors, at: Labels, headings: Vectors, taps: Sequence[tuple[int, int]]
) -> tuple[Belief, NDArray[np.float64]]:
    """The same on a board: `at` is the heading each card lies under, -1 for none, and what lies there is its example.

    `headings`: a row for each heading's words. A card is no example for itself.
    """
    everyone = np.arange(cards.count)
    tapped = np.isin(everyone, [card for card, _ in taps])
    words = cards.likeness(headings)
    home, weight = at, np.ones(cards.count)
    while True:
        prior = likely(groups.nearness(cards, home, weight, everyone, headings.count) + words)
        belief, nowhere = decide(prior, taps)
        sure = tapped & (belief.max(axis=1, initial=0) * (1 - nowhere) >= _TEACHING)
        taught = np.where(sure, belief.argmax(axis=1) if headings.count else -1, np.where(tapped, -1, at))
        if np.array_equal(taught, home) or weight.max(initial=1) > 1:
            return belief, nowhere
        home, weight = taught, np.where(sure, _TAUGHT_PULL, 1.0)


def agreement(taps: Sequence[tuple[int, int]]) -> Mapping[int, float]:
    """For each card that was tapped, the share of taps on its commonest choice: 1 is of one mind."""
    choices: dict[int, dict[int, int]] = {}
    for card, chosen in taps:
        own = choices.setdefault(card, {})
        own[chosen] = own.get(chosen, 0) + 1
    return {card: max(own.values()) / sum(own.values()) for card, own in choices.items()}
