"""Cards on the wall, page by page: all at one even size of type, a longer text in more places, none cut where it fits.

A card's place depends on those before it alone, so a new card at the end moves no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.web import board_text
from app.web.board_layout import Spots
from app.web.board_text import Measured

Shape = tuple[int, int]  # columns, rows


class Worded(Protocol):
    """What can stand on a sheet: a card, or a statement."""

    @property
    def id(self) -> int: ...

    @property
    def first(self) -> str: ...

    @property
    def second(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Grid:
    """One page. Letters on a line of one column and for each further one, lines of one row and for each further one.

    `corner` is the columns and rows at the lower right that the way in covers; `shapes` are tried smallest first.
    """

    columns: int
    rows: int
    letters: float
    wider: float
    lines: int
    taller: float
    corner: Shape = (0, 0)
    shapes: tuple[Shape, ...] = ((1, 1), (2, 1), (2, 2))

    def holds(self, card: tuple[Measured, Measured], shape: Shape) -> bool:
        """Whether a whole card, the measured texts of its fields, fits in this many columns and rows."""
        room = self.letters + (shape[0] - 1) * self.wider
        lines = self.lines + int((shape[1] - 1) * self.taller)
        first, second = card
        used = board_text.lines_of(first, room)
        if second:
            used += board_text.lines_of(second, room - 3) + 1
        return used <= lines


# Cards with two fields, cards with one, and the options of a ballot, for every form.
TWO = {
    "wide": Grid(3, 2, 20.0, 23.5, 7, 8.8),
    "mid": Grid(3, 2, 18.3, 21.5, 7, 8.8),
    "wide-plus": Grid(2, 2, 25.3, 29.5, 5, 7.3),
    "wide-max": Grid(2, 1, 20.7, 24.8, 10, 0.0, shapes=((1, 1), (2, 1))),
    "slim": Grid(2, 3, 31.5, 35.2, 5, 6.0, (1, 1)),
    "slim-plus": Grid(2, 2, 26.7, 30.4, 6, 7.0, (1, 1), ((1, 1), (2, 1))),
    "slim-max": Grid(2, 2, 23.0, 26.8, 5, 6.0, (1, 1), ((1, 1), (2, 1))),
}
ONE = {
    "wide": Grid(3, 3, 20.0, 23.5, 4, 5.8),
    "mid": Grid(3, 3, 18.3, 21.5, 4, 5.8),
    "wide-plus": Grid(2, 3, 25.3, 29.5, 3, 4.8),
    "wide-max": Grid(2, 2, 20.7, 24.8, 4, 6.0),
    "slim": Grid(2, 4, 31.5, 35.2, 3, 4.5, (1, 2)),
    "slim-plus": Grid(2, 3, 26.7, 30.4, 3, 5.0, (1, 2), ((1, 1), (2, 1), (1, 2))),
    "slim-max": Grid(2, 2, 23.0, 26.8, 4, 6.0, (1, 1), ((1, 1), (2, 1), (1, 2))),
}
_LIST = ((1, 1), (1, 2), (1, 3))
BALLOT = {
    "wide": Grid(2, 6, 32.3, 0, 2, 2.8, shapes=_LIST),
    "mid": Grid(2, 6, 31.0, 0, 2, 2.8, shapes=_LIST),
    "wide-plus": Grid(2, 5, 27.0, 0, 2, 2.8, shapes=_LIST),
    "wide-max": Grid(2, 4, 22.5, 0, 2, 2.8, shapes=_LIST),
    "slim": Grid(2, 6, 33.0, 0, 2, 2.8, (1, 2), _LIST),
    "slim-plus": Grid(2, 5, 28.5, 0, 2, 2.8, (1, 2), _LIST),
    "slim-max": Grid(2, 4, 25.0, 0, 2, 2.8, (1, 2), _LIST),
}


@dataclass(slots=True)
class _Page:
    """What is taken on a page that is being filled."""

    grid: Grid
    taken: set[Shape] = field(default_factory=set)

    def __post_init__(self) -> None:
        columns, rows = self.grid.corner
        self.taken |= {
            (self.grid.columns - column, self.grid.rows - row) for column in range(columns) for row in range(rows)
        }

    def place(self, shape: Shape) -> Shape | None:
        """Take the first free place of this shape, row by row, or None. Counted from 1."""
        for row in range(1, self.grid.rows - shape[1] + 2):
            for column in range(1, self.grid.columns - shape[0] + 2):
                cells = {(column + x, row + y) for x in range(shape[0]) for y in range(shape[1])}
                if not cells & self.taken:
                    self.taken |= cells
                    return column, row
        return None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cards with their places by form, and the kind of each page by form."""

    cards: tuple[tuple[Worded, Spots], ...]
    pages: Spots


def sheet(cards: Sequence[Worded]) -> Sheet:
    """Cards as they were written: those with two fields on sheets of six, the others on sheets of nine."""
    pairs, singles = _sorted(cards)
    return _sheet([(pairs, TWO, "two"), (singles, ONE, "one")])


def ballot(cards: Sequence[Worded]) -> Sheet:
    """What is voted on or assessed, two columns of lines."""
    return _sheet([(list(cards), BALLOT, "lines")])


def _sorted(cards: Sequence[Worded]) -> tuple[list[Worded], list[Worded]]:
    """No sheet stands half empty: a few cards with one field stay among those with two, more get their own sheets."""
    singles = [card for card in cards if not card.second]
    if len(singles) > len(cards) / 3:
        return [card for card in cards if card.second], singles
    return list(cards), []


def _sheet(piles: list[tuple[list[Worded], dict[str, Grid], str]]) -> Sheet:
    spots: dict[int, Spots] = {card.id: {} for pile, _, _ in piles for card in pile}
    kinds: Spots = {}
    texts = [[_measured(card) for card in pile] for pile, _, _ in piles]
    for form in TWO:
        names: list[str] = []
        for (pile, grids, name), measured in zip(piles, texts, strict=True):
            filled = _fill(measured, grids[form])
            for card, (page, (column, row), (wide, tall)) in zip(pile, filled, strict=True):
                spots[card.id][form] = f"{len(names) + page} c{column} r{row} w{wide} t{tall}"
            kind = f"{name} g{grids[form].columns}x{grids[form].rows}"
            names += [kind] * (max((page for page, _, _ in filled), default=-1) + 1)
        kinds[form] = ",".join(names) or "two"
    return Sheet(tuple((card, spots[card.id]) for pile, _, _ in piles for card in pile), kinds)


def _measured(card: Worded) -> tuple[Measured, Measured]:
    return board_text.measured(card.first), board_text.measured(card.second) if card.second else []


def _fill(cards: Sequence[tuple[Measured, Measured]], grid: Grid) -> list[tuple[int, Shape, Shape]]:
    """Page, place and shape of each card: the smallest shape that holds it, on the first page with room."""
    pages: list[_Page] = []
    first = dict.fromkeys(grid.shapes, 0)  # page that may have room for a shape: pages only ever get fuller
    placed: list[tuple[int, Shape, Shape]] = []
    for card in cards:
        shape = next((shape for shape in grid.shapes if grid.holds(card, shape)), grid.shapes[-1])
        while True:
            if first[shape] == len(pages):
                pages.append(_Page(grid))
            at = pages[first[shape]].place(shape)
            if at is not None:
                placed.append((first[shape], at, shape))
                break
            first[shape] += 1
    return placed
