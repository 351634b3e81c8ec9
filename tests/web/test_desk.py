"""The desk's page: the three ways a form can be sent, what lies open, what is said, and what is never shown."""

import re
from collections.abc import Iterator

import pytest

from app.domain import agenda, dialogues, participants, themes, votes
from app.models import Card
from app.web import desk_view
from tests.domain import hall
from tests.web.house import House, opened_house, room, voted

REGIONS = ["pulse", "bar", "run", "sums", "themes", "open", "voices", "held", "room", "asks"]
HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("desk")) as running:
        yield running


def test_the_board_and_the_holding_are_set_not_toggled(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    for _ in range(2):
        desk.post(f"/desk/{made.id}/board", data={"view": "calm"})
        desk.post(f"/desk/{made.id}/holding", data={"on": "true"})
        assert (made.dialogue.board_view, made.dialogue.holding) == ("calm", True)


def test_a_form_can_be_sent_plainly_through_htmx_or_by_a_program(house: House) -> None:
    made, ids, piles = room(house)
    desk = house.opened("desk", made.id)
    url, form = f"/desk/{made.id}/cards/move?theme={piles[0]}", {"card": ids[0], "to": piles[1]}
    plain = desk.post(url, data=form)
    assert (plain.status_code, plain.headers["location"]) == (303, f"/desk/{made.id}?theme={piles[0]}")
    through_htmx = desk.post(url, data=form, headers={"hx-request": "true"})
    assert through_htmx.status_code == 200
    assert re.findall(r'id="([a-z]+)"[^>]* data-hx-swap-oob="true"', through_htmx.text) == REGIONS
    program = desk.post(url, data=form, headers={"accept": "application/json"})
    assert program.json() == {"step": made.step("Råd").id, "seq": made.dialogue.seq}


def test_a_refusal_through_htmx_goes_to_the_notice(house: House) -> None:
    made, ids, _ = room(house)
    desk = house.opened("desk", made.id)
    answer = desk.post(f"/desk/{made.id}/cards/hide", data={"card": ids[0]}, headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-retarget"]) == (422, "#notice")
    assert "Write why the card is hidden" in answer.text


def test_the_page_and_its_regions_are_the_same_partials(house: House) -> None:
    made, _, piles = room(house)
    desk = house.opened("desk", made.id)
    page = desk.get(f"/desk/{made.id}?theme={piles[0]}").text
    regions = desk.get(f"/desk/{made.id}/regions?theme={piles[0]}").text
    open_region = regions[regions.index('<section id="open"') : regions.index('<section id="voices"')].strip()
    assert open_region in page
    assert [page.count(f'id="{name}"') for name in REGIONS] == [1] * len(REGIONS)


def test_what_people_wrote_is_escaped_and_set_apart(house: House) -> None:
    made, _, _ = room(house)
    made.write('<script>alert(1)</script> "><img src=x onerror=alert(1)> ‮gnirts')
    desk = house.opened("desk", made.id)
    page = desk.get(f"/desk/{made.id}?theme=all").text
    assert "<script>alert" not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; &#34;&gt;&lt;img src=x onerror=alert(1)&gt; gnirts</bdi>" in page
    assert re.findall(r"<script(?![^>]*src=)| style=| on\w+=\"", page) == []


def test_a_question_asked_as_a_page_holds_the_chosen_cards(house: House) -> None:
    made, ids, piles = room(house)
    desk = house.opened("desk", made.id)
    url = f"/desk/{made.id}/ask"
    for question in ("move", "split", "hide"):
        page = desk.get(f"{url}/{question}?theme={piles[0]}&card={ids[0]}&card={ids[1]}").text
        assert re.findall(r'name="card" value="(\d+)"', page) == [str(ids[0]), str(ids[1])]
    for question in ("rename", "merge", "new", "keys"):
        assert desk.get(f"{url}/{question}?theme={piles[0]}").status_code == 200
    assert desk.get(f"{url}/rename?theme=all").status_code == 200
    for wrong in ("nothing", f"move?card={HUGE}", "move?card=x"):
        assert desk.get(f"{url}/{wrong}").status_code == 422


@pytest.mark.parametrize("wanted", ["", "all", "0", "vote", "hidden", "999999", HUGE[:12], "x", "²"])
def test_any_pile_can_be_asked_for(house: House, wanted: str) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    assert desk.get(f"/desk/{made.id}", params={"theme": wanted}).status_code == 200


def test_below_twelve_cards_every_card_lies_in_one_list(house: House) -> None:
    made = hall.writing(house)  # type: ignore[arg-type]
    desk = house.opened("desk", made.id)
    assert "No cards yet. The silence is part of the method." in desk.get(f"/desk/{made.id}").text
    made.write("Ét kort")
    page = desk.get(f"/desk/{made.id}").text
    assert "Themes come at 12 cards." in page
    assert re.findall(r'<a id="pile-(\w+)"', page) == ["all", "vote"]


def test_a_dialogue_begins_only_when_nothing_is_missing(house: House) -> None:
    number = house.do(dialogues.make, "empty", "Kladde", 90)
    desk = house.opened("desk", number)
    refused = desk.post(f"/desk/{number}/begin")
    assert refused.status_code == 422
    assert "The mandate card does not say who decides." in refused.text
    assert "Before you begin" in desk.get(f"/desk/{number}").text
    house.do(dialogues.prepare, number, hall.preparation())
    begun = desk.post(f"/desk/{number}/begin", headers={"accept": "application/json"})
    assert begun.json()["step"] == house.read(agenda.steps, number)[0].id
    assert house.read(dialogues.get, number).state == "open"


def test_only_the_vote_that_is_on_can_be_closed(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    first = voted(house, made)
    made.go("Holdning")
    assert desk.post(f"/desk/{made.id}/votes/{first}/reopen").status_code == 409
    assert made.step("Prikker").state == "closed"


def test_a_vote_has_room_for_twelve(house: House) -> None:
    made, ids, _ = room(house, cards=14)
    desk = house.opened("desk", made.id)
    url = f"/desk/{made.id}/votes/{made.step('Prikker').id}/options"
    assert desk.post(url, data={"card": ids[:13], "on": "true"}).status_code == 409
    assert house.read(votes.options, made.step("Prikker").id) == []
    assert desk.post(url, data={"card": ids[:12], "on": "true"}).status_code == 303
    assert [card.id for card in house.read(votes.options, made.step("Prikker").id)] == ids[:12]


def test_hidden_cards_can_be_found_and_shown_again(house: House) -> None:
    made, ids, _ = room(house)
    desk = house.opened("desk", made.id)
    desk.post(f"/desk/{made.id}/cards/hide", data={"card": ids[0], "reason": "Hårde ord"})
    page = desk.get(f"/desk/{made.id}?theme=hidden").text
    assert re.findall(r'<li data-card="(\d+)"', page) == [str(ids[0])]
    assert "<bdi>Hårde ord</bdi>" in page
    desk.post(f"/desk/{made.id}/cards/release", data={"card": ids[0]})
    assert (made.card(ids[0]).state, made.card(ids[0]).reason) == ("shown", "")


def test_small_groups_are_never_heard_alone(house: House) -> None:
    made = hall.writing(house, people=12)  # type: ignore[arg-type]
    [researcher] = made.join(1, role="forsker")
    made.join(6, role="frivillig")
    for _ in range(12):
        made.write("Endnu et kort", by=researcher)
    page = house.opened("desk", made.id).get(f"/desk/{made.id}").text
    voices = page[page.index('<section id="voices"') : page.index('<section id="held"')]
    rows = re.findall(r"<bdi>(\w+)</bdi></span></th>.*?<td class=\"num\">(\d+)%</td>", voices, re.DOTALL)
    assert rows == [("Citizen", "0"), ("Others", "100")]
    assert "Citizen: 63% of the room, 0% of the cards. Ask them first next time." in voices
    shared = "Researcher: shown as others until they are five."
    assert re.findall("Researcher[^<]*", voices) == [shared, "Researcher"]  # then who is missing, for the desk alone


def test_simulated_people_are_counted_and_cleared(house: House) -> None:
    made = hall.writing(house, people=2)  # type: ignore[arg-type]
    simulated = made.join(3, simulated=True)
    made.write("Fra en rigtig")
    made.write("Fra en simuleret", by=simulated[0])
    desk = house.opened("desk", made.id)
    assert "3 simulated people are here." in desk.get(f"/desk/{made.id}").text
    desk.post(f"/desk/{made.id}/rehearsal/clear")
    assert house.read(participants.count, made.id) == 2
    assert [row["first"] for row in made.rows(Card)] == ["Fra en rigtig"]


def test_a_closed_dialogue_is_not_filled_with_simulated_people(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    desk.post(f"/desk/{made.id}/end")
    assert desk.post(f"/desk/{made.id}/rehearsal").status_code == 409


def test_long_lists_show_the_newest_and_say_so(house: House) -> None:
    made, ids, _ = room(house, cards=desk_view.LIST_MAX + 3)
    page = house.opened("desk", made.id).get(f"/desk/{made.id}?theme=all").text
    assert re.findall(r'<li data-card="(\d+)"', page) == [str(number) for number in ids[:2:-1]]
    assert "200 of 203 cards are listed." in page


def test_the_desk_is_danish_for_danish_readers(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id, **{"accept-language": "da"})
    page = desk.get(f"/desk/{made.id}").text
    assert [word in page for word in ('lang="da"', "Fortryd", "Ikke lagt endnu", "Hvem er hørt")] == [True] * 4


def test_a_locked_theme_says_so(house: House) -> None:
    made, _, piles = room(house)
    made.do(themes.lock, piles[0], True)
    page = house.opened("desk", made.id).get(f"/desk/{made.id}?theme={piles[0]}").text
    assert 'data-key="lock" aria-pressed="true"' in page
    assert '<bdi>Tid</bdi><span class="seen-not">, locked</span>' in page
