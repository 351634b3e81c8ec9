"""How the cards of a dialogue should lie: from what stands to an arrangement. A card's text is read once, ever."""

from collections import OrderedDict
from hashlib import blake2b

from app.analysis import labels, themes
from app.analysis.embedding import VectorSource
from app.analysis.vectors import Vectors, stacked
from app.domain.grouping import Arrangement, Heading, Standing
from app.settings import HEADING_MAX

ROWS_KEPT = 50_000  # vectors of cards in memory; older ones are made again when needed
QUOTABLE = 8  # typical cards kept a theme: the wall takes the first that fits


class Arranger:
    """Remembers what it has read. For one thread."""

    def __init__(self, source: VectorSource) -> None:
        self._source = source
        self._rows: OrderedDict[tuple[int, bytes], Vectors] = OrderedDict()

    def arrangement(self, standing: Standing) -> Arrangement | None:
        """How the cards should lie, or None when all is as it should be."""
        return arranged(standing, self._vectors(standing))

    def _vectors(self, standing: Standing) -> Vectors:
        texts = {(card.id, blake2b(card.text.encode(), digest_size=16).digest()): card.text for card in standing.cards}
        fresh = [key for key in texts if key not in self._rows]
        if fresh:
            made = self._source.encode([texts[key] for key in fresh])
            self._rows |= {key: made[[index]] for index, key in enumerate(fresh)}
        rows = stacked([self._rows[key] for key in texts])
        while len(self._rows) > ROWS_KEPT:
            self._rows.popitem(last=False)
        return rows


def arranged(standing: Standing, vectors: Vectors) -> Arrangement | None:
    """How the cards should lie, or None when all is as it should be."""
    board = themes.Board(
        cards=[themes.Card(card.id, card.theme, card.by_person) for card in standing.cards],
        themes=[
            themes.Theme(number, edited=number in standing.fixed, closed=number in standing.locked)
            for number in standing.themes
        ],
        bans=standing.bans,
    )
    tidying = themes.due(len(standing.cards), standing.tidied_at)
    new = [card.id for card in standing.cards if not card.placed]
    if tidying:
        plan = themes.tidy(board, vectors, regroup=not standing.edited)
    elif new:
        plan = themes.place(board, vectors, new)
    else:
        return None
    looked_at = dict.fromkeys(new) | plan.moves
    headings = _headings(standing, looked_at) if tidying or plan.founded else {}
    return Arrangement(
        moves=looked_at,
        founded={key: headings[key] for key in plan.founded},
        renamed={key: heading for key, heading in headings.items() if key > 0},
        typical=_typical(standing, looked_at, vectors),
        retired=frozenset(plan.retired),
        tidied_at=len(standing.cards) if tidying else None,
    )


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
