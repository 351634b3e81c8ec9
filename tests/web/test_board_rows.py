"""Results, promises and who is here: even pages, a rope that parts no equals, marks that fit."""

import pytest

from app.domain.participants import GroupView
from app.domain.votes import ResultView
from app.models import Card
from app.web import board_rows


def result(number: int, total: int, text: str = "Aftal næste møde") -> ResultView:
    card = Card(dialogue_id=1, activity_id=1, participant_id=1, key="k", number=number, kind="advice", first=text)
    return ResultView(card, total, total, 0, 0, {1: 0.5, 2: 0.25})


def results(*totals: int) -> list[ResultView]:
    return [result(number, total) for number, total in enumerate(totals, start=1)]


@pytest.mark.parametrize(
    ("totals", "goes_on", "expected"),
    [
        ((9, 8, 7, 6), 3, 3),
        ((9, 8, 7, 7, 7, 1), 3, 5),  # equal scores are never parted
        ((5, 5, 5), 3, 0),  # everything goes on: no rope
        ((9, 8), 3, 0),
        ((9, 8, 7, 6), 0, 0),
    ],
)
def test_the_rope_lies_under_the_last_that_goes_on(totals, goes_on, expected):
    assert board_rows.result(results(*totals), "dots", goes_on).goes_on == expected


def test_twelve_options_are_six_and_six():
    bars = board_rows.result(results(*range(12, 0, -1)), "dots", 3)
    for form in ("wide", "slim"):
        assert [spots[form] for _, spots in bars.rows] == ["0"] * 6 + ["1"] * 6
        assert bars.pages[form] == "whole,whole"
    assert bars.most == 12


def test_eight_short_options_stand_on_one_wide_page():
    assert board_rows.result(results(*range(8, 0, -1)), "dots", 3).pages["wide"] == "whole"


def test_long_options_take_more_pages_and_keep_their_order():
    long = [result(number, 10 - number, "ord " * 70) for number in range(1, 9)]
    pages = [int(spots["wide"]) for _, spots in board_rows.result(long, "stance", 0).rows]
    assert pages == sorted(pages)
    assert max(pages) >= 2


def test_a_vote_without_votes_has_bars_of_nothing():
    bars = board_rows.result(results(0, 0), "dots", 3)
    assert bars.most == 1
    assert board_rows.result([], "dots", 3).rows == ()


def test_five_short_promises_stand_on_one_page_and_long_ones_on_more():
    short = board_rows.promises([("Hvad er åbent?", "Hvilke opgaver vi løser sammen.")] * 5)
    assert short.pages["wide"] == short.pages["slim"] == "whole"
    long = board_rows.promises([("Hvad er åbent?", "Vi lover at lytte. " * 30)] * 5)
    assert [spots["wide"] for _, _, spots in long.rows] == ["0", "1", "2", "3", "4"]
    assert board_rows.promises([("Hvad er åbent?", "")]).rows == ()


def test_marks_are_at_most_two_rows_of_twenty():
    people = board_rows.crowd([GroupView(1, "Borger", 81), GroupView(2, "Leder", 7)])
    assert (people.kind, people.each) == ("marks", 5)
    assert [marks for _, marks in people.groups] == [17, 2]


def test_many_roles_or_long_names_are_told_without_marks():
    assert board_rows.crowd([GroupView(n, "Borger", 9) for n in range(1, 8)]).kind == "many"
    assert board_rows.crowd([GroupView(1, "Frivillig i en forening", 9)]).kind == "names"
