"""The steady board: where a new card belongs, and how themes are tidied without jumping.

Takes who sits where and one vector a card, gives a plan of moves; it keeps and writes nothing. A locked card never
moves, a ban holds, and a theme a person has edited is never split, swallowed, emptied or retired. A card that
belongs nowhere clearly stays in the pool: "not placed yet".
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.analysis import graph as graphs
from app.analysis import groups
from app.analysis.graph import Graph, Labels
from app.analysis.vectors import Matrix, Vectors

FIRST = 12  # cards before there is anything to group
GROWTH = 110  # per cent of the cards at the last tidying that call for the next
JOIN = 0.10  # cosine to a theme's centre below which a card is not of it
CLEAR = 0.02  # by which the best theme must beat the next before a card joins
MARGIN = 0.03  # by which another theme must be nearer before a placed card changes
FOUND = 0.25  # mean cosine of pooled cards that may found a theme between two groupings
BORN = 3  # cards a theme is born with
ALIVE = 2  # cards a theme needs to live on
GAIN = 0.04  # modularity a new grouping must gain before it replaces the present one
_LOCKED_PULL = 3  # cards in the centre of a theme
_LOCKED_CLAIM = 100  # cards in deciding which theme a new group continues


@dataclass(frozen=True)
class Card:
    """A card and the theme it sits in; None is the pool. Locked: put there by a person."""

    id: int
    theme: int | None = None
    locked: bool = False


@dataclass(frozen=True)
class Theme:
    """A theme that exists. Edited: renamed, merged, split or in any way touched by a person. Closed: takes no card."""

    id: int
    edited: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Board:
    """What stands now. Ids are positive; `bans` are (card, theme) pairs that may never come together."""

    cards: Sequence[Card]
    themes: Sequence[Theme] = ()
    bans: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What to change: card -> theme id, a new theme's negative key, or None for the pool.

    `founded`: keys of new themes, largest first. `retired`: ids of themes left without cards.
    `adopted`: the whole board was grouped anew; `gain`: the modularity that would give or gave.
    """

    moves: dict[int, int | None] = field(default_factory=dict)
    founded: tuple[int, ...] = ()
    retired: tuple[int, ...] = ()
    adopted: bool = False
    gain: float = 0.0


def due(cards_now: int, cards_at_last_tidy: int) -> bool:
    """Whether to tidy: at 12 cards, then each time they have grown by a tenth."""
    return cards_now >= FIRST and cards_now > cards_at_last_tidy and 100 * cards_now >= GROWTH * cards_at_last_tidy


def place(board: Board, vectors: Vectors, new_card_ids: Collection[int]) -> Plan:
    """Put each new card into its clearly nearest theme, or leave it in the pool.

    `vectors`: a row a card of the board. Cards already in a theme, and locked ones, are left alone.
    """
    ground = _Ground.of(board, vectors)
    new = np.isin(ground.ids, list(new_card_ids)) & ground.free & (ground.home < 0)
    return Plan(moves=ground.plan(_joined(ground, ground.home, new)).moves)


def tidy(board: Board, vectors: Vectors, regroup: bool = True) -> Plan:
    """Move the clearly misplaced, empty the pool where it coheres and, if `regroup`, group anew when that gains.

    `vectors`: a row a card of the board. With fewer than 12 cards nothing is done.
    """
    if len(board.cards) < FIRST:
        return Plan()
    ground = _Ground.of(board, vectors)
    at = _drifted(ground, ground.home)
    at = _joined(ground, at, ground.free)
    at = _founded(ground, at)
    if not regroup:
        return ground.plan(_lasting(ground, at))
    web = graphs.nearest(ground.vectors)
    anew = _regrouped(ground, web, at)
    gain = graphs.modularity(web, anew) - graphs.modularity(web, at)
    first = not np.any(ground.home >= 0) and bool(np.any(anew >= 0))
    adopted = first or gain >= GAIN
    return ground.plan(_lasting(ground, anew if adopted else at), adopted, gain)


