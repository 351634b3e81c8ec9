"""The themes board's rules: pages, rows, widths, quotes, slips."""

import pytest

from app.activities.collect import ThemesView
from app.domain.themes import ThemeView
from app.models import Card
from app.web import board_layout
from app.web.board_layout import SEAS


def card(number: int, text: str = "kort") -> Card:
    return Card(dialogue_id=1, activity_id=1, participant_id=1, key="k", number=number, kind="advice", first=text)


def theme(number: int, cards: list[Card], label: str = "Tid") -> ThemeView:
    return ThemeView(number, label, "", False, False, tuple(cards))


def view(*sizes: int, settled: int = 10_000) -> ThemesView:
    """Themes of these sizes, cards numbered one after the other."""
    numbers = iter(range(1, 10_000))
    themes = [theme(place, [card(next(numbers)) for _ in range(size)]) for place, size in enumerate(sizes, start=1)]
    return ThemesView("", tuple(themes), (), sum(sizes), settled)


@pytest.mark.parametrize(
    ("count", "room", "expected"),
    [(5, 9, [5]), (9, 9, [9]), (14, 9, [7, 7]), (9, 5, [5, 4]), (14, 5, [5, 5, 4]), (10, 9, [5, 5])],
)
def test_pages_are_even_and_biggest_first(count, room, expected):
    assert board_layout.pages(count, room) == expected


@pytest.mark.parametrize(
    ("sizes", "largest", "expected"),
    [
        ([22, 19, 17], 22, [17, 16, 15]),
        ([15, 13, 11], 22, [17, 15, 15]),
        ([8, 5, 3], 22, [14, 13, 13]),
        ([5, 4], 5, [26, 22]),
        ([7], 7, [34]),
    ],
)
def test_width_tells_size_and_a_row_never_passes_48(sizes, largest, expected):
    assert board_layout.spans(sizes, largest) == expected
    assert sum(expected) <= 48


def test_nine_themes_stand_as_the_chart_has_them():
    spots = [island.spots["wide"] for island in board_layout.chart(view(22, 19, 17, 15, 13, 11, 8, 5, 3)).islands]
    assert spots == [
        *("0 r1 o1 s17", "0 r1 o2 s16", "0 r1 o3 s15"),
        *("0 r2 o3 s17", "0 r2 o2 s15", "0 r2 o1 s15"),  # the middle row runs small to big
        *("0 r3 o1 s14", "0 r3 o2 s13", "0 r3 o3 s13"),
    ]


def test_an_old_projector_has_five_a_page_and_leaves_the_corner_to_the_way_in():
    chart = board_layout.chart(view(22, 19, 17, 15, 13, 11, 8, 5, 3))
    assert [island.spots["slim"] for island in chart.islands] == [
        *("0 r1 o1 s26", "0 r1 o2 s22", "0 r2 o1 s22", "0 r2 o2 s26", "0 r3 o1 s31"),
        *("1 r1 o1 s26", "1 r1 o2 s22", "1 r2 o1 s22", "1 r2 o2 s26"),
    ]
    assert chart.pages["slim"] == "rows3,rows3"


def test_fourteen_themes_are_seven_and_seven():
    chart = board_layout.chart(view(*range(20, 6, -1)))
    assert [island.spots["wide"][0] for island in chart.islands] == ["0"] * 7 + ["1"] * 7
    assert chart.pages["wide"] == "rows3,rows3"


@pytest.mark.parametrize("count", range(1, 30))
def test_every_theme_has_one_place_in_every_form(count):
    chart = board_layout.chart(view(*range(40, 40 - count, -1)))
    for sea in SEAS:
        spots = [island.spots[sea.name].rpartition(" ")[0] for island in chart.islands]
        assert len(set(spots)) == count
        shapes = chart.pages[sea.name].split(",")
        assert {int(spot.partition(" ")[0]) for spot in spots} == set(range(len(shapes)))
        for spot in spots:
            page, row, _ = spot.split(" ")
            assert int(row[1:]) <= int(shapes[int(page)][4:])


def test_themes_keep_their_places_while_people_write():
    before = view(5, 4, 3, settled=12)
    first, second, third = before.themes
    third = theme(third.id, [*third.cards, *map(card, range(20, 30))])
    grown = ThemesView("", (first, second, third), (), 22, settled=12)
    spots = [[island.spots for island in board_layout.chart(each).islands] for each in (before, grown)]
    assert spots[0] == spots[1]
    later = ThemesView("", grown.themes, (), 22, settled=30)
    assert board_layout.chart(later).islands[0].theme.id == 3


def test_a_quote_is_the_first_card_that_fits_whole():
    long = card(1, "et nogenlunde langt udsagn om alt det der står i vejen for os alle sammen her i dag")
    assert board_layout.quote(theme(1, [long, card(2, "kort sætning")]), 20, 2) == "kort sætning"


def test_a_card_with_a_word_longer_than_the_line_is_not_quoted():
    cards = [card(1, "medarbejderinddragelse nu"), card(2, "spørg dem først")]
    assert board_layout.quote(theme(1, cards), 16, 3) == "spørg dem først"


def test_a_quote_that_fits_nowhere_is_the_first_cut_at_a_word():
    assert board_layout.quote(theme(1, [card(1, "ord " * 60)]), 16, 3).endswith("ord\u00a0…")
    assert board_layout.quote(theme(1, []), 16, 3) == ""


def test_one_slip_a_card_up_to_forty_and_then_one_for_two():
    assert board_layout.chart(view(40, 3)).each == 1
    chart = board_layout.chart(view(41, 3))
    assert chart.each == 2
    assert [len(island.slips.numbers) for island in chart.islands] == [21, 2]
    assert chart.islands[0].slips.numbers[-1] == 41  # the newest card is among the marks


@pytest.mark.parametrize("count", [0, 1, 15, 61, 100, 101, 999, 20_000])
def test_marks_never_need_more_room_than_there_is(count):
    assert len(board_layout.hush(count).numbers) <= 100
    assert len(board_layout.drift([card(number) for number in range(count)]).numbers) <= 60
