"""The run sheet: required things first, forwards and back, nothing thrown away."""

import pytest

from app import errors
from app.domain import agenda, dialogues, journal, links, participants, votes
from app.models import Activity
from tests.domain.hall import MANDATE, Hall, opened, preparation, writing


@pytest.mark.parametrize("missing", sorted(MANDATE))
def test_a_dialogue_cannot_begin_with_a_hole_in_its_mandate(base, missing):
    hall = Hall(base, base.do(dialogues.make, "empty", "x", 90))
    hall.do(dialogues.prepare, preparation(mandate=MANDATE | {missing: "  "}))
    with pytest.raises(errors.NotReady):
        hall.do(agenda.begin)
    assert hall.dialogue.state == "draft"


def test_a_dialogue_cannot_begin_with_an_unfilled_field(base):
    hall = Hall(base, base.do(dialogues.make, "T2", "x", 90))
    hall.do(dialogues.prepare, preparation())
    with pytest.raises(errors.NotReady):
        hall.do(agenda.begin)
    hall.do(dialogues.prepare, preparation(fields={"tid": "12.40"}))
    hall.do(agenda.begin)
    assert hall.dialogue.state == "open"


def test_going_on_closes_the_step_and_going_back_opens_it_again(base):
    hall = writing(base)
    hall.write("Bliver")
    hall.go("Prikker")
    assert hall.step("Råd").state == "closed"
    hall.go("Råd")
    assert (hall.step("Råd").state, hall.step("Prikker").state) == ("open", "closed")
    hall.write("Også med")


def test_a_vote_gets_its_cards_when_it_opens(base):
    hall = writing(base)
    ids = [hall.write(f"Råd {number}").card_id for number in range(14)]
    step = hall.go("Prikker")
    assert [card.id for card in base.read(votes.options, step)] == ids[:12]


def test_every_step_can_be_undone(base):
    hall = opened(base)
    before = hall.rows(Activity)
    hall.go("Råd")
    hall.do(journal.undo)
    assert hall.rows(Activity) == before


def test_a_renewed_link_differs_and_a_kept_one_stays(base):
    link = base.do(links.ensure, "desk", 1)
    first = links.secret(link, "key")
    assert links.secret(base.do(links.ensure, "desk", 1), "key") == first
    assert links.secret(link, "another key") != first
    assert links.secret(base.do(links.renew, "desk", 1), "key") != first
    with pytest.raises(errors.LinkRevoked):
        base.read(links.open_with, "desk", 1, first, "key")


@pytest.mark.parametrize(
    ("sizes", "alone"),
    [
        ({1: 34, 2: 22, 3: 18, 4: 16, 5: 10}, {1, 2, 3, 4, 5}),
        ({1: 34, 2: 4}, set()),
        ({1: 34, 2: 10, 3: 4}, {1}),
        ({1: 9, 2: 3, 3: 2}, {1}),
        ({1: 4, 2: 4}, set()),
        ({1: 7, 0: 9}, {1}),
        ({}, set()),
    ],
)
def test_no_small_group_is_shown_or_can_be_worked_out(sizes, alone):
    assert participants.shown_alone(sizes) == alone


def test_the_return_code_moves_a_person_to_another_phone(base):
    hall = opened(base)
    me = hall.people[0]
    _, token = base.do(participants.come_back, hall.id, me.return_code)
    assert base.read(participants.with_token, hall.id, token).id == me.id
    with pytest.raises(errors.WrongReturnCode):
        base.do(participants.come_back, hall.id, "AAAAAA")
