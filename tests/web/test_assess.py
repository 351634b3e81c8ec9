"""Assessments on phone, board and desk, by form and by socket message; votes between poles and by rank."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session

from app import errors
from app.domain import agenda, answers, carrying, dialogues, materials, profiles
from app.models import Activity, Answer, Statement
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("assess")) as running:
        yield running


def assessing(house: House, scale: str = "1-5", people: int = 0) -> tuple[Hall, int, list[int], Any]:
    room = hall.opened(house, people)  # type: ignore[arg-type]
    words = [{"key": key, "text_da": f"Sætning <{key}>", "text_en": f"Sentence <{key}>"} for key in "ab"]
    room.do(
        dialogues.add_step,
        {"kind": "assess", "title_da": "Vurdér", "settings": {"scale": scale}, "statements": words},
    )
    step = room.go("Vurdér")
    phone = house.browser()
    phone.post(f"/d/{room.dialogue.code}/join", data={"role": "borger"})
    return room, step, [row["id"] for row in room.rows(Statement)], phone


def test_a_phone_answers_without_scripts_and_sees_what_it_answered(house: House) -> None:
    room, step, [one, two], phone = assessing(house)
    base = f"/d/{room.dialogue.code}"
    page = phone.get(base).text
    box = f'name="statement-{one}" value="5"'
    assert ("Sentence &lt;a&gt;" in page, "<a>" in page, box in page) == (True, False, True)
    sent = {f"statement-{one}": "5", f"statement-{two}": "unknown", "key": "k" * 24}
    assert phone.post(f"{base}/answers/{step}", data=sent).status_code == 303
    assert phone.post(f"{base}/answers/{step}", data=sent).status_code == 303
    assert {row["statement_id"]: row["value"] for row in room.rows(Answer)} == {one: 5, two: None}
    assert 'value="5" checked' in phone.get(base).text


def test_bad_answers_get_a_sentence_and_nothing_is_kept(house: House) -> None:
    room, step, [one, _], phone = assessing(house)
    base = f"/d/{room.dialogue.code}/answers"
    for data, status in (
        ({f"statement-{one}": "6"}, 422),
        ({f"statement-{one}": "x"}, 422),
        ({f"statement-{HUGE}": "1"}, 422),
        ({"statement-999": "1"}, 404),
        ({}, 422),
    ):
        assert phone.post(f"{base}/{step}", data=data | {"key": hall.key()}).status_code == status, data
    assert phone.post(f"{base}/999999", data={f"statement-{one}": "1"}).status_code == 404
    assert house.browser().post(f"{base}/{step}", data={f"statement-{one}": "1"}).status_code == 403
    assert room.rows(Answer) == []


def test_the_wall_hides_the_result_until_the_desk_closes_it(house: House) -> None:
    room, step, [one, two], phone = assessing(house)
    phone.post(f"/d/{room.dialogue.code}/answers/{step}", data={f"statement-{one}": "5", "key": "a" * 24})
    board, desk = house.opened("board", room.id), house.opened("desk", room.id)
    assert ('class="chart' in board.get(f"/board/{room.id}").text) is False
    assert desk.post(f"/desk/{room.id}/votes/{step}/close").status_code == 303
    shown = board.get(f"/board/{room.id}").text
    assert ('class="chart profile"' in shown, "<table>" in shown) == (True, True)
    assert (
        phone.post(
            f"/d/{room.dialogue.code}/answers/{step}", data={f"statement-{two}": "1", "key": "b" * 24}
        ).status_code
        == 409
    )
    assert desk.post(f"/desk/{room.id}/votes/{step}/reopen").status_code == 303
    assert 'class="chart' not in board.get(f"/board/{room.id}").text


@pytest.mark.parametrize("scale", ["1-5", "0-10", "yesno", "stance", "spectrum", "points", "status"])
def test_every_scale_can_be_drawn_on_every_face(house: House, scale: str) -> None:
    room, step, ids, phone = assessing(house, scale)
    answer = {f"statement-{number}": "5" if scale == "points" else "1" for number in ids}
    base = f"/d/{room.dialogue.code}"
    assert phone.post(f"{base}/answers/{step}", data=answer | {"key": hall.key()}).status_code == 303
    house.opened("desk", room.id).post(f"/desk/{room.id}/votes/{step}/close")
    assert house.opened("board", room.id).get(f"/board/{room.id}").text.count("<tr>") == 3
    assert house.opened("desk", room.id).get(f"/desk/{room.id}").status_code == 200
    assert phone.get(base).status_code == 200


def test_a_role_that_is_seen_in_one_statement_only_has_a_gap_in_the_other(house: House) -> None:
    room, step, [one, two], _ = assessing(house, people=5)
    for number, me in enumerate(room.people):
        given = {one: 5, two: None if number == 0 else 1}
        room.do(lambda tx, _id, me=me, given=given: answers.give(tx, me, step, given, {}, hall.key()))
    house.opened("desk", room.id).post(f"/desk/{room.id}/votes/{step}/close")
    page = house.opened("board", room.id).get(f"/board/{room.id}")
    assert (page.status_code, len(re.findall(r">5[.,]0 \(5\)<", page.text)), page.text.count(">–</td>")) == (200, 1, 3)
    summary = house.opened("office").get(f"/dialogues/{room.id}/summary")
    assert (summary.status_code, summary.text.count('"num">–</td>')) == (200, 3)


def test_a_step_that_shows_a_result_shows_the_last_one(house: House) -> None:
    room, step, [one, _], phone = assessing(house)
    phone.post(f"/d/{room.dialogue.code}/answers/{step}", data={f"statement-{one}": "5", "key": "c" * 24})
    room.do(dialogues.add_step, {"kind": "present", "title_da": "Profilen", "settings": {"show": "result"}})
    room.go("Profilen")
    assert 'class="chart profile"' in house.opened("board", room.id).get(f"/board/{room.id}").text


def leaning(session: Session, step: int) -> tuple[profiles.ResultView, ...]:
    return profiles.leaning(session, session.get_one(Activity, step))


def test_a_dilemma_is_voted_on_between_its_poles(house: House) -> None:
    room = hall.writing(house, people=6)  # type: ignore[arg-type]
    card = room.write("det ene", second="det andet", kind="dilemma").card_id
    settings = {"form": "spectrum", "kinds": ["dilemma"]}
    room.do(dialogues.add_step, {"kind": "vote", "title_da": "Hælder", "settings": settings})
    step = room.go("Hælder")
    for me, value in zip(room.people, (1, 2, 3, 6, 7, 7), strict=True):
        room.cast(step, {card: value}, by=me)
    for wrong in (0, 8):
        with pytest.raises(errors.Unreadable):
            room.cast(step, {card: wrong})
    assert house.read(leaning, step) == ()
    room.close(step)
    [result] = house.read(leaning, step)
    assert (result.n, round(result.mean, 2), result.counts) == (6, 4.33, {1: 1, 2: 1, 3: 1, 6: 1, 7: 2})
    assert (result.statement.left, result.statement.right) == ("det ene", "det andet")
    assert 'class="chart profile"' in house.opened("board", room.id).get(f"/board/{room.id}").text


def test_a_rank_counts_places_and_refuses_the_same_place_twice(house: House) -> None:
    room = hall.writing(house, people=2)  # type: ignore[arg-type]
    ids = [room.write(f"Råd {number}").card_id for number in range(3)]
    room.do(dialogues.add_step, {"kind": "vote", "title_da": "Rang", "settings": {"form": "rank"}})
    step = room.go("Rang")
    with pytest.raises(errors.SamePlace):
        room.cast(step, {ids[0]: 1, ids[1]: 1})
    room.cast(step, {ids[0]: 2, ids[1]: 1, ids[2]: 0})
    room.cast(step, {ids[1]: 1}, by=room.people[1])
    room.close(step)
    assert [(row.card.id, row.total, row.voters) for row in room.tally(step).results] == [
        (ids[1], 10, 2),
        (ids[0], 4, 1),
        (ids[2], 0, 0),
    ]
    assert ">point<" in house.opened("board", room.id).get(f"/board/{room.id}").text


def test_what_was_carried_stands_with_its_origin_on_wall_and_phone(house: House) -> None:
    room = hall.writing(house)  # type: ignore[arg-type]
    card = room.write("når vi gør det sammen", second="når nogen overtager", kind="concept").card_id
    room.do(carrying.mark, [card], True)
    later = Hall(house, house.do(carrying.next_in, room.id, "T2", "Konferencen", 90))  # type: ignore[arg-type]
    later.do(dialogues.prepare, hall.preparation(fields={"tid": "12.40", "dato": "1. maj"}))
    later.do(agenda.begin)
    later.go("Velkommen")
    assert [line.origin for line in later.read(materials.of)] == ["En hverdag til flere"]
    page = house.opened("board", later.id).get(f"/board/{later.id}").text
    assert ("En hverdag til flere" in page, "når vi gør det sammen" in page) == (True, True)
