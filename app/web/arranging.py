"""How the cards of a dialogue should lie: from what stands to an arrangement, or to a new grouping that is offered.

A card's text is read once, ever.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from app.analysis import labels, openings, placing, sameness, themes
from app.analysis.embedding import VectorSource
from app.analysis.graph import Labels
from app.analysis.vectors import Vectors, stacked
from app.domain import doubles
from app.domain.grouping import Arrangement, Heading, Read, Standing, StandingCard
from app.domain.proposals import Regrouping
from app.settings import HEADING_MAX

ROWS_KEPT = 50_000  # vectors of cards in memory; older ones are made again when needed
SUGGESTED = 3  # themes a phone shows first
TAPS_TO_MOVE = 2  # on a card before the room moves it
CLEAR = 0.8  # of the belief in one theme before the room moves a card there
ALIKE = 12  # cards remembered as most like a card
SAYS_NO_MORE = 0.7  # of what calls two cards alike will do for one that says nothing but what the other says
QUOTABLE = 8  # typical cards kept a theme: the wall takes the first that fits


class Arranger:
    """Remembers what it has read. For one thread."""

    def __init__(self, source: VectorSource) -> None:
        self._source = source
        self._rows: OrderedDict[str, Vectors] = OrderedDict()

    def arrangement(self, standing: Standing) -> Arrangement | None:
        """How the cards should lie, or None when all is as it should be."""
        standing = _unopened(standing)
        vectors, unread = self._cards([*standing.cards, *standing.examples])
        found = arranged(standing, vectors, self._labels(standing))
        fresh = {
            card.id: Read(self._source.name, _digest(card.text), row)
            for card, row in zip(standing.cards, vectors[: len(standing.cards)].packed(), strict=True)
            if row and card.id in unread
        }
        if found is None and not fresh:
            return None
        return replace(found or Arrangement({}), read=fresh)

    def regrouping(self, standing: Standing) -> Regrouping:
        """What grouping the board anew would change; no moves where that is no clear gain."""
        standing = _unopened(standing)
        return regrouped(standing, self._cards([*standing.cards, *standing.examples])[0])

    def _cards(self, cards: Sequence[StandingCard]) -> tuple[Vectors, set[int]]:
        """A row for each card, and the ids of those whose meaning the database does not keep."""
        digests = {card.id: _digest(card.text) for card in cards}
        kept = {
            digests[card.id]: card.meaning.row
            for card in cards
            if card.meaning and (card.meaning.source, card.meaning.digest) == (self._source.name, digests[card.id])
        }
        vectors = self._vectors({digests[card.id]: card.text for card in cards}, kept)
        place = {digest: at for at, digest in enumerate(dict.fromkeys(digests.values()))}
        unread = {card for card, digest in digests.items() if digest not in kept}
        return vectors[[place[digests[card.id]] for card in cards]], unread

    def _labels(self, standing: Standing) -> Vectors:
        """A row for each theme's heading, in the order of the themes."""
        said = {_digest(label): label for label in standing.themes.values()}
        rows = self._vectors(said, {})
        places = {digest: place for place, digest in enumerate(said)}
        return rows[[places[_digest(label)] for label in standing.themes.values()]]

    def _vectors(self, texts: dict[str, str], kept: dict[str, bytes]) -> Vectors:
        """A row for each of these texts by digest; `kept` is what the database remembers of their meaning."""
        new = [digest for digest in texts if digest not in self._rows]
        if new:
            made = self._source.encode([texts[one] for one in new], [kept.get(one) for one in new])
            self._rows |= {digest: made[[place]] for place, digest in enumerate(new)}
        for digest in texts:
            self._rows.move_to_end(digest)
        rows = [self._rows[digest] for digest in texts]
        while len(self._rows) > ROWS_KEPT:
            self._rows.popitem(last=False)
        return stacked(rows) if rows else self._source.encode([])


