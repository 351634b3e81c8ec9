"""Headings that were carried over: their cards are examples, so that a new card finds its heading from the first."""

import pytest

from app.analysis.embedding import LexicalVectors
from app.domain import agenda, cards, carrying, dialogues, grouping, themes
from app.models import Example, Placement
from app.web.arranging import Arranger
from tests.analysis import cards as board
from tests.domain.hall import STEPS, Hall, preparation, writing

NEW = ("Nøglen til hallen er væk igen", "Hallens nøgle mangler", "Fællesspisning i beboerhuset om torsdagen")


@pytest.fixture
def halls(base) -> tuple[Hall, Hall]:
    """A dialogue with two headings a person gave, and a later one of the same series that has them from the start."""
    first = writing(base)
    for heading, subject in (("Nøgler", board.KEYS), ("Mad", board.FOOD)):
        first.do(themes.new, heading, [first.write(text).card_id for text in subject])
    later = Hall(base, base.do(dialogues.make, "empty", "Konferencen", 90, first.dialogue.series_id))
    for step in STEPS:
        later.do(dialogues.add_step, step)
    later.do(dialogues.prepare, preparation())
    carried = {piece.key for piece in first.read(carrying.offer) if piece.sort == "heading"}
    base.do(carrying.carry, first.id, later.id, carried)
    later.do(agenda.begin)
    later.join()
    later.go("Råd")
    return first, later


def arrange(hall: Hall) -> grouping.Arrangement | None:
    found = Arranger(LexicalVectors("da")).arrangement(hall.read(grouping.standing))
    if found is not None:
        hall.do(grouping.arrange, found)
    return found


def piles(hall: Hall) -> dict[str, list[int]]:
    return {pile.label: sorted(card.id for card in pile.cards) for pile in hall.read(themes.view)}


def test_new_cards_find_their_carried_heading_by_its_examples(halls):
    _, later = halls
    one, two, three = [later.write(text).card_id for text in NEW]
    other = later.write("Busserne kører for sjældent").card_id
    found = arrange(later)
    assert piles(later) == {"Nøgler": [one, two], "Mad": [three], "": [other]}
    assert set(found.moves) | set(found.alike) == {one, two, three, other}
    assert {row["card_id"] for row in later.rows(Placement)} == {one, two, three, other}


def test_examples_stay_with_their_heading_when_the_board_is_grouped_anew(halls):
    _, later = halls
    for subject in board.SUBJECTS:
        for text in subject:
            later.write(text)
    arrange(later)
    found = piles(later)
    assert {label: len(ids) for label, ids in found.items() if label in ("Nøgler", "Mad")} == {"Nøgler": 6, "Mad": 6}
    assert len(found) == 6


def test_an_example_that_is_taken_back_teaches_no_more(halls):
    first, later = halls
    before = len(later.read(grouping.standing).examples)
    first.base.do(cards.withdraw, first.people[0], first.read(cards.shown)[0].id)
    assert (before, len(later.read(grouping.standing).examples)) == (12, 11)


def test_a_text_that_was_typed_in_is_an_example_too(halls):
    _, later = halls
    [theme] = [pile.id for pile in later.read(themes.view) if pile.label == "Mad"]
    later.base.do(lambda tx: tx.session.add(Example(dialogue_id=later.id, theme_id=theme, text="Busser og tog")))
    card = later.write("Tog og busser kører for sjældent").card_id
    arrange(later)
    assert piles(later)["Mad"] == [card]