def anew(board: Board, vectors: Vectors) -> Plan:
    """The board grouped afresh where `tidy` would adopt that, as something to offer; no moves where it would not.

    `vectors`: a row a card of the board. What holds for the machine's own moves holds for these.
    """
    if len(board.cards) < FIRST:
        return Plan()
    ground = _Ground.of(board, vectors)
    web = graphs.nearest(ground.vectors)
    fresh = _lasting(ground, _regrouped(ground, web, ground.home))
    gain = graphs.modularity(web, fresh) - graphs.modularity(web, ground.home)
    return ground.plan(fresh, True, gain) if gain >= GAIN else Plan(gain=gain)


def typical(card_ids: Sequence[int], vectors: Vectors) -> list[int]:
    """The cards by closeness to their common centre, nearest first. `vectors`: a row a card."""
    centre = vectors.sums(sparse.csr_matrix(np.ones((1, vectors.count))))
    near = np.round(vectors.likeness(centre).ravel(), 5)
    names = vectors.names()
    order = sorted(range(len(card_ids)), key=lambda row: (-near[row], names[row], card_ids[row]))
    return [card_ids[row] for row in order]


@dataclass(frozen=True)
class _Ground:
    """The board as arrays, rows ordered by content. `home` and every `at`: a theme's column, -1 for the pool.

    Columns from len(themes) on are new themes.
    """

    vectors: Vectors
    ids: Labels
    home: Labels
    locked: NDArray[np.bool_]
    themes: tuple[Theme, ...]
    barred: NDArray[np.bool_]  # rows x len(themes): where a card may not be put

    @classmethod
    def of(cls, board: Board, vectors: Vectors) -> "_Ground":
        names = vectors.names()
        cards = board.cards
        order = sorted(range(len(cards)), key=lambda row: (names[row], cards[row].locked, cards[row].id))
        themes = tuple(sorted(board.themes, key=lambda theme: theme.id))
        column: dict[int | None, int] = {None: -1} | {theme.id: i for i, theme in enumerate(themes)}
        row = {cards[old].id: new for new, old in enumerate(order)}
        barred = np.tile([theme.closed for theme in themes], (len(cards), 1)).astype(bool)
        for card, theme in board.bans:
            if card in row and theme in column:
                barred[row[card], column[theme]] = True
        return cls(
            vectors=vectors[order],
            ids=np.array([cards[old].id for old in order], dtype=np.int64),
            home=np.array([column[cards[old].theme] for old in order], dtype=np.int64),
            locked=np.array([cards[old].locked for old in order], dtype=bool),
            themes=themes,
            barred=barred,
        )

    @property
    def free(self) -> NDArray[np.bool_]:
        return ~self.locked & ~self.settled

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Cards in a theme that a person has shaped."""
        return np.append(self.shaped, False)[self.home]

    @property
    def shaped(self) -> NDArray[np.bool_]:
        return np.array([theme.edited or theme.closed for theme in self.themes], dtype=bool)

    def plan(self, at: Labels, adopted: bool = False, gain: float = 0.0) -> Plan:
        """The difference between `home` and `at`, new themes numbered by size and then by content."""
        old = len(self.themes)
        fresh = sorted(
            np.unique(at[at >= old]),
            key=lambda new: (-np.count_nonzero(at == new), np.flatnonzero(at == new)[0]),
        )
        keys: dict[int, int | None] = {-1: None} | {i: theme.id for i, theme in enumerate(self.themes)}
        keys |= {int(new): -1 - position for position, new in enumerate(fresh)}
        changed = np.flatnonzero(at != self.home)
        alive = set(at.tolist())
        return Plan(
            moves={int(self.ids[row]): keys[int(at[row])] for row in changed},
            founded=tuple(-1 - position for position in range(len(fresh))),
            retired=tuple(t.id for i, t in enumerate(self.themes) if i not in alive and not self.shaped[i]),
            adopted=adopted,
            gain=gain,
        )


def _joined(ground: _Ground, at: Labels, who: NDArray[np.bool_]) -> Labels:
    """`at` with those of `who` that are in the pool put into their clearly nearest theme."""
    rows = np.flatnonzero(who & (at < 0))
    near = _nearness(ground, at, rows)
    if not near.size:
        return at
    ranked = np.sort(np.pad(near, ((0, 0), (1, 0))), axis=1)  # the column of zeros stands for "no theme"
    joins = (ranked[:, -1] >= JOIN) & (ranked[:, -1] - ranked[:, -2] >= CLEAR)
    result = at.copy()
    result[rows[joins]] = near.argmax(axis=1)[joins]
    return result


def _drifted(ground: _Ground, at: Labels) -> Labels:
    """`at` with free cards moved that are nearer another theme by the margin, and banned ones let go."""
    rows = np.flatnonzero(ground.free & (at >= 0))
    near = _nearness(ground, at, rows)
    if not near.size:
        return at
    own = near[np.arange(len(rows)), at[rows]]
    moves = (near.max(axis=1) - own >= MARGIN) & (near.max(axis=1) >= JOIN)
    result = at.copy()
    result[rows[own < 0]] = -1
    result[rows[moves]] = near.argmax(axis=1)[moves]
    return result


def _founded(ground: _Ground, at: Labels) -> Labels:
    """`at` with new themes for the pool's cards that cohere."""
    rows = np.flatnonzero(ground.free & (at < 0))
    pool = ground.vectors[rows]
    group = groups.fitting(pool, graphs.communities(graphs.nearest(pool)), JOIN, BORN, FOUND)
    result = at.copy()
    result[rows[group >= 0]] = len(ground.themes) + group[group >= 0]
    return result


