"""Cards that say the same: people point, one stands for both, nothing is lost, and it can be undone and done again."""

import pytest

from app import errors
from app.analysis.embedding import LexicalVectors
from app.domain import agenda, cards, dialogues, doubles, grouping, journal, participants, sortings, taps, themes, votes
from app.domain.sortings import Choice
from app.models import Apart, Placement, Tap
from app.web.arranging import Arranger
from tests.domain.hall import Hall, key, writing

SORT = {"kind": "sort", "title_da": "Sortér", "title_en": "Sort", "settings": {"cards": 4}}
TEXTS = ("Tid! Vi mangler tid", "tid tid vi mangler tid", "Nøgler mangler", "Hvem har nøglerne?", "Bænke i solen")


@pytest.fixture
def hall(base) -> Hall:
    made = writing(base, people=5)
    made.ids = [made.write(text, by=made.people[at]).card_id for at, text in enumerate(TEXTS)]
    return made


def pairs(hall: Hall) -> list[tuple[int, int, int]]:
    found = hall.read(doubles.queue)
    return [(hall.ids.index(pair.one.id), hall.ids.index(pair.other.id), pair.people) for pair in found]


def same(hall: Hall, *taps_: tuple[int, int, int]) -> None:
    hall.do(dialogues.add_step, SORT)
    hall.sorting = hall.go("Sortér")
    for person, card, other in taps_:
        chosen = Choice(same_as=hall.ids[other])
        hall.base.do(taps.cast, hall.people[person], hall.sorting, hall.ids[card], chosen, key())


def piles(hall: Hall) -> dict[str, list[int]]:
    return {pile.label: [hall.ids.index(card.id) for card in pile.cards] for pile in hall.read(themes.view)}


def test_what_people_point_at_waits_most_pointed_at_first(hall):
    same(hall, (0, 2, 3), (1, 3, 2), (2, 4, 0))
    assert pairs(hall) == [(2, 3, 2), (0, 4, 1)]


def test_the_machine_points_at_near_doubles_and_says_how_like_they_are(hall):
    arranger = Arranger(LexicalVectors("da"))
    hall.do(grouping.arrange, arranger.arrangement(hall.read(grouping.standing)))
    pair = hall.read(doubles.queue)[0]
    assert (pair.one.id, pair.other.id, pair.people) == (hall.ids[0], hall.ids[1], 0)
    assert doubles.LIKELY <= pair.likeness <= 1.01
    likest = hall.base.read(doubles.alike, hall.card(hall.ids[2]), 6)
    assert likest[0].id == hall.ids[3]


def test_a_corrected_card_is_compared_anew(hall):
    arranger = Arranger(LexicalVectors("da"))
    hall.do(grouping.arrange, arranger.arrangement(hall.read(grouping.standing)))
    hall.base.do(cards.correct, hall.people[1], hall.ids[1], cards.written("advice", "Bænke i solen!", ""))
    hall.do(grouping.arrange, arranger.arrangement(hall.read(grouping.standing)))
    assert pairs(hall)[0] == (1, 4, 0)
    assert (0, 1, 0) not in pairs(hall)


def test_one_stands_for_both_and_both_texts_stay(hall):
    theme = hall.do(themes.new, "Tid", [hall.ids[0]])
    hall.do(doubles.join, [hall.ids[0], hall.ids[1]], hall.ids[0])
    assert piles(hall)["Tid"] == [0, 1]
    assert hall.read(themes.view)[0].stands_for == {hall.ids[1]: hall.ids[0]}
    assert hall.read(themes.headings)[hall.ids[1]] == "Tid"
    other = hall.do(themes.new, "Nøgler", [])
    hall.do(themes.move, [hall.ids[0]], other)
    assert piles(hall)["Nøgler"] == [0, 1]
    assert theme != other


def test_a_double_is_neither_dealt_nor_put_to_the_vote_nor_grouped(hall):
    hall.do(doubles.join, [hall.ids[1]], hall.ids[0])
    same(hall)
    activity = hall.step("Sortér")
    assert hall.ids[1] not in [each.id for each in hall.base.read(sortings.of, activity)]
    assert hall.ids[1] not in [card.id for card in hall.read(grouping.standing).cards]
    vote = hall.go("Prikker")
    assert sorted(card.id for card in hall.base.read(votes.options, vote)) == sorted(set(hall.ids) - {hall.ids[1]})


