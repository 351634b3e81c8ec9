"""The room sorts: dealt fairly, counted once, never one's own card; and what the taps make of the board."""

from collections import Counter

import pytest

from app import errors
from app.analysis.embedding import LexicalVectors
from app.documents import markdown, summary
from app.domain import cards, dialogues, grouping, journal, sortings, taps, themes
from app.domain.sortings import Choice
from app.models import Activity, Card, Tap, Theme
from app.web.arranging import Arranger
from tests.domain.hall import Hall, at_once, key, writing

STEP = {"kind": "sort", "title_da": "Sortér", "title_en": "Sort", "settings": {"cards": 4}}
TEXTS = ("Ingen tid til møder", "Tid mangler vi", "Mere tid nu", "Nøgler mangler", "Hvem har nøgler", "Nøgler og døre")


@pytest.fixture
def hall(base) -> Hall:
    """Six people, a card each, two headings, and the sorting open."""
    made = writing(base, people=6)
    made.ids = [made.write(text, by=made.people[at]).card_id for at, text in enumerate(TEXTS)]
    made.piles = [made.do(themes.new, "Tid", []), made.do(themes.new, "Nøgler", [])]
    made.do(dialogues.add_step, STEP)
    made.sorting = made.go("Sortér")
    return made


def cast(hall: Hall, person: int, card: int, chosen: Choice, key_: str = "") -> None:
    hall.base.do(taps.cast, hall.people[person], hall.sorting, hall.ids[card], chosen, key_ or key())


def activity(hall: Hall) -> Activity:
    return hall.base.read(lambda session: session.get(Activity, hall.sorting))


def deal(hall: Hall, person: int) -> int | None:
    hand = hall.base.read(taps.deal, hall.people[person], activity(hall))
    return hand[0].id if hand else None


def test_nobody_gets_their_own_card_and_everyone_gets_all_others_once(hall):
    for person in range(6):
        dealt = []
        while (card := deal(hall, person)) is not None:
            dealt.append(card)
            cast(hall, person, hall.ids.index(card), Choice(theme_id=hall.piles[0]))
        assert sorted(dealt) == sorted(set(hall.ids) - {hall.ids[person]})


def test_the_least_tapped_card_is_dealt_first(hall):
    for person, card in ((0, 1), (0, 2), (0, 3), (2, 1), (2, 3), (2, 4)):
        cast(hall, person, card, Choice(theme_id=hall.piles[0]))
    assert deal(hall, 5) == hall.ids[0]


def test_four_cards_each_give_every_card_three_taps(base):
    hall = writing(base, people=30)
    hall.ids = [hall.write(f"Kort {at}", by=hall.people[at % 30]).card_id for at in range(36)]
    pile = hall.do(themes.new, "Tid", [])
    hall.do(dialogues.add_step, STEP)
    hall.sorting = hall.go("Sortér")
    for _ in range(4):
        for person in range(30):
            cast(hall, person, hall.ids.index(deal(hall, person)), Choice(theme_id=pile))
    counted = Counter(row["card_id"] for row in hall.rows(Tap))
    assert min(counted[card] for card in hall.ids) >= sortings.ENOUGH
    assert hall.base.read(sortings.view, activity(hall)) == sortings.SortingView(36, 36, 0, 120, 30, 36, 1.0)


def test_a_card_people_disagree_on_comes_round_before_one_they_agree_on(hall):
    one, other = hall.piles
    for person, card, pile in ((1, 0, one), (2, 0, other), (3, 0, one), (1, 4, one), (2, 4, one), (3, 4, one)):
        cast(hall, person, card, Choice(theme_id=pile))
    for card in (1, 2, 3):
        for person in range(6):
            if person != card and person != 5:
                cast(hall, person, card, Choice(theme_id=one))
    assert deal(hall, 5) == hall.ids[0]