def _regrouped(ground: _Ground, web: Graph, at: Labels) -> Labels:
    """The whole board grouped afresh, under the names of the themes it continues, with what people decided kept."""
    group = groups.fitting(ground.vectors, graphs.communities(web), JOIN, BORN, JOIN)
    result = np.append(_continued(ground, at, group), -1)[group]
    fixed = ground.locked | ground.settled
    result[fixed] = ground.home[fixed]
    old = np.flatnonzero(~fixed & (result >= 0) & (result < len(ground.themes)))
    result[old[ground.barred[old, result[old]]]] = -1
    return _joined(ground, _born(result, len(ground.themes)), ground.free)


def _continued(ground: _Ground, at: Labels, group: Labels) -> Labels:
    """For each group the column of the theme it continues, or a column of its own after all others."""
    old, new = max(len(ground.themes), int(at.max(initial=-1)) + 1), int(group.max(initial=-1)) + 1
    overlap = np.zeros((old, new))
    both = (at >= 0) & (group >= 0)
    np.add.at(overlap, (at[both], group[both]), np.where(ground.locked[both], _LOCKED_CLAIM, 1))
    for column in np.flatnonzero(ground.shaped):
        # The heading is a person's: only a group with at least half of the theme may pour cards into it.
        overlap[column, overlap[column] * 2 < overlap[column].sum()] = 0
    overlap[: len(ground.themes)][[theme.closed for theme in ground.themes]] = 0
    heir = groups.continued(overlap)
    return np.where(heir >= 0, heir, old + np.arange(new))


def _born(at: Labels, old: int) -> Labels:
    """`at` without new themes (columns from `old` on) of fewer than BORN cards."""
    size = np.bincount(at[at >= 0], minlength=old)
    small = np.append((size < BORN) & (np.arange(len(size)) >= old), False)
    return np.where(small[at], -1, at)


def _lasting(ground: _Ground, at: Labels) -> Labels:
    """`at` without themes that have shrunk below ALIVE cards, unless a person has put a hand on them."""
    size = np.bincount(at[at >= 0], minlength=len(ground.themes))
    small = size < ALIVE
    small[: len(ground.themes)] &= ~ground.shaped
    small[at[ground.locked & (at >= 0)]] = False
    return np.where(np.append(small, False)[at], -1, at)


def _nearness(ground: _Ground, at: Labels, rows: Labels) -> Matrix:
    """Cosine of `rows` to every theme; -1 where a card may not be put."""
    count = max(len(ground.themes), int(at.max(initial=-1)) + 1)
    weight = np.where(ground.locked, _LOCKED_PULL, 1).astype(np.float64)
    near = groups.nearness(ground.vectors, at, weight, rows, count)
    near[:, : len(ground.themes)][ground.barred[rows]] = -1
    return near
