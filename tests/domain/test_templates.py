"""The six templates: complete in both languages, as long as they say, with statements where something is assessed."""

import re

import pytest
from sqlmodel import select

from app import activities
from app.domain import agenda, card_kinds, dialogues, templates
from app.models import Statement

SIX = ("T1", "T2", "T3", "T4", "T5", "T6")
MINUTES = {"T1": 390, "T2": 390, "T3": 390, "T4": 75, "T5": 180, "T6": 60}


@pytest.mark.parametrize("key", SIX)
def test_a_template_is_whole_in_both_languages_and_as_long_as_its_day(key):
    template = templates.all_templates()[key]
    assert all(template.names.values())
    own = [step for step in template.steps if not step.get("apart")]
    assert sum(step["minutes"] for step in own) == MINUTES[key]
    for step in template.steps:
        assert all(step[name] for name in ("title_da", "title_en", "prompt_da", "prompt_en")), step
        for name in ("da", "en"):
            assert set(re.findall(r"{(\w+)}", step[f"prompt_{name}"])) <= {"tid", "dato", "opgave", "navn"}


@pytest.mark.parametrize("key", SIX)
def test_every_kind_of_card_and_scale_of_a_template_exists(key):
    for step in templates.all_templates()[key].steps:
        assert set(step["settings"].get("kinds", [])) <= set(card_kinds.all_kinds()), step
        assert step["kind"] in activities.KINDS or step["kind"] == "assess"
        if step["kind"] == "assess" and step["settings"]["scale"] != "status":
            assert step["statements"]


def test_a_dialogue_gets_its_statements_and_the_steps_before_it_stand_apart(base):
    made = base.do(dialogues.make, "T1", "Workshop", 90)
    before = base.read(agenda.outside, made)
    assert [(step.title_da, step.apart, step.unit) for step in before] == [
        ("Et eksempel", "before", "organisation"),
        ("Hvor står I nu?", "before", "organisation"),
        ("Spørgsmål til eksperten", "before", "organisation"),
    ]
    assert [step.position for step in base.read(agenda.steps, made)] == list(range(1, 23))
    rows = base.read(lambda session: session.exec(select(Statement).where(Statement.dialogue_id == made)).all())
    twice = ["knowledge", "sam_ledelse", "sam_styring", "sam_produktion"]
    assert sorted(row.key for row in rows) == sorted([*twice, *twice, "said", "understood", "next", "time"])
