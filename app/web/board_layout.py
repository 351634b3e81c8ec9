"""Where things stand on the wall: pages, rows and widths of themes, and the quote that fits. Pure rules, no database.

The rules are those of the design's themes board: nine islands a page on a wide wall, five on an old one, in even pages,
biggest first; width tells size; what does not fit waits for the next page and is never made smaller.
"""

from dataclasses import dataclass
from math import ceil

from app.domain.themes import ThemeView

WIDE, NARROW = 9, 5  # themes a page on 16:9 and on 4:3
COLUMNS = 48
_ROWS = {1: (1,), 2: (2,), 3: (3,), 4: (2, 2), 5: (2, 3), 6: (3, 3), 7: (2, 3, 2), 8: (3, 3, 2), 9: (3, 3, 3)}
_TALL = 110  # letters of a quote where there are two rows or one


@dataclass(frozen=True, slots=True)
class Island:
    """A theme's place: page on either wall, width in 48 columns, order within the page, and its quote."""

    theme: ThemeView
    wide_page: int
    narrow_page: int
    span: int
    order: int
    quote: str
    slips: int
    wide_heading: bool


@dataclass(frozen=True, slots=True)
class Sea:
    """All islands, and how many rows each wide page has. `slip_stands_for` is cards a slip."""

    islands: tuple[Island, ...]
    rows: tuple[int, ...]
    narrow_pages: int
    slip_stands_for: int


def pages(count: int, room: int) -> list[int]:
    """Even pages: 14 things with room for 9 are 7 and 7."""
    if not count:
        return []
    number = ceil(count / room)
    return [count // number + (1 if page < count % number else 0) for page in range(number)]


def spans(sizes: list[int], largest: int) -> list[int]:
    """Widths of one row of a page, from the cards of its themes."""
    if len(sizes) == 1:
        return [28]
    if len(sizes) == 2:
        return [26, 22] if sizes[0] >= sizes[1] else [22, 26]
    widths = [_width(size / largest) for size in sizes]
    if sum(widths) <= COLUMNS:
        return widths
    ranked = sorted(range(3), key=lambda place: (-sizes[place], place))
    fixed = [0, 0, 0]
    for width, place in zip((17, 16, 15), ranked, strict=True):
        fixed[place] = width
    return fixed


def _width(share: float) -> int:
    return next(width for least, width in ((0.65, 17), (0.5, 15), (0.3, 14), (0.0, 13)) if share >= least)


def sea(themes: tuple[ThemeView, ...]) -> Sea:
    """Lay out themes that stand biggest first."""
    largest = max((len(theme.cards) for theme in themes), default=1)
    narrow = [page for page, count in enumerate(pages(len(themes), NARROW), start=1) for _ in range(count)]
    islands: list[Island] = []
    rows: list[int] = []
    for page, count in enumerate(pages(len(themes), WIDE), start=1):
        begin = len(islands)
        shape = _ROWS[count]
        rows.append(len(shape))
        islands += _page(themes[begin : begin + count], shape, largest, page, narrow[begin:])
    return Sea(tuple(islands), tuple(rows), narrow[-1] if narrow else 1, 2 if largest > 40 else 1)


def _page(
    themes: tuple[ThemeView, ...], shape: tuple[int, ...], largest: int, page: int, narrow: list[int]
) -> list[Island]:
    placed: list[Island] = []
    for row, count in enumerate(shape):
        own = list(themes[len(placed) : len(placed) + count])
        order = list(range(count))
        if len(shape) == 3 and row == 1:
            order.reverse()  # the middle row runs small to big, so that no seams line up
        widths = dict(zip(order, spans([len(own[place].cards) for place in order], largest), strict=True))
        for place, theme in enumerate(own):
            placed.append(
                Island(
                    theme=theme,
                    wide_page=page,
                    narrow_page=narrow[len(placed)],
                    span=widths[place],
                    order=row * 3 + order.index(place) + 1,
                    quote=quote(theme, widths[place], len(shape)),
                    slips=ceil(len(theme.cards) / (2 if largest > 40 else 1)),
                    wide_heading=_wraps(theme.label, widths[place]),
                )
            )
    return placed


def _wraps(heading: str, span: int) -> bool:
    # Beside its number a heading has room for about one letter a column.
    return len(heading) > span


def quote(theme: ThemeView, span: int, rows: int) -> str:
    """The most typical card that fits whole; none fits: the most typical, cut at a word. Never reworded."""
    room = _TALL if rows < 3 else round(3.9 * span - 14)  # letters on three lines of an island this wide
    if _wraps(theme.label, span):
        room = room * 2 // 3
    texts = [" ".join(card.first.split()) for card in theme.cards if card.first]
    line = max(10, room // 3)
    for text in texts:
        if len(text) <= room and max(map(len, text.split()), default=0) <= line:
            return text
    return cut(texts[0], room) if texts else ""


def cut(text: str, room: int) -> str:
    """The beginning of a text that fits, cut at a word, with a sign that there is more."""
    if len(text) <= room:
        return text
    kept = text[: room - 2]
    at_word = kept.rpartition(" ")[0]
    return (at_word if len(at_word) > room // 2 else kept).rstrip(" ,.;:-") + " …"
