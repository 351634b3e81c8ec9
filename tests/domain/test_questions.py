"""Questions: each person counts once; one's own and hidden ones are no option; answered ones wait last."""

import pytest

from app import errors
from app.domain import agenda, cards, dialogues, journal, questions
from app.models import Lift
from tests.domain import hall as halls
from tests.domain.hall import at_once, key

ASK = {"kind": "collect", "title_da": "Spørg", "title_en": "Ask", "settings": {"kinds": ["question"]}}


@pytest.fixture
def talk(base):
    room = halls.opened(base, 8)
    room.do(dialogues.add_step, ASK)
    room.step_id = room.go("Spørg")
    for person in room.people[:3]:
        base.do(cards.submit, person, room.step_id, cards.written("question", f"Hvad siger {person.id}?", ""), key())
    room.asked = [each.id for each in room.read(questions.ranked)]
    return room


def lift(room, person, card, on=True):
    room.base.do(questions.lift, room.people[person], card, on)


def test_a_question_is_lifted_once_by_each_however_often_they_press(talk):
    one, other, _ = talk.asked
    at_once([lambda person=person: lift(talk, person, other) for person in range(2, 8) for _ in range(3)])
    lift(talk, 3, one)
    assert [(each.id, each.lifts) for each in talk.read(questions.ranked)][:2] == [(other, 6), (one, 1)]
    lift(talk, 2, other, on=False)
    lift(talk, 2, other, on=False)
    assert talk.read(questions.ranked)[0].lifts == 5
    assert len(talk.rows(Lift)) == 6


def test_ones_own_a_hidden_or_a_strange_question_cannot_be_lifted(talk):
    one, other, third = talk.asked
    talk.do(cards.hide, [other], "Hård tone")
    for person, card in ((0, one), (5, other), (5, 999_999)):
        with pytest.raises(errors.NotAnOption):
            lift(talk, person, card)
    talk.base.do(cards.withdraw, talk.people[2], third)
    talk.do(agenda.end)
    with pytest.raises(errors.NotAnOption):
        lift(talk, 5, one)
    assert talk.rows(Lift) == []


def test_a_phone_sees_what_others_asked_in_an_order_of_its_own_and_its_own_wishes_last(talk):
    one, other, third = talk.asked
    assert {each.id for each in talk.base.read(questions.of_others, talk.people[0], talk.step_id)} == {other, third}
    lift(talk, 5, one)
    seen = talk.base.read(questions.of_others, talk.people[5], talk.step_id)
    assert (seen[-1].id, seen[-1].mine) == (one, True)
    orders = {
        tuple(each.id for each in talk.base.read(questions.of_others, me, talk.step_id)) for me in talk.people[3:]
    }
    assert len(orders) > 1


def test_an_answered_question_stands_last_until_that_is_taken_back(talk):
    one, other, _ = talk.asked
    lift(talk, 5, one)
    talk.do(questions.answer, one, True)
    assert [each.answered for each in talk.read(questions.ranked)] == [False, False, True]
    talk.do(journal.undo)
    assert talk.read(questions.ranked)[0].id == one
    with pytest.raises(errors.NotFound):
        talk.do(questions.answer, 999_999, True)
    assert other in {each.id for each in talk.read(questions.ranked)}


def test_only_a_step_for_questions_alone_asks_for_lifts(talk):
    assert questions.asked_in(talk.step("Spørg"))
    assert not questions.asked_in(talk.step("Råd"))
