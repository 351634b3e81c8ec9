"""Cards: written once, numbered without gaps, held, hidden and taken back."""

from datetime import timedelta

import pytest

from app import errors
from app.domain import agenda, cards, dialogues, journal, themes, votes
from app.models import Ban, Card, Dialogue, Option, Placement, Vote, now
from app.settings import CARDS_PER_DIALOGUE, TEXT_MAX
from app.store import Writer
from app.store import writing as writing_engine
from tests.domain.hall import Hall, at_once, key, opened, voting, writing


def test_a_card_is_stored_as_written(base):
    hall = writing(base)
    answer = hall.write("Spørg  dem\u202e", second="Fordi 010190-1234", key="the-key-1")
    assert answer == cards.Receipt(answer.card_id, 1, "shown", True)
    card = hall.card(answer.card_id)
    assert (card.first, card.second, card.key, card.number) == ("Spørg dem", "Fordi xxxxxx-xxxx", "the-key-1", 1)
    assert (card.state, card.masked, card.late, card.edited_at) == ("shown", True, False, None)
    assert abs((now() - card.created_at).total_seconds()) < 30


def test_a_card_tells_board_desk_and_themes(base):
    hall = writing(base)
    base.topics.clear()
    hall.write()
    assert base.topics == [{f"board:{hall.id}", f"desk:{hall.id}", f"themes:{hall.id}"}]


def test_two_hundred_cards_at_once_are_numbered_without_a_gap(base):
    hall = writing(base, people=20)
    text = cards.written("advice", "Spørg dem", "")
    step = hall.step("Råd").id
    calls = [lambda me=me: base.do(cards.submit, me, step, text, key()) for me in hall.people for _ in range(10)]
    answers = at_once(calls)
    assert sorted(answer.number for answer in answers) == list(range(1, 201))
    assert sorted(row["number"] for row in hall.rows(Card)) == list(range(1, 201))
    assert hall.dialogue.card_count == 200


def test_cards_of_two_processes_share_one_row_of_numbers(postgres):
    hall = writing(postgres, people=10)
    text = cards.written("advice", "Spørg dem", "")
    step = hall.step("Råd").id
    other = Writer(writing_engine(postgres.url))
    try:
        calls = [
            lambda me=me, writer=writer: writer.change_now(cards.submit, me, step, text, key())
            for me in hall.people
            for writer in (other, postgres.writer) * 5
        ]
        answers = at_once(calls)
    finally:
        other.close()
    assert sorted(answer.number for answer in answers) == list(range(1, 101))


def test_a_refused_card_leaves_no_gap(base):
    hall = writing(base)
    calls = []
    for number in range(60):
        key_ = key()
        wrong = {"activity_id": 10**6} if number % 3 == 0 else {}
        calls.append(lambda key_=key_, wrong=wrong: hall.write(key=key_, **wrong))
    answers = at_once(calls)
    assert [type(answer) for answer in answers[::3]] == [errors.NotFound] * 20
    assert [row["number"] for row in hall.rows(Card)] == list(range(1, 41))


@pytest.mark.parametrize(("seconds", "late"), [(0, True), (19, True), (21, None)])
def test_a_card_may_be_twenty_seconds_late(base, seconds, late):
    hall = writing(base)
    hall.go("Prikker")
    at = hall.step("Råd").closed_at + timedelta(seconds=seconds)
    if late is None:
        with pytest.raises(errors.ActivityClosed):
            hall.write(at=at)
    else:
        assert hall.card(hall.write(at=at).card_id).late is late


def test_a_step_that_has_not_been_opened_takes_no_cards(base):
    with pytest.raises(errors.ActivityClosed):
        opened(base).write()


def test_a_vote_takes_no_cards(base):
    hall = writing(base)
    with pytest.raises(errors.Unreadable):
        hall.write(activity_id=hall.step("Prikker").id)


def test_a_step_of_another_dialogue_takes_no_cards(base):
    hall, other = writing(base), writing(base)
    with pytest.raises(errors.NotFound):
        hall.write(activity_id=other.step("Råd").id)
    assert (hall.rows(Card), other.rows(Card)) == ([], [])


