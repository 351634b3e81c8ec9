"""Themes on the desk: what a person does stays done, and every act can be undone to the last row."""

import pytest

from app import errors
from app.domain import grouping, journal, themes
from app.domain.grouping import Arrangement, Heading
from app.models import Ban, Placement, Theme
from tests.domain.hall import writing


@pytest.fixture
def hall(base):
    hall = writing(base)
    ids = [hall.write(f"Kort {number}").card_id for number in range(6)]
    moves = {ids[0]: -1, ids[1]: -1, ids[2]: -1, ids[3]: -2, ids[4]: -2, ids[5]: None}
    hall.do(grouping.arrange, Arrangement(moves, founded={-1: Heading("Tid", "tid"), -2: Heading("Rum", "rum")}))
    hall.cards_ = ids
    return hall


def piles(hall) -> dict[str, list[int]]:
    return {view.label: [card.id for card in view.cards] for view in hall.read(themes.view)}


def numbers(hall) -> dict[str, int]:
    return {view.label: view.id for view in hall.read(themes.view)}


def everything(hall) -> list[object]:
    return [hall.rows(model) for model in (Theme, Placement, Ban)]


def test_the_biggest_theme_is_first_and_the_open_pile_last(hall):
    a, b, c, d, e, f = hall.cards_
    assert list(piles(hall).items()) == [("Tid", [a, b, c]), ("Rum", [d, e]), ("", [f])]


def test_moving_a_card_bans_the_machine_from_putting_it_back(hall):
    card = hall.cards_[0]
    hall.do(themes.move, [card], numbers(hall)["Rum"])
    hall.do(grouping.arrange, Arrangement({card: numbers(hall)["Tid"]}))
    assert card in piles(hall)["Rum"]
    assert hall.read(themes.bans) == frozenset({(card, numbers(hall)["Tid"])})


def test_merging_keeps_the_heading_of_the_one_merged_into(hall):
    hall.do(themes.merge, numbers(hall)["Rum"], numbers(hall)["Tid"])
    assert {label: len(ids) for label, ids in piles(hall).items()} == {"Tid": 5, "": 1}


def test_a_theme_cannot_be_merged_with_itself(hall):
    with pytest.raises(errors.ThemeGone):
        hall.do(themes.merge, numbers(hall)["Rum"], numbers(hall)["Rum"])


def test_splitting_makes_a_new_theme_with_the_chosen_cards(hall):
    hall.do(themes.new, "Aften", hall.cards_[:2])
    assert {label: len(ids) for label, ids in piles(hall).items()} == {"Aften": 2, "Rum": 2, "Tid": 1, "": 1}


def test_a_persons_heading_is_final(hall):
    number = numbers(hall)["Tid"]
    hall.do(themes.rename, number, "Tid og hænder")
    hall.do(grouping.arrange, Arrangement({}, renamed={number: Heading("Noget andet", "")}))
    assert numbers(hall)["Tid og hænder"] == number


def test_an_edited_theme_is_neither_emptied_nor_retired_by_the_machine(hall):
    number = numbers(hall)["Rum"]
    hall.do(themes.rename, number, "Rummet")
    hall.do(grouping.arrange, Arrangement(dict.fromkeys(hall.cards_[3:5]), retired=frozenset({number})))
    assert piles(hall)["Rummet"] == hall.cards_[3:5]


@pytest.mark.parametrize(
    "act",
    [
        lambda hall, n: hall.do(themes.rename, n["Tid"], "Tiden"),
        lambda hall, n: hall.do(themes.lock, n["Tid"], True),
        lambda hall, n: hall.do(themes.merge, n["Rum"], n["Tid"]),
        lambda hall, n: hall.do(themes.move, hall.cards_[:2], n["Rum"]),
        lambda hall, n: hall.do(themes.move, hall.cards_[:2], 0),
    ],
    ids=["rename", "lock", "merge", "move", "move out"],
)
def test_undo_restores_every_row(hall, act):
    before = everything(hall)
    act(hall, numbers(hall))
    assert everything(hall) != before
    hall.do(journal.undo)
    assert everything(hall) == before


def test_undoing_a_new_theme_puts_its_cards_back(hall):
    before = piles(hall)
    hall.do(themes.new, "Aften", hall.cards_[:2])
    hall.do(journal.undo)
    assert piles(hall) == before


def test_undo_goes_back_act_by_act_and_then_says_so(hall):
    hall.do(themes.rename, numbers(hall)["Tid"], "Et")
    hall.do(themes.rename, numbers(hall)["Et"], "To")
    hall.do(journal.undo)
    assert "Et" in numbers(hall)
    hall.do(journal.undo)
    assert "Tid" in numbers(hall)
    while True:  # the steps of the day can be undone as well
        try:
            hall.do(journal.undo)
        except errors.NothingToUndo:
            break


@pytest.mark.parametrize(
    ("label", "fact"), [("", errors.Empty), (" \u200b ", errors.Empty), ("x" * 61, errors.TooLong)]
)
def test_a_heading_must_be_there_and_short(hall, label, fact):
    with pytest.raises(fact):
        hall.do(themes.rename, numbers(hall)["Tid"], label)


def test_another_dialogues_cards_and_themes_are_out_of_reach(hall, base):
    other = writing(base)
    foreign = other.write("Fremmed").card_id
    with pytest.raises(errors.NotFound):
        hall.do(themes.move, [foreign], numbers(hall)["Tid"])
    with pytest.raises(errors.ThemeGone):
        other.do(themes.rename, numbers(hall)["Tid"], "Min")
