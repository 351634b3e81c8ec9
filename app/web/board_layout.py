"""Where themes stand on the wall: pages, rows, widths and the words that fit, for every form the wall can take.

The server draws one picture for all walls; each thing in it says where it stands in each form, and the wall chooses.
What does not fit waits for the next page and is never made smaller. Pure rules, no database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from app.activities.collect import ThemesView
from app.domain.themes import ThemeView
from app.models import Card
from app.web import board_text

Spots = dict[str, str]  # form -> page, then the classes that place a thing on it

LETTER = 0.505  # an average letter of the voice, in its own size; measured with Palatino, the widest of the stack
READ = 1.93  # rem; 1/28 of the height
QUAY = 40  # slips on one line
UNITS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Sea:
    """A form of the wall as the themes see it: rem of its 48 columns, islands a page, and quotes by number of rows.

    `shapes` maps islands on a page to islands in each row; `quotes` maps rows to (size in rem, lines) of the first row
    and of the others.
    """

    name: str
    width: float
    page: int
    shapes: dict[int, tuple[int, ...]]
    quotes: dict[int, tuple[tuple[float, int], tuple[float, int]]]
    alone: int  # columns of an island that has the last row for itself


_WIDE = {1: (1,), 2: (2,), 3: (3,), 4: (2, 2), 5: (2, 3), 6: (3, 3), 7: (2, 3, 2), 8: (3, 3, 2), 9: (3, 3, 3)}
_PAIRS = {1: (1,), 2: (2,), 3: (2, 1), 4: (2, 2), 5: (2, 2, 1)}
_THREE = ((READ, 3), (READ, 3))
_FOUR = ((READ, 4), (READ, 4))
_LARGE = ((2.7, 4), (2.3, 4))
SEAS = (
    Sea("wide", 73.5, 9, _WIDE, {1: ((2.9, 5), (2.9, 5)), 2: _LARGE, 3: _THREE}, 34),
    Sea("mid", 66.5, 9, _WIDE, {1: ((2.9, 5), (2.9, 5)), 2: _LARGE, 3: _THREE}, 34),
    Sea("wide-plus", 58.0, 4, _PAIRS, {1: _FOUR, 2: _FOUR}, 34),
    Sea("wide-max", 49.0, 4, _PAIRS, {1: _FOUR, 2: _THREE}, 34),
    Sea("slim", 69.8, 5, _PAIRS, {1: _LARGE, 2: _LARGE, 3: _THREE}, 31),
    Sea("slim-plus", 60.4, 3, _PAIRS, {1: _FOUR, 2: _FOUR}, 31),
    Sea("slim-max", 53.2, 3, _PAIRS, {1: _FOUR, 2: _THREE}, 31),
)


@dataclass(frozen=True, slots=True)
class Slips:
    """One mark a card along a quay, or one for every `each` cards. `numbers` are the cards the marks stand for."""

    numbers: tuple[int, ...]
    each: int


@dataclass(frozen=True, slots=True)
class Island:
    """A theme with its place and its quote in every form: `quotes` pairs a text with the forms it fits."""

    theme: ThemeView
    spots: Spots
    quotes: tuple[tuple[str, str], ...]
    slips: Slips


@dataclass(frozen=True, slots=True)
class Chart:
    """All islands, and for every form the rows of its pages, comma separated. `each` is cards a slip."""

    islands: tuple[Island, ...]
    pages: Spots
    each: int


def pages(count: int, room: int) -> list[int]:
    """Even pages, biggest first: 14 things with room for 5 are 5, 5 and 4."""
    number = max(1, ceil(count / room))
    return [count // number + (page < count % number) for page in range(number)]


def spans(sizes: Sequence[int], largest: int, alone: int = 34) -> list[int]:
    """Columns of 48 for one row of themes, from their cards; what is left over is open sea."""
    if len(sizes) == 1:
        return [alone]
    if len(sizes) == 2:
        return [26, 22]
    shares = [size / max(largest, 1) for size in sizes]
    row = [17 if share >= 0.65 else 15 if share >= 0.5 else 14 if share >= 0.3 else 13 for share in shares]
    return row if sum(row) <= 48 else [17, 16, 15]


def settled(view: ThemesView) -> list[tuple[ThemeView, int]]:
    """Themes in their steady order, pinned ones first and then the biggest, with the size that decides the width."""
    sized = [(theme, sum(card.number <= view.settled for card in theme.cards)) for theme in view.themes]
    return sorted(sized, key=lambda pair: (not pair[0].pinned, -pair[1], pair[0].id))


def chart(view: ThemesView) -> Chart:
    """Every theme's island, by the rule of the themes board."""
    themes = settled(view)
    each = each_stands_for(max((len(theme.cards) for theme, _ in themes), default=0), QUAY)
    spots: list[Spots] = [{} for _ in themes]
    fits: list[dict[str, str]] = [{} for _ in themes]
    rows: Spots = {}
    for sea in SEAS:
        kinds = []
        for index, (place, shape, span, row) in enumerate(_islands(themes, sea)):
            if place.endswith("r1 o1"):
                kinds.append(f"rows{shape}")
            spots[index][sea.name] = f"{place} s{span}"
            size, lines = sea.quotes[shape][row > 1]
            room = (span / 48 * sea.width - 5.0) / (size * LETTER)
            heading = board_text.lines(themes[index][0].label, (span / 48 * sea.width - 8.2))
            fits[index][sea.name] = quote(themes[index][0], room, lines - (heading > 1))
        rows[sea.name] = ",".join(kinds)
    islands = tuple(
        Island(theme, spots[index], _by_text(fits[index]), slips(theme.cards, each))
        for index, (theme, _) in enumerate(themes)
    )
    return Chart(islands, rows, each)


