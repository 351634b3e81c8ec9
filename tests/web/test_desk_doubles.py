"""The desk's queue of doubles, pinned themes, the preview of a new grouping, and why a card lies where it lies."""

import re
from collections.abc import Iterator

import pytest

from app.domain import doubles, proposals, themes
from app.domain.grouping import Heading
from app.domain.proposals import Regrouping
from app.models import Placement
from tests.web.house import House, opened_house, room


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("doubles")) as running:
        yield running


def pointed(house: House):
    """A room in which the machine points at the first two cards."""
    made, cards, piles = room(house)
    near = doubles.packed([(cards[1], 0.9)])
    house.do(lambda tx: setattr(tx.session.get(Placement, cards[0]), "alike", near))
    return made, cards, piles, house.opened("desk", made.id)


def test_a_pair_stands_side_by_side_and_is_joined_parted_and_undone(house: House) -> None:
    made, cards, _, desk = pointed(house)
    base = f"/desk/{made.id}"
    page = desk.get(f"{base}?theme=same").text
    assert re.findall(r'name="stands" value="(\d+)"', page) == [str(cards[0]), str(cards[1])]
    assert desk.post(f"{base}/same/join", data={"card": cards[:2], "stands": cards[1]}).status_code == 303
    assert made.read(doubles.stands_for) == {cards[0]: cards[1]}
    assert f"same as {made.card(cards[1]).number}" in desk.get(f"{base}?theme={pile_of(house, cards[1])}").text
    assert desk.post(f"{base}/same/part", data={"card": cards[:1]}).status_code == 303
    assert made.read(doubles.stands_for) == {}
    desk.post(f"{base}/undo")
    assert made.read(doubles.stands_for) == {cards[0]: cards[1]}


def pile_of(house: House, card: int) -> int:
    return house.read(lambda session: session.get(Placement, card).theme_id)


def test_what_is_not_the_same_is_not_asked_again(house: House) -> None:
    made, cards, _, desk = pointed(house)
    assert desk.post(f"/desk/{made.id}/same/apart", data={"card": cards[:2]}).status_code == 303
    assert made.read(doubles.queue) == []
    assert "No more pairs" in desk.get(f"/desk/{made.id}?theme=same").text


def test_chosen_cards_are_joined_under_the_oldest_and_bad_input_changes_nothing(house: House) -> None:
    made, cards, _, desk = pointed(house)
    base = f"/desk/{made.id}"
    assert desk.post(f"{base}/same/join", data={"card": [cards[2], cards[0]]}).status_code == 303
    assert made.read(doubles.stands_for) == {cards[2]: cards[0]}
    for wrong in ([], [cards[1]], ["x"], [10**20]):
        assert desk.post(f"{base}/same/join", data={"card": wrong}).status_code == 422, wrong
    assert house.browser().post(f"{base}/same/join", data={"card": cards[:2]}).status_code == 403


def test_a_pinned_theme_stands_first(house: House) -> None:
    made, _, piles, desk = pointed(house)
    last = made.read(themes.view)[-2].id
    assert desk.post(f"/desk/{made.id}/themes/{last}/pin", data={"on": "true"}).status_code == 303
    assert made.read(themes.view)[0].id == last
    desk.post(f"/desk/{made.id}/themes/{last}/pin", data={"on": "false"})
    assert made.read(themes.view)[0].id != last
    assert desk.post(f"/desk/{made.id}/themes/999999/pin", data={"on": "true"}).status_code == 409
    assert len(piles) == 2


def offered(house: House):
    """A board that a person has edited, and an offer to take one card of the machine's out into a new theme."""
    made, cards, piles, desk = pointed(house)
    made.do(themes.rename, piles[0], "Navngivet")
    house.do(lambda tx: setattr(tx.session.get(Placement, cards[0]), "by_person", False))
    move = (cards[0], pile_of(house, cards[0]), -1)
    found = Regrouping((move,), {-1: Heading("Noget nyt", "noget")})
    made.do(proposals.offer, made.read(proposals.due), found)
    return made, cards[0], desk


def test_a_new_grouping_is_shown_before_it_is_used_and_can_be_undone(house: House) -> None:
    made, card, desk = offered(house)
    base = f"/desk/{made.id}"
    page = desk.get(f"{base}?theme=offer").text
    assert ("Noget nyt" in page, "Use the new grouping" in page) == (True, True)
    offer = made.read(proposals.view).id
    assert desk.post(f"{base}/offer/adopt", data={"offer": offer}).status_code == 303
    [new] = [pile for pile in made.read(themes.view) if pile.label == "Noget nyt"]
    assert [each.id for each in new.cards] == [card]
    assert desk.post(f"{base}/offer/adopt", data={"offer": offer}).status_code == 409
    desk.post(f"{base}/undo")
    assert [pile.label for pile in made.read(themes.view) if pile.label == "Noget nyt"] == []


def test_why_is_told_as_a_page_and_in_a_dialog(house: House) -> None:
    made, cards, _, desk = pointed(house)
    path = f"/desk/{made.id}/why/{cards[0]}"
    page, part = desk.get(path).text, desk.get(path, headers={"hx-request": "true"}).text
    assert "Why does card" in page
    assert part.strip().startswith('<div id="why">')
    assert desk.get(f"/desk/{made.id}/why/999999").status_code == 404
    assert house.browser().get(path).status_code == 403
