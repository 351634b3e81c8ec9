"""The themes board's rules: pages, rows, widths, quotes."""

import pytest

from app.domain.themes import ThemeView
from app.models import Card
from app.web import board_layout


def theme(number: int, cards: int, label: str = "Tid", text: str = "kort") -> ThemeView:
    own = tuple(
        Card(dialogue_id=1, activity_id=1, participant_id=1, key=str(n), number=n, kind="advice", first=f"{text} {n}")
        for n in range(cards)
    )
    return ThemeView(number, label, "", False, False, own)


@pytest.mark.parametrize(
    ("count", "room", "expected"),
    [(0, 9, []), (5, 9, [5]), (9, 9, [9]), (14, 9, [7, 7]), (9, 5, [5, 4]), (14, 5, [5, 5, 4]), (10, 9, [5, 5])],
)
def test_pages_are_even(count, room, expected):
    assert board_layout.pages(count, room) == expected


@pytest.mark.parametrize(
    ("sizes", "largest", "expected"),
    [
        ([22, 19, 17], 22, [17, 16, 15]),
        ([11, 13, 15], 22, [15, 15, 17]),
        ([8, 5, 3], 22, [14, 13, 13]),
        ([20, 20, 20], 20, [17, 16, 15]),
        ([5, 4], 5, [26, 22]),
        ([4, 5], 5, [22, 26]),
        ([7], 7, [28]),
    ],
)
def test_width_tells_size_and_a_row_never_passes_48(sizes, largest, expected):
    assert board_layout.spans(sizes, largest) == expected
    assert sum(expected) <= 48


@pytest.mark.parametrize("count", range(1, 30))
def test_every_theme_has_one_place(count):
    sea = board_layout.sea(tuple(theme(n, 30 - n) for n in range(1, count + 1)))
    assert [island.theme.id for island in sea.islands] == list(range(1, count + 1))
    for page in range(1, len(sea.rows) + 1):
        own = [island for island in sea.islands if island.wide_page == page]
        assert 1 <= len(own) <= board_layout.WIDE
        assert len({island.order for island in own}) == len(own)
    assert max(island.narrow_page for island in sea.islands) == sea.narrow_pages


def test_the_middle_row_runs_small_to_big():
    sea = board_layout.sea(tuple(theme(n, 20 - n) for n in range(9)))
    assert [island.order for island in sea.islands] == [1, 2, 3, 6, 5, 4, 7, 8, 9]


def test_a_quote_is_the_first_card_that_fits_whole():
    long = theme(1, 1, text="ord " * 60)
    fitting = ThemeView(1, "Tid", "", False, False, (*long.cards, *theme(1, 1, text="kort sætning").cards))
    assert board_layout.quote(fitting, 17, 3) == "kort sætning 0"


def test_a_quote_that_fits_nowhere_is_cut_at_a_word():
    assert board_layout.quote(theme(1, 1, text="ord " * 60), 17, 3).endswith("ord …")
    assert len(board_layout.quote(theme(1, 1, text="x" * 280), 13, 3)) <= 40


def test_an_empty_theme_has_no_quote():
    assert board_layout.quote(theme(1, 0), 17, 3) == ""
