"""Why a card lies where it lies: the hand, the words, the neighbours and the room's taps."""

import pytest

from app import errors
from app.analysis.embedding import LexicalVectors
from app.domain import cards, dialogues, doubles, grouping, reasons, taps, themes
from app.domain.sortings import Choice
from app.web.arranging import Arranger
from tests.analysis import cards as board
from tests.domain.hall import Hall, key, writing


@pytest.fixture
def hall(base) -> Hall:
    made = writing(base, people=3)
    made.ids = [[made.write(text).card_id for text in subject] for subject in board.SUBJECTS]
    made.do(grouping.arrange, Arranger(LexicalVectors("da")).arrangement(made.read(grouping.standing)))
    return made


def test_a_card_the_machine_placed_has_words_and_neighbours_under_its_heading(hall):
    found = hall.read(reasons.why, hall.ids[1][0])
    assert (found.card.id, found.by, found.words[:2]) == (hall.ids[1][0], "machine", ("hallen", "nøglen"))
    assert len(found.neighbours) == 3
    assert {card.id for card in found.neighbours} < set(hall.ids[1])
    assert (found.agreeing, found.taps) == (0, 0)


def test_the_hand_that_put_it_there_is_told(hall):
    card, target = hall.ids[0][0], hall.read(reasons.why, hall.ids[1][0]).theme_id
    hall.do(themes.move, [card], target)
    moved = hall.read(reasons.why, card)
    assert (moved.by, moved.theme_id) == ("person", target)
    assert {neighbour.id for neighbour in moved.neighbours} < set(hall.ids[1])  # under its heading none is like it
    hall.do(doubles.join, [card], hall.ids[3][0])
    double = hall.read(reasons.why, card)
    assert (double.by, [one.id for one in double.neighbours]) == ("double", [hall.ids[3][0]])


def test_a_card_that_is_not_placed_has_no_reason_and_may_have_neighbours(hall):
    card = hall.write("Hvem har nøglen til hallen i dag?").card_id
    found = hall.read(reasons.why, card)
    assert (found.by, found.theme_id, found.label, found.words, found.neighbours) == ("", 0, "", (), ())


def test_the_room_s_taps_are_counted(hall):
    hall.do(dialogues.add_step, {"kind": "sort", "title_da": "Sortér", "title_en": "Sort", "settings": {"cards": 4}})
    step = hall.go("Sortér")
    here, there = (hall.read(reasons.why, hall.ids[at][0]) for at in (0, 1))
    for person, theme in zip(hall.people[1:], (here.theme_id, there.theme_id), strict=True):
        hall.base.do(taps.cast, person, step, hall.ids[0][0], Choice(theme_id=theme), key())
    found = hall.read(reasons.why, hall.ids[0][0])
    assert (found.agreeing, found.taps) == (1, 2)


def test_a_card_that_is_not_on_show_here_is_not_found(hall, base):
    card = hall.ids[0][0]
    hall.base.do(cards.withdraw, hall.people[0], card)
    with pytest.raises(errors.NotFound):
        hall.read(reasons.why, card)
    with pytest.raises(errors.NotFound):
        base.read(reasons.why, hall.id + 1, hall.ids[0][1])
