"""Rows on the wall: a result, the promises of the mandate card, and who is here. As few pages as they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from app.domain.participants import GroupView
from app.domain.profiles import LineView
from app.domain.profiles import ResultView as ProfileRow
from app.domain.votes import ResultView
from app.web import board_layout, board_text
from app.web.board_layout import Spots


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is here. `kind` is marks, names where names are long, or many where there are many roles.

    Only marks has marks: one for every `each` people.
    """

    groups: tuple[tuple[GroupView, int], ...]
    kind: str
    each: int


def crowd(groups: Sequence[GroupView]) -> Crowd:
    """At most two rows of twenty marks a role, for five roles with short names; else names and numbers must do."""
    long = any(len(group.name) > 18 for group in groups)
    kind = "many" if len(groups) > 5 else "names" if long else "marks"
    each = board_layout.each_stands_for(max((group.count for group in groups), default=0), 40)
    return Crowd(tuple((group, ceil(group.count / each) if kind == "marks" else 0) for group in groups), kind, each)


@dataclass(frozen=True, slots=True)
class Bars:
    """A result as rows: place by form, rows a page by form, length of the longest bar, and the last that goes on."""

    rows: tuple[tuple[ResultView, Spots], ...]
    pages: Spots
    most: int
    goes_on: int


# Rows a page at most; height of the page in rem; letters on a line without role columns, and what one of them takes.
_RESULT = {
    "wide": (8, 38.5, 55.0, 4.0),
    "mid": (8, 38.5, 48.0, 4.0),
    "wide-plus": (8, 29.0, 40.0, 4.0),
    "wide-max": (8, 23.5, 31.0, 4.0),
    "slim": (6, 37.5, 40.0, 3.2),
    "slim-plus": (6, 30.0, 30.0, 3.2),
    "slim-max": (6, 24.0, 23.0, 3.2),
}


def result(results: Sequence[ResultView], form: str, goes_on: int) -> Bars:
    """Rows of a result; `form` is dots or stance.

    `goes_on` options stand above the rope, more where equal scores would be parted by it.
    """
    roles = len(results[0].by_perspective) if results else 0
    spots: list[Spots] = [{} for _ in results]
    kinds: Spots = {}
    for name, (most, height, letters, taken) in _RESULT.items():
        if form == "stance":  # two more columns of numbers, and on a small wall they take the place of the roles
            room = letters - 9.0 - (taken * roles if name in ("wide", "mid") else 0.0)
        else:
            room = letters - taken * roles
        room = max(12.0, room)
        heights = [max(3.2, 0.3 + 2.01 * board_text.lines(each.card.first, room)) for each in results]
        at = _even(heights, height, most)
        for own, page in zip(spots, at, strict=True):
            own[name] = str(page)
        kinds[name] = ",".join("whole" for _ in set(at)) or "whole"
    while 0 < goes_on < len(results) and results[goes_on - 1].total == results[goes_on].total:
        goes_on += 1
    return Bars(
        rows=tuple(zip(results, spots, strict=True)),
        pages=kinds,
        most=max((each.total for each in results), default=0) or 1,
        goes_on=goes_on if goes_on < len(results) else 0,
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """An assessment as rows: place by form, rows a page by form, and the perspectives that any row shows."""

    rows: tuple[tuple[ProfileRow, Spots], ...]
    pages: Spots
    legend: tuple[LineView, ...]


_PROFILE = {  # rows a page at most; height of the page in rem; letters on a line
    "wide": (6, 42.0, 25.0),
    "mid": (6, 42.0, 23.0),
    "wide-plus": (5, 27.0, 18.0),
    "wide-max": (4, 21.0, 15.0),
    "slim": (6, 34.0, 22.0),
    "slim-plus": (5, 27.0, 18.0),
    "slim-max": (4, 21.0, 14.0),
}


def profile(results: Sequence[ProfileRow]) -> Profile:
    """Rows of an assessment or of a vote between poles, in their order."""
    spots: list[Spots] = [{} for _ in results]
    kinds: Spots = {}
    for name, (most, height, letters) in _PROFILE.items():
        heights = [max(4.0, 0.6 + 2.01 * board_text.lines(each.statement.first, letters)) for each in results]
        at = _even(heights, height, most)
        for own, page in zip(spots, at, strict=True):
            own[name] = str(page)
        kinds[name] = ",".join("whole" for _ in set(at)) or "whole"
    legend = {line.position: line for each in results for line in each.lines}
    order = sorted(legend, key=lambda position: position or 99)
    return Profile(tuple(zip(results, spots, strict=True)), kinds, tuple(legend[position] for position in order))


def _even(sizes: Sequence[float], capacity: float, most: int) -> list[int]:
    """The page of each thing, in order: as few pages as can be and about equally full, `most` things on each."""
    number = max(ceil(sum(sizes) / capacity), ceil(len(sizes) / most), 1)
    target = sum(sizes) / number
    at: list[int] = []
    filled = page = 0.0
    count = 0
    for size in sizes:
        full = filled + size > capacity or count == most
        if count and (full or (filled + size / 2 > target and page < number - 1)):
            page, filled, count = page + 1, 0.0, 0
        filled, count = filled + size, count + 1
        at.append(int(page))
    return at


@dataclass(frozen=True, slots=True)
class Promises:
    """The mandate card: question, text and place by form."""

    rows: tuple[tuple[str, str, Spots], ...]
    pages: Spots


_MANDATE = {  # letters on a line, lines a page
    "wide": (44.0, 16),
    "wide-plus": (36.0, 13),
    "wide-max": (27.0, 11),
    "slim": (48.0, 17),
    "slim-plus": (38.0, 14),
    "slim-max": (31.0, 12),
}


def promises(mandate: Sequence[tuple[str, str]]) -> Promises:
    """The five promises on as few pages as they need."""
    rows = [(question, text, Spots()) for question, text in mandate if text]
    kinds: Spots = {}
    for form, (letters, lines) in _MANDATE.items():
        own = 1.3 if form.startswith("slim") else 0.5  # a slim wall has the question on a line of its own
        at = _even([board_text.lines(text, letters) + own for _, text, _ in rows], lines, len(rows) or 1)
        for (_, _, spots), page in zip(rows, at, strict=True):
            spots[form] = str(page)
        kinds[form] = ",".join("whole" for _ in set(at)) or "whole"
    return Promises(tuple(rows), kinds)