def _unopened(standing: Standing) -> Standing:
    """The same without the openings that many of the room's cards share."""
    common = openings.shared([card.text for card in standing.cards])
    if not common:
        return standing
    return replace(
        standing, cards=tuple(replace(card, text=openings.without(card.text, common)) for card in standing.cards)
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def arranged(standing: Standing, vectors: Vectors, labels_: Vectors) -> Arrangement | None:
    """How the cards should lie, or None when all is as it should be.

    `vectors`: a row a card and then a row an example; `labels_`: a row a theme's heading.
    """
    by_room = _by_room(standing, vectors, labels_)
    board = _board(standing, by_room)
    tidying = themes.due(len(standing.cards), standing.tidied_at)
    new = [card.id for card in standing.cards if not card.placed]
    if tidying:
        plan = themes.tidy(board, vectors, regroup=not standing.edited)
    else:
        plan = themes.place(board, vectors, new) if new else themes.Plan()
    near = _near(standing, vectors, labels_) if standing.sorting else {}
    alike = _alike(standing, vectors[: len(standing.cards)])
    if not (tidying or new or by_room or near or alike):
        return None
    looked_at = dict.fromkeys(new) | plan.moves
    headings = _headings(standing, looked_at | by_room) if tidying or plan.founded else {}
    return Arrangement(
        moves=looked_at,
        founded={key: headings[key] for key in plan.founded},
        renamed={key: heading for key, heading in headings.items() if key > 0},
        typical=_typical(standing, looked_at | by_room, vectors),
        retired=frozenset(plan.retired),
        tidied_at=len(standing.cards) if tidying else None,
        near=near,
        by_room=by_room,
        alike=alike,
    )


def regrouped(standing: Standing, vectors: Vectors) -> Regrouping:
    """What grouping the board anew would change; no moves where that is no clear gain. `vectors`: as in `arranged`."""
    moves = themes.anew(_board(standing, {}), vectors).moves
    lies = {card.id: card.theme or 0 for card in standing.cards}
    headings = _headings(standing, moves) if moves else {}
    living = {moves.get(card.id, card.theme) for card in standing.cards}
    return Regrouping(
        moves=tuple((card, lies[card], theme or 0) for card, theme in moves.items()),
        headings={key: one for key, one in headings.items() if key in living and one.label != standing.themes.get(key)},
        typical=_typical(standing, moves, vectors),
    )


def _board(standing: Standing, by_room: dict[int, int | None]) -> themes.Board:
    """The board as `analysis` knows it. `by_room`: what the room's taps have just made clear."""
    return themes.Board(
        cards=[
            themes.Card(card.id, by_room.get(card.id, card.theme), card.by_person or card.by_room or card.id in by_room)
            for card in (*standing.cards, *standing.examples)
        ],
        themes=[
            themes.Theme(number, edited=number in standing.fixed, closed=number in standing.locked)
            for number in standing.themes
        ],
        bans=standing.bans,
    )


def _alike(standing: Standing, vectors: Vectors) -> dict[int, list[tuple[int, float]]]:
    """For each card whose list changes, the cards most like it: of new and corrected cards, and of those near them."""
    unread = [at for at, card in enumerate(standing.cards) if not card.alike]
    if not unread or len(standing.cards) < 2:
        return {}
    share = vectors[unread].likeness(vectors)
    share[np.arange(len(unread)), unread] = -1.0
    found: dict[int, dict[int, float]] = {}
    for row, at in enumerate(unread):
        own = found.setdefault(standing.cards[at].id, {})
        for other in (-share[row]).argsort(kind="stable")[:ALIKE]:
            card = standing.cards[other]
            own[card.id] = _sameness(standing.cards[at].text, card.text, float(share[row, other]))
            if card.alike:
                theirs = found.setdefault(card.id, dict(doubles.unpacked(card.alike)))
                theirs[standing.cards[at].id] = own[card.id]
    ranked = {card: sorted(near.items(), key=lambda one: (-one[1], one[0]))[:ALIKE] for card, near in found.items()}
    known = {card.id: card.alike for card in standing.cards}
    return {card: near for card, near in ranked.items() if doubles.packed(near) != known[card]}


def _sameness(one: str, other: str, likeness: float) -> float:
    """How likely two cards say the same, on the scale of their likeness."""
    raised = min(1.0, likeness / SAYS_NO_MORE)
    if likeness < doubles.LIKELY <= raised and sameness.says_no_more(one, other):
        return raised
    return likeness


def _at(standing: Standing) -> Labels:
    """The place of each card's and each example's theme among the themes, -1 for none."""
    place = {theme: at for at, theme in enumerate(standing.themes)}
    return np.array([place.get(each.theme or 0, -1) for each in (*standing.cards, *standing.examples)], dtype=np.int64)


def _by_room(standing: Standing, vectors: Vectors, labels_: Vectors) -> dict[int, int | None]:
    """Card -> theme, or None for the open pile: what the room's taps have made clear and is not so yet."""
    row = {card.id: at for at, card in enumerate(standing.cards)}
    place = {theme: at for at, theme in enumerate(standing.themes)} | {0: placing.NOWHERE}
    taps = [(row[card], place[theme]) for card, theme in standing.taps if card in row and theme in place]
    if not taps:
        return {}
    belief, nowhere = placing.sorted_by(vectors, _at(standing), labels_, taps)
    tapped = Counter(card for card, _ in taps)
    numbers = list(standing.themes)
    found: dict[int, int | None] = {}
    for at, count in tapped.items():
        card = standing.cards[at]
        if count < TAPS_TO_MOVE or card.by_person:
            continue
        best = int(belief[at].argmax()) if numbers else -1
        if nowhere[at] >= CLEAR:
            target = None
        elif numbers and belief[at, best] * (1 - nowhere[at]) >= CLEAR and numbers[best] not in standing.locked:
            target = numbers[best]
        else:
            continue
        if target != card.theme or not card.by_room:
            found[card.id] = target
    return found


def _near(standing: Standing, vectors: Vectors, labels_: Vectors) -> dict[int, tuple[int, ...]]:
    """The themes each card may belong to, likeliest first, where that is not known already."""
    numbers = list(standing.themes)
    if not numbers:
        return {}
    belief, _ = placing.sorted_by(vectors, _at(standing), labels_, [])
    found = {}
    for at, card in enumerate(standing.cards):
        ranked = tuple(numbers[place] for place in (-belief[at]).argsort(kind="stable")[:SUGGESTED])
        if card.near != ",".join(map(str, ranked)) and card.placed:
            found[card.id] = ranked
    return found


def _typical(standing: Standing, moves: dict[int, int | None], vectors: Vectors) -> dict[int, tuple[int, ...]]:
    """For each theme whose cards change, those nearest its middle."""
    rows: dict[int, list[int]] = {}
    for row, card in enumerate(standing.cards):
        theme = moves.get(card.id, card.theme)
        if theme is not None:
            rows.setdefault(theme, []).append(row)
    changed = {theme for theme in moves.values() if theme is not None}
    changed |= {card.theme for card in standing.cards if card.id in moves and card.theme is not None}
    return {
        theme: tuple(themes.typical([standing.cards[row].id for row in rows[theme]], vectors[rows[theme]])[:QUOTABLE])
        for theme in sorted(changed & set(rows))
    }


def _headings(standing: Standing, moves: dict[int, int | None]) -> dict[int, Heading]:
    """A heading from its own cards for every theme that no person has named, different from those a person gave."""
    own: dict[int, list[str]] = {}
    rest: list[str] = []
    for card in standing.cards:
        theme = moves.get(card.id, card.theme)
        if theme is None or theme in standing.fixed:
            rest.append(card.text)
        else:
            own.setdefault(theme, []).append(card.text)
    taken = [standing.themes[number] for number in standing.fixed]
    present = {number: heading for number, heading in standing.themes.items() if number not in standing.fixed}
    made = labels.labels(own, rest, taken=taken, present=present)
    return {key: Heading(label.heading[:HEADING_MAX], ", ".join(label.terms)) for key, label in made.items()}