def test_cards_without_a_majority_wait_for_a_person_the_least_agreed_first(hall):
    one, other = hall.piles
    for person, card, chosen in (
        (1, 0, Choice(theme_id=one)),
        (2, 0, Choice(theme_id=one)),
        (3, 0, Choice(theme_id=other)),
        (0, 1, Choice(theme_id=one)),
        (2, 1, Choice(theme_id=other)),
        (0, 2, Choice(theme_id=one)),
        (1, 2, Choice(theme_id=other)),
        (3, 2, Choice()),
        (0, 3, Choice(heading="Penge")),
    ):
        cast(hall, person, card, chosen)
    waiting = hall.base.read(sortings.undecided, activity(hall))
    assert [(hall.ids.index(each.id), round(each.agreement, 2)) for each in waiting] == [(2, 0.33), (1, 0.5), (3, 1.0)]
    hall.do(themes.move, [hall.ids[2]], other)
    assert [hall.ids.index(each.id) for each in hall.base.read(sortings.undecided, activity(hall))] == [1, 3]


def test_the_last_word_counts_and_a_repeat_changes_nothing(hall):
    cast(hall, 0, 1, Choice(theme_id=hall.piles[0]), "same-key-1")
    cast(hall, 0, 1, Choice(theme_id=hall.piles[1]))
    cast(hall, 0, 1, Choice(theme_id=hall.piles[0]), "same-key-1")
    assert [(row["card_id"], row["theme_id"]) for row in hall.rows(Tap)] == [(hall.ids[1], hall.piles[1])]
    with pytest.raises(errors.KeyReused):
        cast(hall, 0, 1, Choice(), "same-key-1")


def test_skipping_says_nothing_and_brings_the_next_card(hall):
    first = deal(hall, 0)
    cast(hall, 0, hall.ids.index(first), Choice(skipped=True))
    assert deal(hall, 0) not in (first, None)
    assert hall.base.read(sortings.view, activity(hall)).taps == 0
    assert hall.base.read(taps.given, hall.people[0], activity(hall)) == 0


def test_what_does_not_belong_here_is_refused(hall):
    me = hall.people[0]
    elsewhere = hall.do(themes.new, "Væk", [])
    hall.do(journal.undo)
    hidden = hall.write("Skjult", by=hall.people[1], activity_id=hall.step("Råd").id).card_id
    hall.base.do(lambda tx: setattr(tx.session.get(Card, hidden), "state", "hidden"))
    for card, chosen, wrong in (
        (hall.ids[0], Choice(theme_id=hall.piles[0]), errors.NotAnOption),
        (hidden, Choice(theme_id=hall.piles[0]), errors.NotAnOption),
        (10**6, Choice(), errors.NotAnOption),
        (hall.ids[1], Choice(same_as=hall.ids[1]), errors.NotAnOption),
        (hall.ids[1], Choice(same_as=10**6), errors.NotAnOption),
        (hall.ids[1], Choice(theme_id=elsewhere), errors.ThemeGone),
        (hall.ids[1], Choice(theme_id=10**6), errors.ThemeGone),
    ):
        with pytest.raises(wrong):
            hall.base.do(taps.cast, me, hall.sorting, card, chosen, key())
    with pytest.raises(errors.NotFound):
        hall.base.do(taps.cast, me, hall.step("Råd").id, hall.ids[1], Choice(), key())
    hall.go("Prikker")
    with pytest.raises(errors.ActivityClosed):
        cast(hall, 0, 1, Choice())
    assert hall.rows(Tap) == []


@pytest.mark.parametrize(
    ("fields", "chosen"),
    [
        ({"chosen": "theme-7"}, Choice(theme_id=7)),
        ({"chosen": "theme-7", "heading": "left behind"}, Choice(theme_id=7)),
        ({"chosen": "nowhere"}, Choice()),
        ({"chosen": "same-3"}, Choice(same_as=3)),
        ({"chosen": "new", "heading": "  Nøgler  og døre "}, Choice(heading="Nøgler og døre")),
        ({"heading": "Nøgler"}, Choice(heading="Nøgler")),
        ({"skip": "1", "chosen": "theme-7"}, Choice(skipped=True)),
    ],
)
def test_a_form_says_one_thing(fields, chosen):
    assert taps.choice(**fields) == chosen


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, errors.Empty),
        ({"chosen": "new"}, errors.Empty),
        ({"chosen": "x"}, errors.Unreadable),
        ({"chosen": "theme-"}, errors.Unreadable),
        ({"chosen": "theme--1"}, errors.Unreadable),
        ({"chosen": "theme-0"}, errors.Unreadable),
        ({"chosen": "other-1"}, errors.Unreadable),
        ({"chosen": "same-" + "9" * 30}, errors.Unreadable),
        ({"chosen": "theme-999999999999"}, errors.Unreadable),
        ({"chosen": "new", "heading": "\u200b\u200b"}, errors.Empty),
        ({"chosen": "new", "heading": "x" * 61}, errors.TooLong),
    ],
)
def test_a_form_that_says_nothing_readable_is_refused(fields, wrong):
    with pytest.raises(wrong):
        taps.choice(**fields)


