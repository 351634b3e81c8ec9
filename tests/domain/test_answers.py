"""Answers and what they come to: guards, repeats, the answer keys of the scenario, and no small group to be seen."""

import csv

import pytest

from app import errors, language
from app.domain import answers, dialogues, groups, outside, participants, profiles
from app.models import Activity, Answer, Statement
from tests.conftest import ROOT
from tests.domain import hall
from tests.domain.hall import Hall

SCENARIO = ROOT / "app" / "data"
ROLES = (("medarbejder", "x"), ("frivillig", "x"), ("leder", "x"), ("borger", "x"), ("forsker_org", "x"))


def assessing(base, statements, people: int = 1, unit: str = "person", **settings) -> tuple[Hall, int, list[int]]:
    """People on a step that assesses these statements. Returns the hall, the step and the statements' ids."""
    room = hall.opened(base, people)
    words = [{"key": key, "text_da": key, "text_en": f"{key} in English"} for key in statements]
    step = {"kind": "assess", "title_da": "Vurdér", "settings": settings or {"scale": "1-5"}, "unit": unit}
    room.do(dialogues.add_step, step | {"statements": words})
    return room, room.go("Vurdér"), [row["id"] for row in room.rows(Statement)]


def give(room: Hall, step: int, values, by=None, conditions=None, key: str = "") -> None:
    room.base.do(answers.give, by or room.people[0], step, values, conditions or {}, key or hall.key())


def profile(room: Hall, step: int) -> profiles.ProfileView:
    return room.base.read(lambda session: profiles.profile(session, session.get(Activity, step)))


def test_an_answer_is_set_not_toggled_and_a_repeat_changes_nothing(base):
    room, step, [one, two] = assessing(base, ["a", "b"])
    give(room, step, {one: 4, two: None}, key="same-key-1")
    give(room, step, {one: 4, two: None}, key="same-key-1")
    give(room, step, {one: 5})
    assert {row["statement_id"]: row["value"] for row in room.rows(Answer)} == {one: 5, two: None}
    with pytest.raises(errors.KeyReused):
        give(room, step, {one: 1}, key="same-key-1")
    result = profile(room, step).results
    assert [(each.n, each.unknown, each.mean) for each in result] == [(1, 0, 5.0), (0, 1, 0.0)]


@pytest.mark.parametrize("scale", ["1-5", "0-10", "yesno", "stance", "spectrum", "status"])
def test_a_value_off_the_scale_is_refused_and_nothing_is_kept(base, scale):
    room, step, [one] = assessing(base, ["a"], scale=scale)
    allowed = answers.SCALES[scale]
    for value in (allowed.start - 1, allowed.stop):
        with pytest.raises(errors.Unreadable):
            give(room, step, {one: value})
    give(room, step, {one: allowed.start})
    assert len(room.rows(Answer)) == 1


def test_ten_points_are_shared_out_no_more_and_no_fewer(base):
    room, step, [one, two] = assessing(base, ["a", "b"], scale="points")
    for wrong in ({one: 5, two: 4}, {one: 6, two: 5}):
        with pytest.raises(errors.PointsLeft):
            give(room, step, wrong)
    give(room, step, {one: 7, two: 3})
    assert [each.mean for each in profile(room, step).results] == [7.0, 3.0]


def test_a_strange_statement_and_a_closed_step_are_refused(base):
    room, step, [one] = assessing(base, ["a"])
    with pytest.raises(errors.NotAnOption):
        give(room, step, {one + 1000: 1})
    with pytest.raises(errors.NotFound):
        give(room, room.step("Prikker").id, {one: 1})
    room.go("Råd")
    with pytest.raises(errors.ActivityClosed):
        give(room, step, {one: 1})


def test_skipping_takes_answers_back_and_answering_takes_skipping_back(base):
    room, step, [one] = assessing(base, ["a"])
    give(room, step, {one: 2})
    base.do(answers.skip, room.people[0], step)
    assert (profile(room, step).answered, profile(room, step).skipped) == (0, 1)
    give(room, step, {one: 2})
    assert (profile(room, step).answered, profile(room, step).skipped) == (1, 0)


