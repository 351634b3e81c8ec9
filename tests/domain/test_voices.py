"""Who is in the room against who was meant to be: numbers for the facilitator, names alone for the summary."""

from sqlmodel import select

from app import language
from app.domain import dialogues, voices
from app.models import Perspective
from tests.domain import hall


def prepared(base):
    """Ten employees of thirty who were meant, two citizens of ten, four volunteers, no researcher."""
    room = hall.opened(base, people=0)
    room.do(dialogues.prepare, hall.preparation(intended=((30, True), (0, False), (10, True), (0, False))))
    for role, number in (("medarbejder", 10), ("borger", 2), ("frivillig", 4)):
        room.join(number, role)
    return room


def test_who_is_missing_is_told_with_numbers_for_the_facilitator(base):
    room = prepared(base)
    with language.speaking("en"):
        assert [(each.name, each.here, each.intended) for each in room.read(voices.missing)] == [
            ("Employee", 10, 30),
            ("Citizen", 2, 10),
            ("Researcher", 0, 0),
        ]


def test_a_summary_names_only_roles_that_nobody_came_in(base):
    with language.speaking("da"):
        assert prepared(base).read(voices.absent) == ("Forsker",)


def test_too_few_who_do_the_work_is_told_and_nothing_where_nothing_is_meant(base):
    room = prepared(base)
    practice = room.read(voices.practice)
    assert (round(practice.here, 2), practice.intended, practice.low) == (0.75, 1.0, False)
    room.join(3, "forsker")
    assert room.read(voices.practice).low
    base.do(lambda tx: [setattr(role, "intended", 0) for role in tx.session.exec(select(Perspective)).all()])
    assert room.read(voices.practice) is None


def test_what_was_meant_stays_when_the_roles_are_kept_again(base):
    room = prepared(base)
    room.do(dialogues.prepare, hall.preparation())
    assert [role.intended for role in room.read(dialogues.perspectives)] == [30, 0, 10, 0, 0]