def test_who_stood_for_others_gives_them_on(hall):
    a, b, c, *_ = hall.ids
    hall.do(doubles.join, [c], b)
    hall.do(doubles.join, [b], a)
    assert hall.read(doubles.stands_for) == {b: a, c: a}
    hall.do(doubles.join, [a], c)
    assert hall.read(doubles.stands_for) == {a: c, b: c}


def test_parting_undoing_and_doing_again(hall):
    a, b, *_ = hall.ids
    same(hall, (2, 1, 0))
    before = hall.rows(Placement)
    hall.do(doubles.join, [a, b], a)
    assert pairs(hall) == []
    hall.do(journal.undo)
    assert [row["same_as"] for row in hall.rows(Placement)] == [None] * max(2, len(before))
    assert pairs(hall) == [(0, 1, 1)]
    hall.do(journal.redo)
    assert hall.read(doubles.stands_for) == {b: a}
    hall.do(doubles.part, [b])
    assert hall.read(doubles.stands_for) == {}


def test_what_a_person_keeps_apart_is_not_offered_again(hall):
    same(hall, (2, 1, 0))
    hall.do(doubles.keep_apart, [hall.ids[1], hall.ids[0]])
    assert pairs(hall) == []
    assert [(row["card_id"], row["other_id"]) for row in hall.rows(Apart)] == [(hall.ids[0], hall.ids[1])]
    hall.do(journal.undo)
    assert pairs(hall) == [(0, 1, 1)]
    hall.do(journal.redo)
    assert pairs(hall) == []


def test_a_card_that_is_hidden_or_taken_back_stands_for_nobody(hall):
    a, b, *_ = hall.ids
    theme = hall.do(themes.new, "Tid", [b])
    hall.do(doubles.join, [b], a)
    hall.do(cards.hide, [a], "Nævner en person")
    assert hall.read(doubles.stands_for) == {}
    assert piles(hall)["Tid"] == [1]
    hall.do(journal.undo)
    assert hall.read(doubles.stands_for) == {b: a}
    hall.base.do(cards.withdraw, hall.people[0], a)
    assert hall.read(doubles.stands_for) == {}
    assert piles(hall)["Tid"] == [1]
    assert theme


def test_nothing_remains_of_a_card_that_is_taken_back(hall):
    same(hall, (2, 1, 0), (3, 0, 1))
    hall.do(doubles.keep_apart, [hall.ids[0], hall.ids[1]])
    hall.base.do(cards.withdraw, hall.people[0], hall.ids[0])
    assert (hall.rows(Tap), hall.rows(Apart)) == ([], [])
    hall.do(journal.undo)
    with pytest.raises(errors.NotFound):
        hall.do(doubles.join, [hall.ids[2]], 10**6)
    with pytest.raises(errors.NothingChosen):
        hall.do(doubles.join, [hall.ids[2]], hall.ids[2])


def test_the_simulated_leave_nothing_behind_that_points_at_them(hall):
    [guest] = hall.join(simulated=True)
    theirs = hall.write("Tid, siger jeg", by=guest).card_id
    same(hall, (2, 1, 0))
    for card, other in ((hall.ids[0], theirs), (theirs, hall.ids[0])):
        by = hall.people[2]
        hall.base.do(taps.cast, by, hall.sorting, card, Choice(same_as=other), key())
    hall.base.do(taps.cast, guest, hall.sorting, hall.ids[0], Choice(), key())
    hall.do(doubles.join, [hall.ids[0]], theirs)
    hall.do(doubles.keep_apart, [hall.ids[1], theirs])
    assert hall.do(participants.clear_simulated) == 1
    assert hall.read(doubles.stands_for) == {}
    for _ in range(3):
        hall.do(journal.undo)
    hall.do(journal.redo)
    hall.do(journal.redo)
    assert [(row["card_id"], row["same_as"]) for row in hall.rows(Tap)] == [(hall.ids[1], hall.ids[0])]
    assert hall.read(agenda.steps)