def test_phones_that_ask_at_the_same_moment_get_each_card_equally_often(base):
    hall = writing(base, people=40)
    ids = [hall.write(f"Kort {at}", by=hall.people[at]).card_id for at in range(40)]
    hall.do(dialogues.add_step, STEP)
    hall.sorting = hall.go("Sortér")
    row = activity(hall)
    dealt = Counter(card.id for me in hall.people for card in base.read(taps.deal, me, row, 4))
    assert set(dealt) == set(ids)
    assert dealt.total() == 160
    assert min(dealt.values()) >= sortings.ENOUGH


def test_only_the_cards_of_the_chosen_steps_are_sorted(hall):
    step = {"kind": "collect", "title_da": "Andet", "title_en": "Else", "settings": {"kinds": ["advice"]}}
    elsewhere = hall.do(dialogues.add_step, step)
    hall.go("Andet")
    other = hall.write("Et andet sted", by=hall.people[0], activity_id=elsewhere).card_id
    few = STEP | {"title_da": "Få", "settings": {"cards": 4, "steps": [elsewhere]}}
    hall.do(dialogues.add_step, few)
    hall.sorting = hall.go("Få")
    assert [each.id for each in hall.base.read(sortings.of, activity(hall))] == [other]
    with pytest.raises(errors.NotAnOption):
        cast(hall, 1, 0, Choice())
    hall.base.do(taps.cast, hall.people[1], hall.sorting, other, Choice(), key())
    assert deal(hall, 1) is None
    assert deal(hall, 0) is None


def test_late_comers_get_cards_when_all_have_their_taps(hall):
    for card in range(6):
        for person in range(6):
            if person != card:
                cast(hall, person, card, Choice(theme_id=hall.piles[0]))
    late = hall.join(1)[0]
    assert len(hall.base.read(taps.deal, late, activity(hall), 4)) == 4


def test_taps_follow_a_theme_that_is_merged(hall):
    one, other = hall.piles
    third = hall.do(themes.new, "Døre", [])
    for person in (1, 2):
        cast(hall, person, 0, Choice(theme_id=third))
    hall.do(themes.merge, third, other)
    cast(hall, 3, 0, Choice(theme_id=third))
    [found] = [each for each in hall.base.read(sortings.of, activity(hall)) if each.id == hall.ids[0]]
    assert found.taps == ((Choice(theme_id=other), 3),)
    hall.do(themes.merge, other, one)
    [found] = [each for each in hall.base.read(sortings.of, activity(hall)) if each.id == hall.ids[0]]
    assert found.taps == ((Choice(theme_id=one), 3),)


def test_taps_on_a_theme_that_is_gone_count_for_its_heading(hall):
    third = hall.do(themes.new, "Døre", [])
    cast(hall, 1, 0, Choice(theme_id=third))
    hall.base.do(lambda tx: setattr(tx.session.get(Theme, third), "retired", True))
    [found] = [each for each in hall.base.read(sortings.of, activity(hall)) if each.id == hall.ids[0]]
    assert found.taps == ((Choice(heading="Døre"), 1),)
    anew = hall.do(themes.new, "Døre", [])
    [found] = [each for each in hall.base.read(sortings.of, activity(hall)) if each.id == hall.ids[0]]
    assert found.taps == ((Choice(theme_id=anew), 1),)


def test_a_heading_somebody_made_up_counts_as_the_theme_once_it_exists(hall):
    cast(hall, 1, 0, Choice(heading="Penge"))
    cast(hall, 2, 0, Choice(heading="penge"))
    cast(hall, 3, 0, Choice(heading="PENGE"))
    [found] = [each for each in hall.base.read(sortings.of, activity(hall)) if each.id == hall.ids[0]]
    assert [number for _, number in found.taps] == [3]
    assert found.split
    number = hall.do(themes.new, "Penge", [])
    [found] = [each for each in hall.base.read(sortings.of, activity(hall)) if each.id == hall.ids[0]]
    assert found.taps == ((Choice(theme_id=number), 3),)
    arrange(hall)
    assert places(hall)[hall.ids[0]] == number