def _islands(themes: Sequence[tuple[ThemeView, int]], sea: Sea) -> Iterable[tuple[str, int, int, int]]:
    """For each theme in order: "PAGE rROW oPLACE", rows on its page, columns, and its row."""
    largest = max((size for _, size in themes), default=1)
    begin = 0
    for page, count in enumerate(pages(len(themes), sea.page)):
        shape = sea.shapes.get(count, ())
        slim = sea.name.startswith("slim")
        grid = (3 if count > 3 and sea.page > 4 else 2) if slim else len(shape)
        for row, in_row in enumerate(shape, start=1):
            own = [size for _, size in themes[begin : begin + in_row]]
            widths = spans(own, largest, 48 if slim and row == 1 else sea.alone)
            if slim and row == 2 and in_row == 2:
                widths = [22, 26]
            turned = row == 2 and len(shape) == 3 and in_row == 3 and shape[0] == 3
            for place, width in enumerate(widths, start=1):
                yield f"{page} r{row} o{in_row + 1 - place if turned else place}", grid, width, row
            begin += in_row


def quote(theme: ThemeView, room: float, lines: int) -> str:
    """The most typical card that fits whole on these lines; if none does, the most typical, cut at a word."""
    texts = [board_text.one_line(card.first) for card in theme.cards]
    for text in texts:
        if not board_text.has_longer_word(text, room) and board_text.lines(f"»{text}«", room) <= lines:
            return text
    whole = [text for text in texts if not board_text.has_longer_word(text, room)]
    return board_text.cut((whole or texts)[0], room, lines) if texts else ""


def _by_text(fits: dict[str, str]) -> tuple[tuple[str, str], ...]:
    forms: dict[str, list[str]] = {}
    for form, text in fits.items():
        forms.setdefault(text, []).append(form)
    return tuple((text, " ".join(names)) for text, names in forms.items() if text)


def each_stands_for(most: int, room: int) -> int:
    """How many things one mark is, so that at most `room` marks are needed."""
    return next((unit for unit in UNITS if most <= unit * room), UNITS[-1])


def slips(cards: Sequence[Card], each: int) -> Slips:
    """One slip for every `each` cards; a slip carries the number of its newest card."""
    numbers = sorted(card.number for card in cards)
    marks = [max(numbers[begin : begin + each]) for begin in range(0, len(numbers), each)]
    return Slips(tuple(marks), each)


def drift(cards: Sequence[Card]) -> Slips:
    """The pile that is not placed yet, at most sixty marks."""
    return slips(cards, each_stands_for(len(cards), 60))


def hush(count: int) -> Slips:
    """Cards that are only counted so far, at most a hundred marks."""
    each = each_stands_for(count, 100)
    return Slips(tuple(range(1, ceil(count / each) + 1)), each)
