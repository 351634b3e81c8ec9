"""Why a card lies where it lies, in its own words: those that the cards under its heading say too and few others do."""

import math
from collections import Counter
from collections.abc import Sequence

from app.analysis import labels, text
from app.analysis.labels import Reading

_MOST = 4  # words said


def words(card: str, mates: Sequence[str], others: Sequence[str] = (), most: int = _MOST) -> tuple[str, ...]:
    """The telling words of `card` that `mates` say too, best first, as the card writes them; none where none is shared.

    `mates`: the other cards under its heading. `others`: the rest of the board. Score: share of the mates with the
    word, times the share of all cards with it that are mates, times the root of its background rarity.
    """
    own, *rows = labels.readings([card, *mates, *others])
    language = text.guess(text.words(card))
    inside = Counter(term for row in rows[: len(mates)] for term in row if term in own)
    everywhere = Counter(term for row in rows for term in row if term in own)

    def score(term: tuple[str, ...]) -> float:
        rarity = labels.rarity(own[term], language)
        return inside[term] / len(mates) * inside[term] / everywhere[term] * math.sqrt(rarity)

    ranked = sorted(inside, key=lambda term: (-round(score(term), 9), -len(term), own[term]))
    return tuple(_apart(ranked, own))[:most]


def _apart(ranked: Sequence[tuple[str, ...]], own: Reading) -> list[str]:
    """No two with a stem in common."""
    seen: set[str] = set()
    found = []
    for term in ranked:
        if seen.isdisjoint(term):
            seen.update(term)
            found.append(own[term])
    return found
