"""Agreements: read through the card they were written on, told of by their owner, and never done by silence."""

from datetime import date, timedelta

import pytest

from app import errors
from app.domain import agreements, cards, journal
from app.models import Agreement, now
from tests.domain import hall

KEY = "a key for tests"


def agreed(base):
    room = hall.writing(base)
    written = room.write("Vi prøver en fælles vagtplan", second="Teknisk chef, marts", kind="agreement")
    room.do(agreements.gather)
    [agreement] = room.read(agreements.all_of)
    return room, written.card_id, agreement


def test_an_agreement_card_is_an_agreement_before_anybody_touches_it(base):
    room = hall.writing(base)
    room.write("Vi mødes i maj", second="Frivilligcentret", kind="agreement")
    [view] = room.read(agreements.all_of)
    assert (view.id, view.what, view.who, view.status) == (0, "Vi mødes i maj", "Frivilligcentret", "unknown")


def test_gathering_twice_makes_no_second_row(base):
    room, _, _ = agreed(base)
    assert room.do(agreements.gather) == 0
    assert len(room.rows(Agreement)) == 1


def test_an_owner_and_a_date_are_kept_and_scope_is_one_of_two(base):
    room, _, agreement = agreed(base)
    base.do(agreements.settle, agreement.id, "Kommunen", date(2027, 3, 1), "joint")
    [view] = room.read(agreements.all_of)
    assert (view.who, view.due_on, view.scope) == ("Kommunen", date(2027, 3, 1), "joint")
    with pytest.raises(errors.Unreadable):
        base.do(agreements.settle, agreement.id, "Kommunen", None, "secret")


def test_the_owner_tells_what_became_of_it_by_a_link_and_no_other_secret_opens_it(base):
    room, _, agreement = agreed(base)
    secret = base.read(agreements.secret, agreement.id, KEY)
    opened, dialogue = base.read(agreements.open_with, agreement.id, secret, KEY)
    assert (opened.id, dialogue.id) == (agreement.id, room.id)
    for wrong in ("", secret[:-1], secret + "x", "æ"):
        with pytest.raises(errors.LinkRevoked):
            base.read(agreements.open_with, agreement.id, wrong, KEY)
    base.do(agreements.tell, agreement.id, "done", "Den hænger i køkkenet")
    [view] = room.read(agreements.all_of)
    assert (view.status, view.note, view.told_at is not None) == ("done", "Den hænger i køkkenet", True)


def test_silence_after_two_reminders_is_still_unknown(base):
    room, _, agreement = agreed(base)
    assert [base.do(agreements.remind, agreement.id) for _ in range(4)] == [1, 2, 2, 2]
    [view] = room.read(agreements.all_of)
    assert view.status == "unknown"
    statuses = agreements.by_status((view,))
    assert {name: len(views) for name, views in statuses.items()} == {
        "done": 0,
        "under_way": 0,
        "dropped": 0,
        "unknown": 1,
    }


def test_an_agreement_goes_with_the_card_its_writer_takes_back(base):
    room, card_id, agreement = agreed(base)
    secret = base.read(agreements.secret, agreement.id, KEY)
    base.do(cards.withdraw, room.people[0], card_id)
    assert room.read(agreements.all_of) == ()
    assert room.rows(Agreement) == []
    with pytest.raises(errors.LinkRevoked):
        base.read(agreements.open_with, agreement.id, secret, KEY)


def test_a_hidden_card_is_no_agreement_while_it_is_hidden(base):
    room, card_id, _ = agreed(base)
    room.do(cards.hide, [card_id], "Et navn")
    assert room.read(agreements.all_of) == ()
    room.do(cards.release, [card_id])
    assert len(room.read(agreements.all_of)) == 1


def test_dropping_one_can_be_undone(base):
    room, _, agreement = agreed(base)
    base.do(agreements.drop, agreement.id)
    assert room.read(agreements.all_of) == ()
    assert room.do(journal.undo) == "drop_agreement"
    assert len(room.read(agreements.all_of)) == 1


def test_an_agreement_without_a_card_can_be_added_and_an_empty_one_cannot(base):
    room, _, _ = agreed(base)
    room.do(agreements.add, "agreement", " Vi ringer ", "Fagforeningen", now().date() - timedelta(days=1), "internal")
    last = room.read(agreements.all_of)[-1]
    assert (last.number, last.what, last.scope, last.late) == (0, "Vi ringer", "internal", True)
    with pytest.raises(errors.Empty):
        room.do(agreements.add, "agreement", " \n", "", None, "")


def test_done_is_never_late(base):
    room, _, agreement = agreed(base)
    base.do(agreements.settle, agreement.id, "Kommunen", now().date() - timedelta(days=3), "")
    assert room.read(agreements.all_of)[0].late
    base.do(agreements.tell, agreement.id, "done", "")
    assert not room.read(agreements.all_of)[0].late
