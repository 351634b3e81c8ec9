"""The run sheet: required things first, forwards and back, nothing thrown away."""

import pytest

from app import errors, language
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
    hall = Hall(base, base.do(dialogues.make, "T5", "x", 90))
    hall.do(dialogues.prepare, preparation(fields={"opgave": "Klippe hækken"}))
    with pytest.raises(errors.NotReady):
        hall.do(agenda.begin)
    hall.do(dialogues.prepare, preparation(fields={"opgave": "Klippe hækken", "dato": "1. maj"}))
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


def day(base) -> Hall:
    """Four steps of the day from nine o'clock, the first of them on."""
    room = Hall(base, base.do(dialogues.make, "empty", "Dagen", 90))
    for kind, title, planned, minutes in (
        ("collect", "Skriv", "09:10", 20),
        ("present", "Frokost", "09:30", 45),
        ("collect", "Igen", "10:15", 30),
        ("present", "Slut", "10:45", 5),
    ):
        settings = {"kinds": ["advice"]} if kind == "collect" else {}
        prompt = "Tilbage {tid}" if title == "Frokost" else ""
        room.do(
            dialogues.add_step,
            {"kind": kind, "title_da": title, "planned": planned, "minutes": minutes, "settings": settings}
            | {"prompt_da": prompt},
        )
    room.do(dialogues.prepare, preparation())
    room.do(agenda.begin)
    return room


def planned(room: Hall) -> dict[str, tuple[str, str]]:
    with language.speaking("da"):
        steps = room.base.read(lambda session: agenda.view(session, dialogues.get(session, room.id)))
    return {step.title: (step.planned, step.state) for step in steps if step.planned}


def test_a_delay_moves_everything_after_this_step_and_undo_moves_it_back(base):
    room = day(base)
    room.go("Skriv")
    room.do(agenda.delay, 10)
    assert planned(room) == {
        "Skriv": ("09:10", "now"),
        "Frokost": ("09:40", "later"),
        "Igen": ("10:25", "later"),
        "Slut": ("10:55", "later"),
    }
    room.do(journal.undo)
    assert planned(room)["Slut"] == ("10:45", "later")
    with pytest.raises(errors.Unreadable):
        room.do(agenda.delay, 601)


def test_the_delay_is_given_back_by_the_longest_step_that_is_no_meal(base):
    room = day(base)
    room.go("Skriv")
    room.do(agenda.delay, 10)

    def shorter(session):
        step = agenda.to_shorten(session, dialogues.get(session, room.id))
        return step and step.title_da

    assert base.read(shorter) == "Igen"
    room.do(agenda.shorten, room.step("Igen").id)
    assert planned(room)["Igen"] == ("10:25", "later")
    assert planned(room)["Slut"] == ("10:45", "later")
    assert base.read(shorter) is None


def test_a_step_that_is_left_out_gives_its_time_back_and_can_come_in_again(base):
    room = day(base)
    room.go("Skriv")
    room.do(agenda.skip, room.step("Igen").id, True)
    assert (planned(room)["Igen"][1], planned(room)["Slut"]) == ("skipped", ("10:15", "later"))
    room.go("Igen")
    assert planned(room)["Igen"] == ("10:15", "now")


def test_a_break_says_by_itself_when_it_ends(base):
    room = day(base)
    lunch = room.step("Frokost")
    for spoken, said in (("da", "Tilbage 10.15"), ("en", "Tilbage 10:15")):
        with language.speaking(spoken):
            assert agenda.prompt(lunch, room.dialogue) == said
    room.go("Skriv")
    room.do(agenda.delay, 10)
    with language.speaking("da"):
        assert agenda.prompt(lunch, room.dialogue) == "Tilbage 10.25"
    assert "tid" not in base.read(lambda session: dialogues.open_fields(session, dialogues.get(session, room.id)))


def test_every_step_has_its_why_how_and_plan_b_and_the_organisers_own_come_first(base):
    room = day(base)
    base.do(lambda tx: setattr(tx.session.get(Activity, room.step("Skriv").id), "cue", {"how": "To og to."}))
    cue = agenda.cue(room.step("Skriv"))
    assert (cue.how, bool(cue.why), bool(cue.plan_b), cue.who) == ("To og to.", True, True, "")
