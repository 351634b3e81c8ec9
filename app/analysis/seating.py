"""Who sits where: tables of even size that mix perspectives, spread organisations and bring new people together.

Pure and repeatable: the same people in the same order give the same plan. A plan is improved by swapping two people for
as long as a swap makes it better, from a start that deals the groups out in turn (a local search, as for the social
golfer problem).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

_ALIKE = 4  # what two people of one perspective at a table cost, beside what an even spread makes unavoidable
_COLLEAGUES = 12  # two of one organisation
_AGAIN = 3  # two who have sat together before
_ROUNDS = 12  # of looking through everybody; a room of 150 settles after five


@dataclass(frozen=True, slots=True)
class Sitter:
    """A person to seat: who they are, their perspective, and their organisation, 0 for none."""

    id: int
    perspective: int
    organisation: int = 0


def plan(people: Sequence[Sitter], tables: int, met: Iterable[tuple[int, int]] = (), seed: int = 0) -> dict[int, int]:
    """A table (0 to `tables` - 1) for each person, by id. Sizes differ by at most one.

    `met` are pairs of ids that have sat together. Raises ValueError without tables.
    """
    if tables < 1:
        raise ValueError("no tables")
    known = {frozenset(pair) for pair in met}
    seats = _dealt(people, tables, seed)
    for _ in range(_ROUNDS):
        if not _improved(seats, known):
            break
    return {person.id: table for table, sitters in enumerate(seats) for person in sitters}


def _dealt(people: Sequence[Sitter], tables: int, seed: int) -> list[list[Sitter]]:
    """Perspective by perspective, organisation by organisation, one to each table in turn."""
    chance = Random(seed)  # noqa: S311 - a plan is no secret
    sizes = Counter(person.perspective for person in people)
    order = {person.id: chance.random() for person in sorted(people, key=lambda person: person.id)}
    row = sorted(
        people,
        key=lambda person: (-sizes[person.perspective], person.perspective, person.organisation, order[person.id]),
    )
    seats: list[list[Sitter]] = [[] for _ in range(tables)]
    for place, person in enumerate(row):
        seats[place % tables].append(person)
    return seats


def _improved(seats: list[list[Sitter]], known: set[frozenset[int]]) -> bool:
    """Swap pairs of people of different tables where that costs less. Whether any swap did."""
    better = False
    for one, other in combinations(range(len(seats)), 2):
        for place in range(len(seats[one])):
            costs = [_swap_cost(seats[one], place, seats[other], across, known) for across in range(len(seats[other]))]
            if costs and min(costs) < 0:
                across = costs.index(min(costs))
                mine, theirs = seats[one][place], seats[other][across]
                seats[one][place], seats[other][across] = theirs, mine
                better = True
    return better


def _swap_cost(own: list[Sitter], place: int, others: list[Sitter], across: int, known: set[frozenset[int]]) -> int:
    """What the swap adds to the cost of both tables; below zero it is better."""
    mine, theirs = own[place], others[across]
    left, right = own[:place] + own[place + 1 :], others[:across] + others[across + 1 :]
    return (
        _cost(theirs, left, known) + _cost(mine, right, known) - _cost(mine, left, known) - _cost(theirs, right, known)
    )


def _cost(person: Sitter, table: Iterable[Sitter], known: set[frozenset[int]]) -> int:
    total = 0
    for other in table:
        total += _ALIKE * (other.perspective == person.perspective)
        total += _COLLEAGUES * (person.organisation != 0 and other.organisation == person.organisation)
        total += _AGAIN * (frozenset((person.id, other.id)) in known)
    return total
