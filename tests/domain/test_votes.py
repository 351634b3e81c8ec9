"""Votes: set, never toggled; within the budget whatever happens at once; counted from rows; hidden until closed."""

import pytest

from app import errors
from app.domain import votes
from app.models import Vote
from tests.domain.hall import at_once, key, voting


def test_a_vote_is_set_and_set_again(base):
    hall, step, [one, two, _] = voting(base)
    hall.cast(step, {one: 2, two: 1})
    hall.cast(step, {one: 0, two: 3})
    assert base.read(votes.given, hall.people[0], step) == {one: 0, two: 3}


def test_the_budget_holds_and_a_refused_ballot_changes_nothing(base):
    hall, step, [one, two, _] = voting(base)
    hall.cast(step, {one: 2})
    with pytest.raises(errors.NoDotsLeft):
        hall.cast(step, {two: 2})
    assert base.read(votes.given, hall.people[0], step) == {one: 2}


def test_the_budget_holds_when_thirty_people_vote_at_once(base):
    hall, step, ids = voting(base, people=30)
    calls = [
        lambda me=me, card=card: base.do(votes.cast, me, step, {card: 2}, key()) for me in hall.people for card in ids
    ]
    at_once(calls)
    spent = {me.id: sum(base.read(votes.given, me, step).values()) for me in hall.people}
    assert {dots for dots in spent.values() if dots > 3} == set()
    hall.close(step)
    assert sum(result.total for result in hall.tally(step).results) == sum(spent.values())


def test_a_repeat_of_an_old_ballot_does_not_undo_a_newer_one(base):
    hall, step, [one, two, _] = voting(base)
    hall.cast(step, {one: 3}, key_="old-ballot")
    hall.cast(step, {one: 0, two: 3})
    hall.cast(step, {one: 3}, key_="old-ballot")
    assert base.read(votes.given, hall.people[0], step) == {one: 0, two: 3}


def test_a_key_with_another_ballot_is_refused(base):
    hall, step, [one, two, _] = voting(base)
    hall.cast(step, {one: 3}, key_="same-key")
    with pytest.raises(errors.KeyReused):
        hall.cast(step, {two: 3}, key_="same-key")


@pytest.mark.parametrize("value", [-1, 4, 9])
def test_dots_outside_the_range_are_refused(base, value):
    hall, step, [one, *_] = voting(base)
    with pytest.raises(errors.NoDotsLeft):
        hall.cast(step, {one: value})


@pytest.mark.parametrize("value", [-2, 2, 9])
def test_a_stance_outside_the_range_is_refused(base, value):
    hall, step, [one, *_] = voting(base, title="Holdning")
    with pytest.raises(errors.Unreadable):
        hall.cast(step, {one: value})


def test_a_closed_vote_takes_no_ballot_and_shows_its_result(base):
    hall, step, [one, *_] = voting(base, people=2)
    hall.cast(step, {one: 1})
    assert hall.tally(step).results == ()
    hall.close(step)
    with pytest.raises(errors.VotingClosed):
        hall.cast(step, {one: 2}, by=hall.people[1])
    tally = hall.tally(step)
    assert (tally.here, tally.voted, tally.abstained) == (2, 1, 0)
    best = tally.results[0]
    assert (best.card.id, best.total, best.voters) == (one, 1, 1)


def test_a_card_outside_the_vote_is_refused(base):
    hall, step, _ = voting(base)
    with pytest.raises(errors.NotAnOption):
        hall.cast(step, {999_999: 1})


def test_skipping_takes_the_dots_back_and_voting_takes_the_skip_back(base):
    hall, step, [one, *_] = voting(base)
    hall.cast(step, {one: 2})
    base.do(votes.abstain, hall.people[0], step)
    assert (base.read(votes.given, hall.people[0], step), hall.tally(step).abstained) == ({}, 1)
    hall.cast(step, {one: 2})
    assert (hall.tally(step).voted, hall.tally(step).abstained) == (1, 0)


def test_the_first_votes_of_200_people_at_once_are_all_there_once(base):
    hall, step, [one, *_] = voting(base, people=200)
    answers = at_once([lambda me=me: base.do(votes.cast, me, step, {one: 1}, key()) for me in hall.people])
    assert [answer for answer in answers if answer is not None] == []
    rows = hall.rows(Vote)
    assert len(rows) == len({row["participant_id"] for row in rows}) == 200


def test_shares_are_shown_only_for_groups_of_five_that_leave_no_small_rest(base):
    hall, step, [one, *_] = voting(base, people=5)
    hall.join(3, role="forsker")
    hall.cast(step, {one: 3})
    hall.close(step)
    assert [result.by_perspective for result in hall.tally(step).results] == [{}, {}, {}]
    hall.join(2, role="forsker")
    assert hall.tally(step).results[0].by_perspective == {3: 0.2, 4: 0.0}