def test_a_closed_dialogue_takes_no_cards(base):
    hall = writing(base)
    hall.do(agenda.end)
    with pytest.raises(errors.ActivityClosed):
        hall.write()


def test_a_full_room_takes_no_more(base):
    hall = writing(base)
    base.do(lambda tx: tx.run("UPDATE dialogue SET card_count = :n", n=CARDS_PER_DIALOGUE - 1))
    assert hall.write().number == CARDS_PER_DIALOGUE
    with pytest.raises(errors.RoomFull):
        hall.write()
    assert hall.dialogue.card_count == CARDS_PER_DIALOGUE


def test_a_card_waits_while_new_cards_are_held(base):
    hall = writing(base)
    hall.do(dialogues.set_holding, True)
    held = hall.write("Venter")
    hall.do(dialogues.set_holding, False)
    shown = hall.write("Vises")
    assert (held.state, shown.state) == ("held", "shown")
    assert [card.number for card in hall.read(cards.waiting)] == [held.number]
    assert [card.number for card in hall.read(cards.shown)] == [shown.number]


def test_a_writer_corrects_a_card(base):
    hall = writing(base)
    number = hall.write("Spørg").card_id
    answer = base.do(cards.correct, hall.people[0], number, cards.written("advice", "Spørg 010190-1234", "ja"))
    card = hall.card(number)
    assert (card.first, card.second, card.masked, card.state) == ("Spørg xxxxxx-xxxx", "ja", True, "shown")
    assert (answer.number, card.edited_at is not None) == (1, True)
    base.do(cards.correct, hall.people[0], number, cards.written("advice", "Spørg igen", ""))
    assert hall.card(number).masked is True  # that a number was masked is not forgotten


def test_a_correction_waits_like_a_new_card(base):
    hall = writing(base)
    number = hall.write("Pænt").card_id
    hall.do(dialogues.set_holding, True)
    answer = base.do(cards.correct, hall.people[0], number, cards.written("advice", "Grimt", ""))
    assert (answer.state, hall.card(number).state) == ("held", "held")


def test_a_correction_does_not_show_a_hidden_card(base):
    hall = writing(base)
    number = hall.write("Grimt").card_id
    hall.do(cards.hide, [number], "Hård tone")
    base.do(cards.correct, hall.people[0], number, cards.written("advice", "Pænt", ""))
    assert (hall.card(number).state, hall.card(number).reason) == ("hidden", "Hård tone")


def test_nobody_corrects_or_takes_back_the_card_of_another(base):
    hall = writing(base, people=2)
    number = hall.write("Mit").card_id
    for verb, more in ((cards.correct, [cards.written("advice", "Dit", "")]), (cards.withdraw, [])):
        with pytest.raises(errors.NotYours):
            base.do(verb, hall.people[1], number, *more)
    assert hall.card(number).first == "Mit"


def test_nothing_is_corrected_in_a_closed_dialogue(base):
    hall = writing(base)
    number = hall.write("Mit").card_id
    hall.do(agenda.end)
    with pytest.raises(errors.DialogueClosed):
        base.do(cards.correct, hall.people[0], number, cards.written("advice", "Andet", ""))
    assert hall.card(number).first == "Mit"


def test_a_card_taken_back_is_gone_from_everywhere(base):
    hall, step, ids = voting(base)
    theme = hall.do(themes.new, "Tema", ids)
    hall.do(themes.move, ids[:1], 0)
    hall.cast(step, {ids[0]: 2, ids[1]: 1})
    hall.do(cards.hide, ids[:1], "Hård tone")
    base.do(cards.withdraw, hall.people[0], ids[0])
    card = hall.card(ids[0])
    assert (card.state, card.first, card.second, card.reason, card.number) == ("withdrawn", "", "", "", 1)
    assert [row["card_id"] for row in hall.rows(Vote)] == [ids[1]]
    assert [row["card_id"] for row in hall.rows(Option)] == ids[1:]
    assert [(row["card_id"], row["theme_id"]) for row in hall.rows(Placement)] == [(ids[1], theme), (ids[2], theme)]
    assert hall.rows(Ban) == []


