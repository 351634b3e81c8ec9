"""Rounds: a closed vote is asked once more about the same cards; both results stand, the earlier beside the later."""

import pytest

from app import errors
from app.domain import agenda, journal, rounds, votes
from app.models import Activity
from tests.domain.hall import voting


def test_a_vote_asked_once_more_is_the_next_step_with_the_same_cards_and_no_votes(base):
    hall, step, ids = voting(base)
    hall.cast(step, {ids[0]: 2, ids[1]: 1})
    hall.close(step)
    places = [row.id for row in hall.read(agenda.steps)]
    again = hall.do(rounds.again, step)
    assert [row.id for row in hall.read(agenda.steps)] == [
        each for place in places for each in ((place, again) if place == step else (place,))
    ]
    assert (hall.dialogue.activity_id, base.read(votes.given, hall.people[0], again)) == (again, {})
    assert [card.id for card in base.read(votes.options, again)] == [card.id for card in base.read(votes.options, step)]
    hall.cast(again, {ids[1]: 3})
    hall.close(again)
    assert {row.card.id: (row.total, row.before) for row in hall.tally(again).results} == {
        ids[1]: (3, 1), ids[0]: (0, 2), ids[2]: (0, 0),
    }  # fmt: skip
    assert {row.card.id: (row.total, row.before) for row in hall.tally(step).results} == {
        ids[0]: (2, None), ids[1]: (1, None), ids[2]: (0, None),
    }  # fmt: skip


def test_a_second_press_makes_no_third_round_and_undo_goes_back(base):
    hall, step, _ = voting(base)
    hall.close(step)
    again = hall.do(rounds.again, step)
    assert hall.do(rounds.again, step) == again
    hall.do(journal.undo)
    assert hall.dialogue.activity_id == step
    assert base.read(lambda session: session.get(Activity, again).skipped)


def test_only_a_closed_vote_is_asked_once_more(base):
    hall, step, _ = voting(base)
    with pytest.raises(errors.VotingOpen):
        hall.do(rounds.again, step)
    with pytest.raises(errors.NotFound):
        hall.do(rounds.again, hall.step("Råd").id)
    hall.do(agenda.end)
    with pytest.raises(errors.DialogueClosed):
        hall.do(rounds.again, step)


def test_a_round_says_its_number(base):
    hall, step, _ = voting(base)
    hall.close(step)
    second = hall.do(rounds.again, step)
    hall.close(second)
    third = hall.do(rounds.again, second)
    titles = base.read(lambda session: [agenda.title(session.get(Activity, each)) for each in (step, second, third)])
    assert titles[1:] == [f"{titles[0]}, runde 2", f"{titles[0]}, runde 3"]
