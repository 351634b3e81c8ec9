"""Every act on the desk and its undo, and everything that is refused: wrong, foreign, or without the link."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import select

from app.domain import cards, carrying, dialogues, journal, links, votes
from app.models import Edit, Theme
from app.settings import HEADING_MAX
from app.web import desk_acts
from tests.web.house import House, opened_house, room, standing, voted

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("desk")) as running:
        yield running


Act = Callable[[Any, list[int], list[int]], tuple[str, dict[str, Any]]]
ACTS: dict[str, Act] = {
    "move": lambda made, ids, piles: ("cards/move", {"card": ids[:2], "to": piles[1]}),
    "move to the pile": lambda made, ids, piles: ("cards/move", {"card": ids[:1], "to": 0}),
    "move from the pile": lambda made, ids, piles: ("cards/move", {"card": ids[-1:], "to": piles[0]}),
    "split": lambda made, ids, piles: ("themes", {"label": "Nyt", "card": ids[:2]}),
    "new": lambda made, ids, piles: ("themes", {"label": "Tomt"}),
    "rename": lambda made, ids, piles: (f"themes/{piles[0]}/rename", {"label": "Tid og hænder"}),
    "merge": lambda made, ids, piles: (f"themes/{piles[0]}/merge", {"into": piles[1]}),
    "lock": lambda made, ids, piles: (f"themes/{piles[0]}/lock", {"on": "true"}),
    "pin": lambda made, ids, piles: (f"themes/{piles[0]}/pin", {"on": "true"}),
    "join": lambda made, ids, piles: ("same/join", {"card": ids[:2]}),
    "apart": lambda made, ids, piles: ("same/apart", {"card": ids[:2]}),
    "delay": lambda made, ids, piles: ("delay", {"minutes": 10}),
    "skip": lambda made, ids, piles: ("skip", {"step": made.step("Holdning").id, "on": "true"}),
    "hold": lambda made, ids, piles: ("cards/hold", {"card": ids[:3]}),
    "hide": lambda made, ids, piles: ("cards/hide", {"card": ids[:1], "reason": "Nævner en person"}),
    "step": lambda made, ids, piles: ("step", {"step": made.step("Holdning").id}),
    "step to a vote": lambda made, ids, piles: ("step", {"step": made.step("Prikker").id}),
    "extend": lambda made, ids, piles: ("extend", {"step": made.step("Råd").id}),
    "reveal": lambda made, ids, piles: ("reveal", {"step": made.step("Råd").id}),
    "choose": lambda made, ids, piles: (f"votes/{made.step('Prikker').id}/options", {"card": ids[:2], "on": "true"}),
    "end": lambda made, ids, piles: ("end", {}),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_every_act_changes_something_and_undo_restores_every_row(house: House, act: Act) -> None:
    made, ids, piles = room(house)
    desk = house.opened("desk", made.id)
    before = standing(made)
    path, form = act(made, ids, piles)
    assert desk.post(f"/desk/{made.id}/{path}", data=form).status_code == 303
    after = standing(made)
    assert after != before
    assert desk.post(f"/desk/{made.id}/undo").status_code == 303
    assert standing(made) == before
    assert desk.post(f"/desk/{made.id}/redo").status_code == 303
    assert standing(made) == after
    assert desk.post(f"/desk/{made.id}/undo").status_code == 303
    assert standing(made) == before


def test_what_was_undone_is_done_again_step_by_step_until_something_new_is_done(house: House) -> None:
    made, _, piles = room(house)
    desk = house.opened("desk", made.id)
    for label in ("Et", "To", "Tre"):
        desk.post(f"/desk/{made.id}/themes/{piles[0]}/rename", data={"label": label})

    def heading() -> str:
        return next(row["label"] for row in made.rows(Theme) if row["id"] == piles[0])

    for expected in ("To", "Et"):
        desk.post(f"/desk/{made.id}/undo")
        assert heading() == expected
    page = desk.get(f"/desk/{made.id}").text
    assert 'id="on-redo"' in page
    for expected in ("To", "Tre"):
        desk.post(f"/desk/{made.id}/redo")
        assert heading() == expected
    assert desk.post(f"/desk/{made.id}/redo", headers={"accept": "application/json"}).status_code == 409
    desk.post(f"/desk/{made.id}/undo")
    desk.post(f"/desk/{made.id}/themes", data={"label": "Noget nyt"})
    assert desk.post(f"/desk/{made.id}/redo", headers={"accept": "application/json"}).status_code == 409
    assert heading() == "To"
    assert 'id="on-redo"' not in desk.get(f"/desk/{made.id}").text


def test_people_can_read_on_their_phones_what_was_changed(house: House) -> None:
    made, ids, piles = room(house)
    desk = house.opened("desk", made.id)
    desk.post(f"/desk/{made.id}/themes/{piles[0]}/rename", data={"label": "Tid og hænder"})
    desk.post(f"/desk/{made.id}/cards/hold", data={"card": ids[:1]})
    phone = house.browser()
    code = made.dialogue.code
    phone.post(f"/d/{code}/join", data={"role": "borger"})
    page = phone.get(f"/d/{code}").text
    assert re.search(r"\d\d[:.]\d\d Heading changed", page)
    assert "held back" not in page


def test_a_vote_closes_and_opens_again_and_both_can_be_undone(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    step = voted(house, made)
    opened = standing(made)
    desk.post(f"/desk/{made.id}/votes/{step}/close")
    assert (made.step("Prikker").state, made.step("Prikker").revealed) == ("closed", True)
    assert desk.get(f"/desk/{made.id}?theme=vote").text.count('<ol class="results"') == 1
    desk.post(f"/desk/{made.id}/undo")
    assert standing(made) == opened
    desk.post(f"/desk/{made.id}/votes/{step}/close")
    desk.post(f"/desk/{made.id}/votes/{step}/reopen")
    assert (made.step("Prikker").state, made.step("Prikker").revealed) == ("open", False)


WRONG: dict[str, Act] = {
    "move nothing": lambda made, ids, piles: ("cards/move", {"to": piles[0]}),
    "move nowhere": lambda made, ids, piles: ("cards/move", {"card": ids[0]}),
    "move to no theme": lambda made, ids, piles: ("cards/move", {"card": ids[0], "to": 999_999}),
    "move to a huge theme": lambda made, ids, piles: ("cards/move", {"card": ids[0], "to": HUGE}),
    "move to below": lambda made, ids, piles: ("cards/move", {"card": ids[0], "to": "-1"}),
    "move no card": lambda made, ids, piles: ("cards/move", {"card": 999_999, "to": piles[0]}),
    "move a huge card": lambda made, ids, piles: ("cards/move", {"card": HUGE, "to": piles[0]}),
    "move words": lambda made, ids, piles: ("cards/move", {"card": "NaN", "to": piles[0]}),
    "move one that is and one that is not": lambda made, ids, piles: (
        "cards/move",
        {"card": [ids[0], 999_999], "to": piles[1]},
    ),
    "move too many": lambda made, ids, piles: ("cards/move", {"card": ids * 100, "to": piles[0]}),
    "theme without a name": lambda made, ids, piles: ("themes", {"label": " \u200b\ud7ff\u202e "[:2]}),
    "theme with a long name": lambda made, ids, piles: ("themes", {"label": "x" * (HEADING_MAX + 1)}),
    "theme of no card": lambda made, ids, piles: ("themes", {"label": "Ny", "card": 999_999}),
    "rename to nothing": lambda made, ids, piles: (f"themes/{piles[0]}/rename", {"label": ""}),
    "rename to too much": lambda made, ids, piles: (f"themes/{piles[0]}/rename", {"label": "x" * 50_000}),
    "rename no theme": lambda made, ids, piles: ("themes/999999/rename", {"label": "Ny"}),
    "rename a huge theme": lambda made, ids, piles: (f"themes/{HUGE}/rename", {"label": "Ny"}),
    "merge with itself": lambda made, ids, piles: (f"themes/{piles[0]}/merge", {"into": piles[0]}),
    "merge with nothing": lambda made, ids, piles: (f"themes/{piles[0]}/merge", {}),
    "merge with the pile": lambda made, ids, piles: (f"themes/{piles[0]}/merge", {"into": 0}),
    "lock maybe": lambda made, ids, piles: (f"themes/{piles[0]}/lock", {"on": "maybe"}),
    "hide without a reason": lambda made, ids, piles: ("cards/hide", {"card": ids[0], "reason": " "}),
    "hide with a long reason": lambda made, ids, piles: ("cards/hide", {"card": ids[0], "reason": "x" * 281}),
    "hide nothing": lambda made, ids, piles: ("cards/hide", {"reason": "Hårde ord"}),
    "release no card": lambda made, ids, piles: ("cards/release", {"card": 999_999}),
    "burn a card": lambda made, ids, piles: ("cards/burn", {"card": ids[0]}),
    "step to nothing": lambda made, ids, piles: ("step", {}),
    "step to no step": lambda made, ids, piles: ("step", {"step": 999_999}),
    "step to a huge step": lambda made, ids, piles: ("step", {"step": HUGE}),
    "step to a word": lambda made, ids, piles: ("step", {"step": "Infinity"}),
    "extend no step": lambda made, ids, piles: ("extend", {"step": 999_999}),
    "reveal a vote": lambda made, ids, piles: ("reveal", {"step": made.step("Prikker").id}),
    "an unknown board": lambda made, ids, piles: ("board", {"view": "everything"}),
    "holding nothing": lambda made, ids, piles: ("holding", {}),
    "close a vote that is not on": lambda made, ids, piles: (f"votes/{made.step('Prikker').id}/close", {}),
    "close what is no vote": lambda made, ids, piles: (f"votes/{made.step('Råd').id}/close", {}),
    "shout at a vote": lambda made, ids, piles: (f"votes/{made.step('Prikker').id}/shout", {}),
    "put no card to the vote": lambda made, ids, piles: (f"votes/{made.step('Prikker').id}/options", {"on": "true"}),
    "put an unknown card to the vote": lambda made, ids, piles: (
        f"votes/{made.step('Prikker').id}/options",
        {"on": "true", "card": 999_999},
    ),
    "vote on a step without votes": lambda made, ids, piles: (
        f"votes/{made.step('Råd').id}/options",
        {"on": "true", "card": ids[0]},
    ),
    "a pile with a long name": lambda made, ids, piles: (f"undo?theme={'x' * 500}", {}),
    "an act nobody knows": lambda made, ids, piles: ("explode", {}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_bad_input_is_refused_in_words_and_changes_nothing(house: House, wrong: Act) -> None:
    made, ids, piles = room(house)
    desk = house.opened("desk", made.id)
    before = standing(made)
    path, form = wrong(made, ids, piles)
    answer = desk.post(f"/desk/{made.id}/{path}", data=form)
    assert 400 <= answer.status_code < 500
    assert standing(made) == before
    assert re.search(r"<h1[^>]*>[^<]{10,}", answer.text)


def test_another_dialogues_cards_themes_and_steps_are_not_found(house: House) -> None:
    made, ids, piles = room(house)
    other, their_cards, their_themes = room(house)
    desk = house.opened("desk", made.id)
    before = (standing(made), standing(other))
    vote = made.step("Prikker").id
    for path, form in (
        ("cards/move", {"card": their_cards[0], "to": piles[0]}),
        ("cards/move", {"card": ids[0], "to": their_themes[0]}),
        ("cards/hide", {"card": their_cards[0], "reason": "Hårde ord"}),
        ("cards/hold", {"card": [ids[0], their_cards[0]]}),
        ("themes", {"label": "Ny", "card": their_cards[0]}),
        (f"themes/{their_themes[0]}/rename", {"label": "Ny"}),
        (f"themes/{piles[0]}/merge", {"into": their_themes[0]}),
        (f"themes/{their_themes[0]}/lock", {"on": "true"}),
        ("step", {"step": other.step("Prikker").id}),
        ("extend", {"step": other.step("Råd").id}),
        ("reveal", {"step": other.step("Råd").id}),
        (f"votes/{vote}/options", {"on": "true", "card": their_cards[0]}),
        (f"votes/{other.step('Prikker').id}/options", {"on": "true", "card": ids[0]}),
        (f"votes/{other.step('Prikker').id}/close", {}),
    ):
        assert desk.post(f"/desk/{made.id}/{path}", data=form).status_code in (404, 409), path
    assert (standing(made), standing(other)) == before
    assert desk.post(f"/desk/{other.id}/undo").status_code == 403


def test_without_the_link_the_door_is_shown_and_nothing_can_be_done(house: House) -> None:
    made, ids, piles = room(house)
    stranger = house.browser()
    before = standing(made)
    assert (page := stranger.get(f"/desk/{made.id}")).status_code == 200
    assert f'action="/desk/{made.id}/open"' in page.text
    assert "Kort nummer" not in page.text
    for path in ("regions", "ask/move"):
        assert stranger.get(f"/desk/{made.id}/{path}").status_code == 403
    for act in ACTS.values():
        path, form = act(made, ids, piles)
        assert stranger.post(f"/desk/{made.id}/{path}", data=form).status_code == 403
    for path in ("begin", "undo", "board", "holding", "rehearsal", "rehearsal/clear"):
        assert stranger.post(f"/desk/{made.id}/{path}", data={"view": "calm", "on": "true"}).status_code == 403
    assert standing(made) == before


def test_cards_in_a_vote_stay_once_somebody_voted(house: House) -> None:
    made, ids, _ = room(house)
    desk = house.opened("desk", made.id)
    url = f"/desk/{made.id}/votes/{made.step('Prikker').id}/options"
    desk.post(url, data={"card": ids[:3], "on": "true"})
    desk.post(url, data={"card": ids[1], "on": "false"})
    step = voted(house, made)
    assert [card.id for card in house.read(votes.options, step)] == [ids[0], ids[2]]
    assert desk.post(url, data={"card": ids[3], "on": "true"}).status_code == 409
    house.do(journal.undo, made.id)  # the step
    house.do(journal.undo, made.id)  # the card that was taken out
    assert [card.id for card in house.read(votes.options, step)] == [ids[0], ids[2]]


def test_undo_never_brings_back_what_its_writer_took_away(house: House) -> None:
    made, ids, _ = room(house)
    desk = house.opened("desk", made.id)
    desk.post(f"/desk/{made.id}/cards/hold", data={"card": ids[0]})
    house.do(cards.withdraw, made.people[0], ids[0])
    desk.post(f"/desk/{made.id}/undo")
    assert (made.card(ids[0]).state, made.card(ids[0]).first) == ("withdrawn", "")


def test_undo_with_nothing_left_says_so(house: House) -> None:
    number = house.do(dialogues.make, "empty", "Kladde", 90)
    desk = house.opened("desk", number)
    answer = desk.post(f"/desk/{number}/undo")
    assert (answer.status_code, "There is nothing to undo." in answer.text) == (409, True)


def test_every_act_has_a_name_for_undo(house: House) -> None:
    made, ids, piles = room(house)
    desk = house.opened("desk", made.id)
    for path, form in [act(made, ids, piles) for act in ACTS.values()]:
        desk.post(f"/desk/{made.id}/{path}", data=form)
        said = re.search(r"<p data-say>([^<]*)", desk.get(f"/desk/{made.id}").text)
        assert said is not None
        assert said[1] not in ("", "The last change"), path
    kept = house.read(lambda session: session.exec(select(Edit.verb).where(Edit.dialogue_id == made.id)).all())
    assert {"move", "split", "new", "rename", "merge", "hold", "hide", "step", "extend", "end"} <= set(kept)


def test_an_act_says_which_link_it_was_done_with_and_never_a_name(house):
    made, _, piles = room(house)
    desk = house.opened("desk", made.id)
    desk.post(f"/desk/{made.id}/themes/{piles[0]}/rename", data={"label": "Et nyt navn"})
    house.do(links.renew, "desk", made.id)
    second = house.opened("desk", made.id)
    second.post(f"/desk/{made.id}/themes/{piles[0]}/lock", data={"on": "true"})
    [newest, before] = house.read(desk_acts.changes, made.id)[:2]
    assert (newest.by, before.by) == ("2", "1")
    phone = house.browser()
    phone.post(f"/d/{made.dialogue.code}/join", data={"role": "borger"})
    assert "(desk 2)" in phone.get(f"/d/{made.dialogue.code}").text


def test_a_closed_vote_is_asked_once_more_and_shows_what_each_card_got_before(house: House) -> None:
    made, _, _ = room(house)
    desk = house.opened("desk", made.id)
    step = voted(house, made)
    assert desk.post(f"/desk/{made.id}/votes/{step}/again").status_code == 409
    desk.post(f"/desk/{made.id}/votes/{step}/close")
    assert desk.post(f"/desk/{made.id}/votes/{step}/again").status_code == 303
    second = made.dialogue.activity_id
    assert "runde 2" in desk.get(f"/desk/{made.id}", headers={"accept-language": "da"}).text
    desk.post(f"/desk/{made.id}/votes/{second}/close")
    assert "in the round before" in desk.get(f"/desk/{made.id}?theme=vote").text
    board = house.opened("board", made.id).get(f"/board/{made.id}", headers={"accept-language": "da"}).text
    assert '<th scope="col">før</th>' in board


def test_cards_are_marked_for_next_time_and_the_mark_can_be_taken_off(house: House) -> None:
    made, ids, _ = room(house)
    desk = house.opened("desk", made.id)
    data = {"card": ids[:2], "on": "true"}
    assert desk.post(f"/desk/{made.id}/cards/onward", data=data).status_code == 303
    assert desk.get(f"/desk/{made.id}?theme=all").text.count("goes on") == 2
    assert {piece.key for piece in made.read(carrying.offer) if piece.chosen} >= {f"card-{card}" for card in ids[:2]}
    desk.post(f"/desk/{made.id}/undo")
    assert "goes on" not in desk.get(f"/desk/{made.id}?theme=all").text
    desk.post(f"/desk/{made.id}/cards/onward", data=data)
    desk.post(f"/desk/{made.id}/cards/onward", data=data | {"on": "false"})
    assert "goes on" not in desk.get(f"/desk/{made.id}?theme=all").text
    assert desk.post(f"/desk/{made.id}/cards/onward", data={"on": "true"}).status_code == 422
    assert desk.post(f"/desk/{made.id}/cards/onward", data={"card": [999_999], "on": "true"}).status_code == 404
