"""Reading a scenario: who comes when, who writes what, and what a role is called."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from app.rehearsal import scenario
from app.rehearsal.scenario import Event, Text, Unusable

DATA = Path(__file__).parents[2] / "app" / "data"
TRACK_2 = DATA / "scenario_track2.csv"


def test_the_conference_has_its_hundred_and_twenty_cards_in_the_words_of_the_protocol():
    cards = scenario.read_cards(TRACK_2)
    assert Counter(card.kind for card in cards) == {
        "barrier": 49, "advice": 22, "question": 18, "dilemma": 16, "example": 11, "resource": 4
    }  # fmt: skip
    assert cards[1] == Text("dilemma", "Frit initiativ", "kommunal styring", "forsker_org")


def test_every_kind_of_the_workshop_is_known():
    kinds = {card.kind for card in scenario.read_cards(DATA / "scenario_track1.csv")}
    assert kinds == {"con", "pro", "concept", "focus", "product", "role", "question", "dilemma", "example"}


def test_people_come_from_the_file_beside_the_scenario():
    people = scenario.cast(TRACK_2, scenario.read_cards(TRACK_2), 100)
    assert [person.name for person in people] == [f"p{number:03}" for number in range(1, 101)]
    assert Counter(person.actor for person in people) == {
        "medarbejder": 34, "frivillig": 22, "leder": 18, "borger": 16, "forsker_org": 10
    }  # fmt: skip
    assert (people[1].arrives, people[1].events) == (32.0, (Event(240.0, "rescan"),))


def test_an_organisation_stands_in_for_a_missing_actor():
    file = DATA / "scenario_track1.csv"
    people = scenario.cast(file, scenario.read_cards(file), 18)
    assert {person.actor for person in people} == {card.actor for card in scenario.read_cards(file)}
    assert min(person.arrives for person in people) == 0.0


@pytest.mark.parametrize("people", [1, 12, 100, 130])
def test_every_card_is_dealt_once_however_many_come(people):
    cards = scenario.read_cards(TRACK_2)
    parts = scenario.cast(TRACK_2, cards, people)
    scenario.deal(cards, parts, Random(7))
    assert len(parts) == people
    assert Counter(card for part in parts for card in part.hand) == Counter(cards)


def test_cards_are_dealt_to_their_own_actors_evenly_and_the_same_way_each_time():
    cards = scenario.read_cards(TRACK_2)
    hands = []
    for _ in range(2):
        parts = scenario.cast(TRACK_2, cards, 100)
        scenario.deal(cards, parts, Random(7))
        hands.append([list(part.hand) for part in parts])
    assert hands[0] == hands[1]
    assert all(card.actor == part.actor for part in parts for card in part.hand)
    assert {len(part.hand) for part in parts} == {1, 2}


def test_people_without_a_file_come_in_the_proportions_of_the_cards(tmp_path):
    file = tmp_path / "scenario_small.csv"
    file.write_text("text,second_pole_or_remedy,kind,actor,theme\na,,raad,x,\nb,,raad,x,\nc,,raad,y,\n", "utf-8")
    people = scenario.cast(file, scenario.read_cards(file), 6)
    assert Counter(person.actor for person in people) == {"x": 4, "y": 2}


@pytest.mark.parametrize(
    ("behaviour", "events"),
    [
        ("", ()),
        ("closes the browser at 240 and scans the QR code again", (Event(240.0, "rescan"),)),
        (
            "phone dies at 300, rejoins on another phone with the personal code 6 min later; leaves for good at 320",
            (Event(300.0, "die", 306.0), Event(320.0, "leave")),
        ),
        (
            "phone dies at 265, rejoins on another phone with the personal code 6 min later; leaves for good at 180",
            (Event(180.0, "leave"),),
        ),
    ],
)
def test_behaviour_in_words_becomes_events(behaviour, events):
    assert scenario.events(behaviour) == events


@pytest.mark.parametrize(
    ("actor", "role"),
    [("leder", "leder"), ("forsker_org", "forsker"), ("fagforbund_service", "other"), ("", "other")],
)
def test_an_actor_takes_the_role_of_its_name_or_of_its_first_word(actor, role):
    assert scenario.role_of(actor, ["medarbejder", "leder", "forsker", "other"]) == role


@pytest.mark.parametrize("text", ["", "name,number\na,1\n", "text,second_pole_or_remedy,kind,actor\n"])
def test_a_file_that_is_no_scenario_is_refused(tmp_path, text):
    file = tmp_path / "file.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(Unusable):
        scenario.read_cards(file)


@pytest.mark.parametrize("people", [0, -1, 1001])
def test_a_rehearsal_is_bounded_in_people(people):
    with pytest.raises(Unusable):
        scenario.cast(TRACK_2, scenario.read_cards(TRACK_2), people)