def scenario(base, session: str) -> tuple[Hall, dict[str, int]]:
    """The people of the scenario's conference with everything they answered to these items, each a step of its own."""
    with (SCENARIO / "scenario_judgements.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["session"] == session]
    items = list(dict.fromkeys(row["item"] for row in rows))
    room = hall.opened(base, people=0)
    room.do(dialogues.set_perspectives, ROLES)
    steps: dict[str, int] = {}
    for item in items:
        scale = "1-5" if item.startswith("princip") else "0-10" if item.startswith("kendskab") else "spectrum"
        key = "kendskab" if scale == "0-10" else item
        room.do(
            dialogues.add_step,
            {"kind": "assess", "title_da": item, "settings": {"scale": scale}}
            | {"statements": [{"key": key, "text_da": item}]},
        )
        steps[item] = room.go(item)
    people = {row["participant"]: row["group"] for row in rows}
    known = {name: room.base.do(participants.join, room.id, role, "da")[0] for name, role in people.items()}
    statement = {row["activity_id"]: row["id"] for row in room.rows(Statement)}
    for item in items:
        room.go(item)
        for row in rows:
            if row["item"] == item:
                value = int(row["value"]) if row["value"].strip() else None
                give(room, steps[item], {statement[steps[item]]: value}, by=known[row["participant"]])
    return room, steps


def test_the_six_principles_show_the_planted_gaps(sqlite):
    room, steps = scenario(sqlite, "T4")
    found = {item: profile(room, step).results[0] for item, step in steps.items()}
    third = found["princip_3"]
    assert (third.high, third.low, round(third.gap, 1), third.headline) == ("leder", "borger", 2.3, True)
    lines = {line.name: (line.n, round(line.mean, 1)) for line in third.lines}
    assert (lines["leder"], lines["borger"]) == ((17, 4.0), (16, 1.7))
    assert max(found, key=lambda item: found[item].gap) == "princip_3"
    assert min(found, key=lambda item: found[item].gap) == "princip_4"
    assert round(found["princip_4"].gap, 1) == 0.3
    assert [item for item, result in found.items() if result.headline] == ["princip_3"]


def test_the_dilemmas_and_the_knowledge_show_the_planted_answers(sqlite):
    room, steps = scenario(sqlite, "T2")
    found = {item: profile(room, step).results[0] for item, step in steps.items()}
    widest = found["d2_byraad_vs_borgere"]
    assert (widest.high, widest.low, round(widest.gap, 1)) == ("borger", "leder", 3.4)
    assert {line.name: round(line.mean, 1) for line in widest.lines}["leder"] == 2.4
    dilemmas = {item: result for item, result in found.items() if item.startswith("d")}
    assert max(dilemmas, key=lambda item: dilemmas[item].gap) == "d2_byraad_vs_borgere"
    assert [item[:2] for item, result in dilemmas.items() if result.headline] == ["d1", "d2"]
    means = [line.mean for line in found["d3_spare_vs_investere"].lines]
    assert (round(min(means), 1), round(max(means), 1)) == (4.8, 6.0)
    before, after = found["kendskab_before"], found["kendskab_after"]
    assert (before.n, round(before.mean, 2), after.n, round(after.mean, 2)) == (100, 4.14, 94, 6.86)
    paired = profile(room, steps["kendskab_after"]).paired
    assert (paired.n, round(paired.change, 2)) == (94, 2.74)


def test_six_organisations_stand_as_planted_and_are_named_only_once_they_share(sqlite):
    with (SCENARIO / "scenario_judgements.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["session"] == "T1"]
    items = list(dict.fromkeys(row["item"] for row in rows))
    names = list(dict.fromkeys(row["group"] or row["participant"] for row in rows))
    room, step, ids = assessing(sqlite, items, people=len(names), unit="organisation", scale="stance")
    room.do(groups.set_names, "organisation", names)
    sat = dict(zip(names, room.read(groups.of, "organisation"), strict=True))
    delegates = dict(zip(names, room.people, strict=True))
    value = {"stoetter": 1, "hvis": 0, "imod": -1}
    for name in names:
        sqlite.do(groups.enter, delegates[name], sat[name].id)
        sqlite.do(groups.take_pen, delegates[name], sat[name].id)
    for row in rows:
        name = row["group"] or row["participant"]
        give(room, step, {ids[items.index(row["item"])]: value[row["value"]]}, by=delegates[name])
    counts = {
        result.statement.key: [result.counts.get(each, 0) for each in (1, 0, -1)]
        for result in profile(room, step).results
    }
    assert counts == {
        "holdning_sam_ledelse": [4, 2, 0],
        "holdning_sam_styring": [2, 4, 0],
        "holdning_sam_produktion": [1, 3, 2],
    }
    assert profile(room, step).stands == ()
    assert all(result.lines == () for result in profile(room, step).results)
    sqlite.do(outside.share, delegates[names[0]], step, True)
    assert [stand.name for stand in profile(room, step).stands] == [names[0]]


def test_no_small_group_is_shown_and_none_can_be_worked_out(base):
    room, step, [one] = assessing(base, ["a"], people=0)
    for number, role in ((6, "medarbejder"), (7, "borger"), (3, "frivillig")):
        for me in room.join(number, role):
            give(room, step, {one: 3}, by=me)
    with language.speaking("en"):
        [result] = profile(room, step).results
    assert [(line.name, line.n) for line in result.lines] == [("Citizen", 7), ("Others", 9)]
    assert result.n == sum(line.n for line in result.lines)


def test_the_wording_is_locked_once_somebody_has_answered(base):
    room, step, [one] = assessing(base, ["a"])
    assert not base.read(answers.locked, step)
    give(room, step, {one: 1})
    assert base.read(answers.locked, step)