def test_taps_at_the_same_moment_are_all_there_once(hall):
    pile = Choice(theme_id=hall.piles[0])
    calls = [
        lambda person=person, card=card: cast(hall, person, card, pile)
        for person in range(6)
        for card in range(6)
        if person != card
        for _ in range(2)
    ]
    assert at_once(calls) == [None] * 60
    assert len(hall.rows(Tap)) == 30


def test_suggestions_hold_the_likely_headings_in_an_order_of_ones_own(hall):
    for name in ("Ledelse", "Borgere", "Penge", "Rum"):
        hall.do(themes.new, name, [])
    hall.do(themes.move, [hall.ids[0]], hall.piles[1])
    card = hall.card(hall.ids[0])
    first, rest = hall.base.read(taps.suggestions, hall.people[1], card)
    assert len(first) == 3
    assert "Nøgler" in [theme.label for theme in first]
    assert len(first) + len(rest) == 6
    orders = {tuple(theme.label for theme in hall.base.read(taps.suggestions, me, card)[0]) for me in hall.people}
    assert len(orders) > 1
    assert hall.base.read(taps.suggestions, hall.people[1], card)[0] == first


# --- what the machine makes of it


def arrange(hall: Hall) -> None:
    arranger = Arranger(LexicalVectors("da"))
    for _ in range(2):
        wanted = arranger.arrangement(hall.read(grouping.standing))
        if wanted is not None:
            hall.do(grouping.arrange, wanted)


def places(hall: Hall) -> dict[int, int]:
    return {card.id: theme.id for theme in hall.read(themes.view) for card in theme.cards}


def test_the_room_moves_a_card_and_the_machine_leaves_it_there(hall):
    for person in (1, 2, 3):
        cast(hall, person, 0, Choice(theme_id=hall.piles[1]))
    arrange(hall)
    assert places(hall)[hall.ids[0]] == hall.piles[1]
    assert [card.by_room for card in hall.read(grouping.standing).cards if card.id == hall.ids[0]] == [True]
    arrange(hall)
    assert places(hall)[hall.ids[0]] == hall.piles[1]


def test_a_person_at_the_desk_outvotes_the_room(hall):
    hall.do(themes.move, [hall.ids[0]], hall.piles[0])
    for person in (1, 2, 3, 4):
        cast(hall, person, 0, Choice(theme_id=hall.piles[1]))
    arrange(hall)
    assert places(hall)[hall.ids[0]] == hall.piles[0]


def test_one_tap_alone_moves_nothing_and_three_on_nowhere_take_a_card_out(hall):
    cast(hall, 1, 0, Choice(theme_id=hall.piles[1]))
    arrange(hall)
    assert places(hall)[hall.ids[0]] == 0
    for person in (0, 1, 2):
        cast(hall, person, 3, Choice())
    arrange(hall)
    assert places(hall)[hall.ids[3]] == 0


def test_every_card_gets_its_likely_headings(hall):
    arrange(hall)
    near = {card.id: card.near for card in hall.read(grouping.standing).cards}
    assert near[hall.ids[1]].split(",")[0] == str(hall.piles[0])
    assert near[hall.ids[4]].split(",")[0] == str(hall.piles[1])


def test_a_card_that_is_taken_back_leaves_the_sorting(hall):
    hall.base.do(cards.withdraw, hall.people[0], hall.ids[0])
    assert hall.ids[0] not in {each.id for each in hall.base.read(sortings.of, activity(hall))}


# --- what is taken home


def test_the_summary_says_how_the_sorting_ended(hall):
    for person in (1, 2, 3):
        if person < 3:
            cast(hall, person, 0, Choice(theme_id=hall.piles[person % 2]))
        cast(hall, person, 4, Choice(theme_id=hall.piles[0]))
    told = {}
    for spoken in ("da", "en"):
        view = hall.read(summary.build, spoken)
        told[spoken] = [step.outcome for step in view.steps if step.kind == "sort"]
    assert told == {
        "da": ["3 mennesker har sorteret; 1 af 6 kort har mindst tre tryk. Der er uenighed om 1 kort."],
        "en": ["3 people sorted; 1 of 6 cards have at least three taps. People disagree on 1 card."],
    }
    assert told["en"][0] in markdown.render(view)