def test_a_card_can_be_taken_back_twice_and_after_the_end(base):
    hall = writing(base)
    number = hall.write().card_id
    hall.do(agenda.end)
    base.do(cards.withdraw, hall.people[0], number)
    base.do(cards.withdraw, hall.people[0], number)
    assert (hall.card(number).state, base.read(cards.mine, hall.people[0])) == ("withdrawn", [])


def test_a_card_taken_back_is_not_corrected_held_or_shown(base):
    hall = writing(base)
    number = hall.write().card_id
    base.do(cards.withdraw, hall.people[0], number)
    with pytest.raises(errors.NotYours):
        base.do(cards.correct, hall.people[0], number, cards.written("advice", "igen", ""))
    for verb in (cards.hold, cards.release):
        with pytest.raises(errors.NotFound):
            hall.do(verb, [number])
    assert hall.card(number).state == "withdrawn"


def test_a_repeat_after_taking_back_does_not_bring_the_card_again(base):
    hall, used = writing(base), key()
    number = hall.write("Spørg", key=used).card_id
    base.do(cards.withdraw, hall.people[0], number)
    assert hall.write("Spørg", key=used) == cards.Receipt(number, 1, "withdrawn", False)
    assert len(hall.rows(Card)) == 1


def test_mine_are_my_cards_newest_first(base):
    hall = writing(base, people=2)
    for text, me in (("en", 0), ("to", 1), ("tre", 0)):
        hall.write(text, by=hall.people[me])
    assert [card.first for card in base.read(cards.mine, hall.people[0])] == ["tre", "en"]


def moderated(hall: Hall, card_id: int) -> tuple[str, str]:
    card = hall.card(card_id)
    return card.state, card.reason


def test_hold_hide_release_and_the_undo_of_each(base):
    hall = writing(base)
    number = hall.write().card_id
    stood = [moderated(hall, number)]
    acts = [(cards.hold, []), (cards.hide, ["Nævner en person"]), (cards.release, []), (cards.hide, ["Igen"])]
    for verb, more in acts:
        hall.do(verb, [number], *more)
        stood.append(moderated(hall, number))
    assert stood == [("shown", ""), ("held", ""), ("hidden", "Nævner en person"), ("shown", ""), ("hidden", "Igen")]
    for name, before in zip(["hide", "release", "hide", "hold"], reversed(stood[:-1]), strict=True):
        assert (hall.do(journal.undo), moderated(hall, number)) == (name, before)


def test_undo_does_not_bring_back_a_card_taken_back(base):
    hall = writing(base)
    number = hall.write().card_id
    hall.do(cards.hide, [number], "Hård tone")
    base.do(cards.withdraw, hall.people[0], number)
    hall.do(journal.undo)
    assert moderated(hall, number) == ("withdrawn", "")


def test_hiding_needs_a_reason_that_can_be_read(base):
    hall = writing(base)
    number = hall.write().card_id
    for reason, fact in (("\u200b ", errors.ReasonNeeded), ("a" * (TEXT_MAX + 1), errors.TooLong)):
        with pytest.raises(fact):
            hall.do(cards.hide, [number], reason)
    with pytest.raises(errors.NothingChosen):
        hall.do(cards.hide, [], "Hård tone")
    assert moderated(hall, number) == ("shown", "")


def test_a_desk_decides_only_over_its_own_cards(base):
    hall, other = writing(base), writing(base)
    mine, theirs = hall.write().card_id, other.write().card_id
    with pytest.raises(errors.NotFound):
        hall.do(cards.hold, [mine, theirs])
    assert (moderated(hall, mine), moderated(other, theirs)) == (("shown", ""), ("shown", ""))


def test_what_was_written_stands_in_no_journal(base):
    hall = writing(base)
    number = hall.write("Hemmelighed").card_id
    hall.do(cards.hide, [number], "Hård tone")
    hall.do(themes.new, "Tema", [number])
    [*acts] = base.read(lambda session: session.connection().exec_driver_sql("SELECT changes FROM edit").all())
    assert "Hemmelighed" not in str(acts)


def test_options_of_a_vote_leave_out_hidden_cards(base):
    hall, step, ids = voting(base)
    hall.do(cards.hide, ids[:1], "Hård tone")
    assert [card.id for card in base.read(votes.options, step)] == ids[1:]
    assert hall.rows(Dialogue)[0]["card_count"] == 3
