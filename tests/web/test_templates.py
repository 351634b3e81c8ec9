"""Templates in the office: read before use, copied, taken out and brought in again; and the run sheet edited."""

import json
from collections.abc import Iterator

import pytest

from app.activities import template_file
from app.domain import agenda, dialogues, templates
from app.models import Statement
from tests.domain import hall
from tests.domain.hall import Hall
from tests.web.house import House, opened_house

HUGE = str(10**20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened_house(tmp_path_factory.mktemp("templates")) as running:
        yield running


def bring_in(office, content: bytes):
    return office.post("/office/templates", files={"file": ("t.json", content, "application/json")})


def draft(house: House, key: str = "T5") -> Hall:
    return Hall(house, house.do(dialogues.make, key, "Halvdagen", 90))  # type: ignore[arg-type]


@pytest.mark.parametrize("key", list(templates.all_templates()))
def test_every_template_is_the_same_after_it_went_out_and_came_in(house: House, key: str) -> None:
    office = house.opened("office")
    first = office.get(f"/office/templates/{key}/file").content
    back = bring_in(office, first)
    assert back.status_code == 303, back.text
    again = back.headers["location"].rpartition("/")[2]
    second = office.get(f"/office/templates/{again}/file").content
    third = bring_in(office, second).headers["location"].rpartition("/")[2]
    assert office.get(f"/office/templates/{third}/file").content == second
    before, after = json.loads(first), json.loads(second)
    for one, other in zip(before["steps"], after["steps"], strict=True):
        assert {name: other[name] for name in one if name not in ("settings", "statements")} == {
            name: value for name, value in one.items() if name not in ("settings", "statements")
        }
        assert one["settings"].items() <= other["settings"].items()
        assert len(one.get("statements", [])) == len(other.get("statements", []))


def test_a_template_shows_its_whole_run_sheet_and_makes_a_dialogue(house: House) -> None:
    office = house.opened("office")
    page = office.get("/office/templates/T1").text
    for step in templates.all_templates()["T1"].steps:
        assert step["title_en"].replace("'", "&#39;").replace("&", "&amp;").replace("&amp;#", "&#") in page
    assert all(f"/office/templates/T{number}" in office.get("/office/templates").text for number in range(1, 7))
    made = office.post("/office/dialogues", data={"template": "T1"}, headers={"accept": "application/json"}).json()
    assert made["dialogue"] > 0


def test_a_run_sheet_is_kept_without_what_people_wrote_and_begun_from_again(house: House) -> None:
    room = hall.writing(house, 1)  # type: ignore[arg-type]
    room.write("Hemmelighed")
    office = house.opened("office")
    words = [{"key": "one", "text_da": "Vi begynder sammen", "text_en": "We begin together"}]
    room.do(dialogues.add_step, {"kind": "assess", "title_da": "Vurdér", "settings": {}, "statements": words})
    kept = office.post(f"/office/dialogues/{room.id}/template", data={"name": "Vores <dag>"})
    address = kept.headers["location"]
    page = office.get(address).text
    assert ("Vores &lt;dag&gt;" in page, "Hemmelighed" in page) == (True, False)
    key = address.rpartition("/")[2]
    again = Hall(house, house.do(dialogues.make, key, "Igen", 90))  # type: ignore[arg-type]
    assert [(row.kind, row.title_da) for row in again.read(agenda.steps)] == [
        (row.kind, row.title_da) for row in room.read(agenda.steps)
    ]
    assert [row["text_da"] for row in again.rows(Statement)] == ["Vi begynder sammen"]
    assert office.post(f"/office/templates/{key}/drop").status_code == 303
    assert office.get(address).status_code == 404
    assert office.post("/office/templates/T1/drop").status_code == 404
    assert office.post(f"/office/dialogues/{room.id}/template", data={"name": " "}).status_code == 422


GOOD = {"da": "Prøve", "en": "Try", "people": "4-8", "steps": [{"kind": "present", "title_da": "Hej", "minutes": 5}]}
STEP = GOOD["steps"][0]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[]", "JSON"),
        (b"{" * 60_000, "JSON"),
        (json.dumps(GOOD | {"steps": []}).encode(), "steps"),
        (json.dumps(GOOD | {"steps": [STEP] * 61}).encode(), "steps"),
        (json.dumps(GOOD | {"extra": 1}).encode(), "JSON"),
        (json.dumps(GOOD | {"steps": [STEP, STEP | {"minutes": 0}]}).encode(), "steps.2.minutes"),
        (json.dumps(GOOD | {"steps": [STEP | {"minutes": "5"}]}).encode(), "steps.1.minutes"),
        (json.dumps(GOOD | {"steps": [STEP | {"kind": "dance"}]}).encode(), "steps.1.kind"),
        (json.dumps(GOOD | {"steps": [STEP | {"title_da": ""}]}).encode(), "steps.1"),
        (json.dumps(GOOD | {"steps": [STEP | {"planned": "25:00"}]}).encode(), "steps.1.planned"),
        (json.dumps(GOOD | {"steps": [STEP | {"kind": "vote", "settings": {"dots": 99}}]}).encode(), "steps.1"),
        (json.dumps(GOOD | {"steps": [STEP | {"kind": "collect", "settings": {}}]}).encode(), "steps.1"),
        (json.dumps(GOOD | {"steps": [STEP | {"settings": {"show": {"a": 1}}}]}).encode(), "steps.1.settings"),
        (json.dumps(GOOD | {"da": "", "en": ""}).encode(), "da, en"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place_and_nothing_is_kept(house: House, content: bytes, where: str) -> None:
    office = house.opened("office")
    before = house.read(templates.everything)
    answer = bring_in(office, content)
    assert (answer.status_code, f"not a template: {where}. " in answer.text) == (422, True), answer.text[-900:]
    assert house.read(templates.everything) == before


def test_hostile_words_in_a_file_stay_words(house: House) -> None:
    office = house.opened("office")
    evil = GOOD | {"da": "<script>\x00alert(1)</script>", "steps": [STEP | {"prompt_da": "{{ 7*7 }} =1+1 \u202e"}]}
    address = bring_in(office, json.dumps(evil).encode()).headers["location"]
    page = office.get(address, headers={"accept-language": "da"}).text
    assert ("<script>alert" in page, "{{ 7*7 }}" in page) == (False, True)
    assert "\x00" not in template_file.write(house.read(templates.template, address.rpartition("/")[2])).decode()


def test_a_step_is_changed_and_moved_and_the_times_follow(house: House) -> None:
    room, office = draft(house), house.opened("office")
    steps = room.read(agenda.steps)
    first, second, third = steps[:3]
    base = f"/office/dialogues/{room.id}/steps"
    words = {"title_da": "Ny <titel>", "title_en": "", "prompt_da": "Hvad nu?", "prompt_en": ""}
    longer = {"minutes": first.minutes + 10, "planned": first.planned}
    assert office.post(f"{base}/{first.id}", data=words | longer).status_code == 303
    after = room.read(agenda.steps)
    assert (after[0].title_da, after[0].minutes) == ("Ny <titel>", first.minutes + 10)
    assert [minutes(row.planned) - minutes(old.planned) for row, old in zip(after, steps, strict=True)][1:] == [10] * (
        len(steps) - 1
    )
    assert office.post(f"{base}/{second.id}/move", data={"by": "1"}).status_code == 303
    moved = room.read(agenda.steps)
    assert [row.id for row in moved[:3]] == [first.id, third.id, second.id]
    assert moved[1].planned == after[1].planned
    assert minutes(moved[2].planned) == minutes(after[1].planned) + third.minutes
    assert office.post(f"{base}/{second.id}/move", data={"by": "-1"}).status_code == 303
    assert [(row.id, row.planned) for row in room.read(agenda.steps)] == [(row.id, row.planned) for row in after]
    assert office.post(f"{base}/{first.id}/move", data={"by": "-1"}).status_code == 303
    assert room.read(agenda.steps)[0].id == first.id


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def test_a_step_that_has_begun_stays_and_bad_changes_get_a_sentence(house: House) -> None:
    room = hall.opened(house, 0)  # type: ignore[arg-type]
    office, begun = house.opened("office"), room.read(agenda.steps)[0]
    base = f"/office/dialogues/{room.id}/steps"
    good = {"title_da": "Hej", "title_en": "", "prompt_da": "", "prompt_en": "", "minutes": 5, "planned": ""}
    later = room.step("Råd").id
    for address, data, status in (
        (f"{base}/{begun.id}", good, 409),
        (f"{base}/{begun.id}/move", {"by": "1"}, 409),
        (f"{base}/{later}", good | {"title_da": " "}, 422),
        (f"{base}/{later}", good | {"minutes": 0}, 422),
        (f"{base}/{later}", good | {"planned": "25:00"}, 422),
        (f"{base}/{later}", good | {"prompt_da": "x" * 281}, 422),
        (f"{base}/{later}/move", {"by": "2"}, 422),
        (f"{base}/999999", good, 404),
        (f"{base}/{HUGE}", good, 422),
    ):
        assert office.post(address, data=data).status_code == status, (address, data)
    assert house.browser().post(f"{base}/{later}", data=good).status_code == 403
    assert room.step("Råd").title_da == "Råd"
