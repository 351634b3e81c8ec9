"""Pages of cards: every card once, in order, none on top of another, long ones in more places."""

from hypothesis import given
from hypothesis import strategies as st

from app.activities.collect import CardView
from app.domain import card_kinds
from app.web import board_sheets
from app.web.board_sheets import BALLOT, ONE, TWO


def card(number: int, first: str, second: str = "") -> CardView:
    kind = card_kinds.kind("barrier")
    return CardView(number, number, kind, first, second, "shown", "", False, "", 1)


def cards(*texts: str) -> list[CardView]:
    return [card(number, text) for number, text in enumerate(texts, start=1)]


def cells(spot: str) -> tuple[int, set[tuple[int, int]]]:
    page, *classes = spot.split(" ")
    column, row, wide, tall = (int(each[1:]) for each in classes)
    return int(page), {(column + x, row + y) for x in range(wide) for y in range(tall)}


def test_six_pairs_fill_a_wide_page_and_five_an_old_one():
    sheet = board_sheets.sheet([card(number, "kort", "svar") for number in range(1, 12)])
    assert [spots["wide"][0] for _, spots in sheet.cards] == ["0"] * 6 + ["1"] * 5
    assert [spots["slim"][0] for _, spots in sheet.cards] == ["0"] * 5 + ["1"] * 5 + ["2"]
    assert sheet.pages["wide"] == "two g3x2,two g3x2"


def test_nine_single_cards_fill_a_wide_page_and_six_an_old_one():
    sheet = board_sheets.sheet(cards(*["kort"] * 10))
    assert [spots["wide"][0] for _, spots in sheet.cards] == ["0"] * 9 + ["1"]
    assert [spots["slim"][0] for _, spots in sheet.cards] == ["0"] * 6 + ["1"] * 4
    assert sheet.pages["wide"] == "one g3x3,one g3x3"


def test_a_long_card_takes_two_places_and_the_longest_four():
    sheet = board_sheets.sheet(cards("kort", "ord " * 38, "ord " * 70))
    assert [spots["wide"].split(" ")[-2:] for _, spots in sheet.cards] == [["w1", "t1"], ["w2", "t1"], ["w2", "t2"]]


def test_a_few_single_cards_stay_among_the_pairs_and_many_get_pages_of_their_own():
    pairs = [card(number, "kort", "svar") for number in range(1, 6)]
    assert board_sheets.sheet([*pairs, card(9, "alene")]).pages["wide"] == "two g3x2"
    mixed = board_sheets.sheet([*pairs, *[card(number, "alene") for number in range(10, 15)]])
    assert mixed.pages["wide"] == "two g3x2,one g3x3"
    assert len(mixed.cards) == 10


def test_a_new_card_at_the_end_moves_no_other():
    texts = ["kort", "ord " * 50, "mellem " * 9] * 7
    before = board_sheets.sheet(cards(*texts))
    after = board_sheets.sheet(cards(*texts, "ny"))
    assert [spots for _, spots in after.cards[:-1]] == [spots for _, spots in before.cards]


@given(st.lists(st.tuples(st.text(max_size=280), st.text(max_size=280)), max_size=25))
def test_no_card_lies_on_another_or_under_the_way_in(texts):
    written = [card(number, first, second) for number, (first, second) in enumerate(texts, start=1)]
    for sheet, grids in ((board_sheets.sheet(written), [ONE, TWO]), (board_sheets.ballot(written), [BALLOT])):
        assert len({each.number for each, _ in sheet.cards}) == len(written)
        for form in TWO:
            kinds = sheet.pages[form].split(",")
            taken: set[tuple[int, int, int]] = set()
            for _, spots in sheet.cards:
                page, own = cells(spots[form])
                columns, rows = (int(each) for each in kinds[page].partition(" g")[2].split("x"))
                grid = next(each[form] for each in grids if (each[form].columns, each[form].rows) == (columns, rows))
                corner = {
                    (columns - column, rows - row) for column in range(grid.corner[0]) for row in range(grid.corner[1])
                }
                assert all(1 <= column <= columns and 1 <= row <= rows for column, row in own)
                assert not own & corner
                places = {(page, column, row) for column, row in own}
                assert not places & taken
                taken |= places
