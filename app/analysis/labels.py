"""Headings for themes, made of the cards' own words: what many of a theme's cards say and few others do.

Never empty, never a bare number or emoji, at most 24 characters, no two alike on a board. Persons' names are left
out, and every word that inside sentences is only ever written with a capital is taken for one.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise

from app.analysis import text
from app.analysis.text import Language, Token

LONGEST = 24  # characters of a heading that can be read from the back of a room
_COMMON = 2  # cards a term must stand in
_SHORTEST = 3  # letters of a term; the exceptions are abbreviations nobody wants in a heading
_OWN = 2 / 3  # of the cards with a term that must lie in the theme: a term that others use too misleads
_SECOND = 0.4  # of the first term's score earns a second term its place in the heading
_CHOICE = 6  # terms a heading may be made of
_JOINED: dict[Language, str] = {"da": " og ", "en": " and "}
_WORDLESS: dict[Language, str] = {"da": "Tema", "en": "Theme"}

_Term = tuple[str, ...]  # one stem, or two that stand side by side
Reading = dict[_Term, str]  # the terms of one card, each as written there


@dataclass(frozen=True)
class Label:
    """A heading, and the terms that tell the theme from the others, best first, as most cards write them."""

    heading: str
    terms: tuple[str, ...]


def label(theme_texts: Sequence[str], other_texts: Sequence[str], terms: int = 3) -> Label:
    """The label of one theme against all other cards of the board."""
    return labels({0: theme_texts}, other_texts, terms)[0]


def labels(
    board: Mapping[int, Sequence[str]],
    rest: Sequence[str] = (),
    terms: int = 3,
    taken: Collection[str] = (),
    present: Mapping[int, str] | None = None,
) -> dict[int, Label]:
    """A label for each theme of `board` (theme -> its texts).

    `rest`: texts in no theme. `taken`: headings not to repeat, such as those people wrote. `present`: headings that
    stand; one that its theme could still be called stays, for a heading that flickers is not read.
    """
    tokens = {key: [text.tokenise(one) for one in texts] for key, texts in board.items()}
    loose = [text.tokenise(one) for one in rest]
    names = _names([*loose, *(one for texts in tokens.values() for one in texts)])
    readings = {key: [_read(one, names) for one in texts] for key, texts in tokens.items()}
    everywhere = Counter(term for one in loose for term in _read(one, names))
    everywhere.update(term for texts in readings.values() for one in texts for term in one)
    used = {heading.casefold() for heading in taken}
    result: dict[int, Label] = {}
    for key in sorted(board, key=lambda key: (-len(board[key]), sorted(board[key]), key)):
        language = text.guess([token.word for one in tokens[key] for token in one])
        ranked = _ranked(readings[key], everywhere, language)
        heading = _heading(ranked or _scraps(tokens[key], names), language, used, (present or {}).get(key, ""))
        used.add(heading.casefold())
        result[key] = Label(heading, tuple(ranked)[:terms])
    return {key: result[key] for key in board}


def readings(texts: Sequence[str]) -> list[Reading]:
    """The terms of each card, without what these cards together show to be names."""
    tokens = [text.tokenise(one) for one in texts]
    names = _names(tokens)
    return [_read(one, names) for one in tokens]


def _names(texts: Iterable[Sequence[Token]]) -> frozenset[str]:
    """Words that inside sentences are only ever capitalised, though not all in capitals as GDPR is."""
    capital: set[str] = set()
    small: set[str] = set()
    for token in (token for one in texts for token in one):
        if token.surface[0].islower() or token.surface.isupper():
            small.add(token.word)
        elif not token.opening:
            capital.add(token.word)
    return frozenset(capital - small)


def _read(tokens: Sequence[Token], names: frozenset[str]) -> Reading:
    """The terms of one card. Stop words of both languages are left out, for a short text is easily misjudged."""
    language = text.guess([token.word for token in tokens])
    stop = text.stop_words("da") | text.stop_words("en") | names
    row: list[tuple[str, str] | None] = []
    for token in tokens:
        if token.opening:
            row.append(None)  # no pair reaches across a full stop
        says = token.word not in stop and len(token.word) >= _SHORTEST and not text.is_name(token.word)
        written = token.surface if token.surface.isupper() else token.word
        row.append((text.stem(token.word, language), written) if says else None)
    terms: Reading = {}
    for one in filter(None, row):
        terms.setdefault((one[0],), one[1])
    for left, right in pairwise(row):
        if left and right and left[0] != right[0]:
            terms.setdefault((left[0], right[0]), f"{left[1]} {right[1]}")
    return terms


def _ranked(cards: Sequence[Reading], everywhere: Counter[_Term], language: Language) -> dict[str, float]:
    """Terms of two cards or more with their score, best first, no two with a stem in common.

    Those that are mostly the theme's own, or failing them the best one. Score: share of the theme's cards with the
    term, times the squared share of the cards with the term that are in the theme, times the root of its rarity.
    """
    inside = Counter(term for one in cards for term in one)
    own: list[tuple[float, str, _Term]] = []
    shared: list[tuple[float, str, _Term]] = []
    for term, held in inside.items():
        if held >= _COMMON:
            written = _commonest([one[term] for one in cards if term in one], language)
            share = held / everywhere[term]
            score = held / len(cards) * share**2 * math.sqrt(rarity(written, language))
            (own if share >= _OWN else shared).append((-round(score, 9), written, term))
    ranked: dict[str, float] = {}
    seen: set[str] = set()
    for score, written, term in sorted(own) or sorted(shared)[:1]:
        if seen.isdisjoint(term):
            seen.update(term)
            ranked[written] = -score
    return ranked


def _commonest(forms: Sequence[str], language: Language) -> str:
    """The form most cards use; between equals the one commoner in everyday language."""
    times = Counter(forms)
    return min(times, key=lambda form: (-times[form], rarity(form, language), form))


def rarity(written: str, language: Language) -> float:
    """Mean -log frequency of the words, 1 to 14."""
    each = [-math.log(text.frequency(word.lower(), language)) for word in written.split()]
    return max(1.0, sum(each) / len(each))


def _scraps(texts: Sequence[Sequence[Token]], names: Collection[str]) -> dict[str, float]:
    """Where no term is shared: the shortest telling words, or failing them the shortest words."""
    stop = text.stop_words("da") | text.stop_words("en")
    every = {token.word for one in texts for token in one}
    every = {word for word in every if word not in names and not text.is_name(word)}
    found = sorted(every, key=lambda word: (len(word), word))
    telling = [word for word in found if word not in stop and len(word) >= _SHORTEST]
    return dict.fromkeys(telling or found, 1.0)


def _heading(scored: Mapping[str, float], language: Language, used: Collection[str], present: str) -> str:
    """One term, or two that fit on a line, not yet used as a heading; numbered when nothing else is left."""
    terms = list(scored)[:_CHOICE]
    wishes = []
    for position, first in enumerate(terms):
        second = [one for one in terms[position + 1 :] if scored[one] >= _SECOND * scored[first]]
        wishes += [first + _JOINED[language] + one for one in second] + [first]
    wishes = [wish[0].upper() + wish[1:] for wish in wishes]
    fitting = [wish for wish in wishes if len(wish) <= LONGEST]
    stays = [present] if present in fitting else []
    cut = [f"{wish[: LONGEST - 1]}…" for wish in wishes[-1:]]
    for heading in [*stays, *fitting, *cut, _WORDLESS[language]]:
        if heading.casefold() not in used:
            return heading
    numbered = (f"{_WORDLESS[language]} {number}" for number in count(2))
    return next(heading for heading in numbered if heading.casefold() not in used)
