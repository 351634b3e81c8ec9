"""Table plans: even, mixed, spread, and with new faces after lunch."""

from collections import Counter
from itertools import combinations

import pytest

from app.analysis.seating import Sitter, plan


def tables(people, seats):
    return [[person for person in people if seats[person.id] == number] for number in sorted(set(seats.values()))]


def pairs(people, seats):
    return {frozenset((one.id, other.id)) for table in tables(people, seats) for one, other in combinations(table, 2)}


def conference() -> list[Sitter]:
    """A hundred people as in the scenario of the conference: 34, 22, 18, 16 and 10."""
    roles = [1] * 34 + [2] * 22 + [3] * 18 + [4] * 16 + [5] * 10
    return [Sitter(number, role) for number, role in enumerate(roles, start=1)]


def test_tables_are_even():
    seats = plan(conference(), 14)
    sizes = Counter(seats.values())
    assert (len(sizes), min(sizes.values()), max(sizes.values())) == (14, 7, 8)


def test_no_table_is_of_one_perspective_and_none_has_much_more_than_its_share():
    people = conference()
    for table in tables(people, plan(people, 14)):
        roles = Counter(person.perspective for person in table)
        assert len(roles) >= 4
        assert max(roles.values()) <= 3


def test_at_most_two_of_an_organisation_sit_together_when_that_is_possible():
    people = [Sitter(number, number % 4, number % 6 + 1) for number in range(60)]
    for table in tables(people, plan(people, 8)):
        assert max(Counter(person.organisation for person in table).values()) <= 2


def test_three_delegates_of_six_organisations_are_spread_over_three_tables():
    people = [Sitter(number, 1, number // 3 + 1) for number in range(18)]
    for table in tables(people, plan(people, 3)):
        assert sorted(person.organisation for person in table) == [1, 2, 3, 4, 5, 6]


def test_the_plan_after_lunch_brings_new_people_together():
    people = conference()
    before = pairs(people, plan(people, 14))
    after = pairs(people, plan(people, 14, [tuple(pair) for pair in before], seed=2))
    assert len(before & after) <= len(before) // 20


def test_the_same_people_get_the_same_plan_in_whatever_order_they_come():
    people = conference()
    assert plan(people, 9) == plan(list(reversed(people)), 9)


def test_more_tables_than_people_and_nobody_at_all_are_no_trouble():
    assert plan([], 3) == {}
    assert sorted(plan([Sitter(1, 1), Sitter(2, 1)], 5).values()) == [0, 1]
    with pytest.raises(ValueError, match="no tables"):
        plan([], 0)
