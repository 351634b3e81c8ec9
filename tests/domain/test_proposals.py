"""A new grouping is offered once a person has edited: never done by itself, adopted as one act, gone when stale."""

import pytest

from app import errors
from app.analysis.embedding import LexicalVectors
from app.domain import cards, doubles, grouping, journal, proposals, themes
from app.domain.grouping import Arrangement, Heading
from app.domain.proposals import Regrouping
from app.models import Ban, Placement, Theme
from app.web.arranging import Arranger
from tests.analysis import cards as board
from tests.domain.hall import Hall, writing

ARRANGER = Arranger(LexicalVectors("da"))


@pytest.fixture
def hall(base) -> Hall:
    """Cards on five subjects; the machine has put four of them under one heading, and a person has named the fifth."""
    made = writing(base)
    made.ids = [[made.write(text).card_id for text in subject] for subject in board.SUBJECTS]
    made.keys = made.ids[1]
    moves = {card: -2 if subject is made.keys else -1 for subject in made.ids for card in subject}
    made.do(grouping.arrange, Arrangement(moves, {-1: Heading("Alt", "alt"), -2: Heading("Hal", "hal")}, tidied_at=28))
    made.all, made.named = [number for _, number in sorted((p.label, p.id) for p in made.read(themes.view) if p.id)]
    return made


def look(hall: Hall) -> proposals.ProposalView | None:
    """What the keeper does beside the requests, and then what the desk shows."""
    basis = hall.read(proposals.due)
    if basis:
        hall.do(proposals.offer, basis, ARRANGER.regrouping(hall.read(grouping.standing)))
    return hall.read(proposals.view)


def piles(hall: Hall) -> dict[str, set[int]]:
    return {pile.label: {card.id for card in pile.cards} for pile in hall.read(themes.view) if pile.cards}


def everything(hall: Hall) -> list[object]:
    return [hall.rows(model) for model in (Placement, Theme, Ban)]


def test_nothing_is_offered_before_a_person_has_edited(hall):
    assert look(hall) is None
    assert hall.read(proposals.due) == ""


def test_after_the_first_edit_a_clear_gain_is_offered_and_not_done(hall):
    hall.do(themes.rename, hall.named, "Nøgler til hallen")
    before = everything(hall)
    offer = look(hall)
    assert everything(hall) == before
    assert [theme.label for theme in offer.appearing] == [theme.label for theme in offer.themes if theme.was == ""]
    assert len(offer.appearing) == 3
    assert sum(len(theme.arriving) for theme in offer.themes) == offer.moving
    assert offer.moving + offer.staying == 28
    assert all(one.source == "Alt" for theme in offer.themes for one in theme.arriving)
    assert hall.named not in {theme.id for theme in offer.themes}
    assert hall.read(proposals.due) == ""


def test_adopting_does_what_was_shown_as_one_act(hall):
    hall.do(themes.rename, hall.named, "Nøgler til hallen")
    before = everything(hall)
    offer = look(hall)
    hall.do(proposals.adopt, offer.id)
    found = piles(hall)
    assert found["Nøgler til hallen"] == set(hall.keys)
    shown = {theme.label: theme.after for theme in offer.themes}
    assert {label: len(ids) for label, ids in found.items() if label in shown} == shown
    assert set(map(frozenset, found.values())) >= {frozenset(subject) for subject in hall.ids if subject != hall.keys}
    assert look(hall) is None
    assert hall.do(journal.undo) == "adopt"
    assert hall.rows(Placement) == before[0]
    assert [row for row in hall.rows(Theme) if not row["retired"]] == before[1]
    assert hall.do(journal.redo) == "adopt"
    assert piles(hall) == found


def test_what_people_decided_is_not_in_an_offer(hall):
    """A card that was moved, a theme that is locked, and a card that was taken out of a theme."""
    hall.do(themes.move, [hall.ids[0][0]], hall.named)
    hall.do(themes.lock, hall.named, True)
    hall.do(themes.move, [hall.keys[0]], 0)
    offer = look(hall)
    hall.do(proposals.adopt, offer.id)
    found = piles(hall)
    assert found["Hal"] == {hall.ids[0][0], *hall.keys[1:]}
    assert found[""] >= {hall.keys[0]}


def test_an_edit_makes_an_offer_stale_and_another_is_worked_out(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    offer = look(hall)
    hall.do(themes.move, [hall.ids[0][0]], hall.named)
    assert hall.read(proposals.view) is None
    for verb in (proposals.adopt, proposals.dismiss):
        with pytest.raises(errors.ProposalGone):
            hall.do(verb, offer.id)
    again = look(hall)
    assert again.id != offer.id
    assert hall.ids[0][0] not in {one.card.id for theme in again.themes for one in theme.arriving}
    with pytest.raises(errors.ProposalGone):
        hall.do(proposals.adopt, offer.id)


def test_a_card_that_was_taken_back_is_left_out(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    offer = look(hall)
    gone = next(one.card.id for theme in offer.themes for one in theme.arriving)
    hall.base.do(cards.withdraw, hall.people[0], gone)
    assert hall.read(proposals.view).moving == offer.moving - 1
    hall.do(proposals.adopt, offer.id)
    assert gone not in set().union(*piles(hall).values())


def test_a_new_card_changes_nothing_in_an_offer(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    offer = look(hall)
    card = hall.write("Noget helt andet").card_id
    hall.do(grouping.arrange, Arrangement({card: None}))
    assert look(hall).id == offer.id


def test_one_that_is_turned_down_comes_back_when_the_board_has_grown(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    hall.do(proposals.dismiss, look(hall).id)
    hall.do(themes.rename, hall.named, "Nøglerne")
    assert look(hall) is None
    hall.do(grouping.arrange, Arrangement({}, tidied_at=31))
    assert look(hall).moving > 0


def test_turning_down_can_be_undone(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    offer = look(hall)
    hall.do(proposals.dismiss, offer.id)
    hall.do(journal.undo)
    assert hall.read(proposals.view) == offer


def test_without_a_clear_gain_nothing_is_offered(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    hall.do(proposals.adopt, look(hall).id)
    assert look(hall) is None
    hall.do(themes.rename, hall.named, "Nøglerne")
    assert look(hall) is None


def test_taking_the_first_edit_back_takes_the_offer_back(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    look(hall)
    hall.do(journal.undo)
    assert hall.read(proposals.view) is None


def test_doubles_go_with_the_card_that_stands_for_them(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    one, other = hall.ids[0][:2]
    hall.do(doubles.join, [other], one)
    offer = look(hall)
    hall.do(proposals.adopt, offer.id)
    assert [{one, other} <= ids for ids in piles(hall).values()].count(True) == 1


def test_an_offer_of_another_dialogue_is_not_adopted(hall, base):
    hall.do(themes.rename, hall.named, "Nøgler")
    offer = look(hall)
    with pytest.raises(errors.ProposalGone):
        base.do(proposals.adopt, hall.id + 1, offer.id)


def test_an_empty_offer_is_none(hall):
    hall.do(themes.rename, hall.named, "Nøgler")
    hall.do(proposals.offer, hall.read(proposals.due), Regrouping())
    assert hall.read(proposals.view) is None
