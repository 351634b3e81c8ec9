"""Templates as files: one JSON object in the shape of app/data/templates.json, read strictly, cleaned at the door."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app import errors
from app.activities import KINDS
from app.domain import texts
from app.domain.templates import Template
from app.settings import TEXT_MAX, TITLE_MAX

STEPS_MOST = 60
STATEMENTS_MOST = 40

Text = Annotated[str, Field(max_length=4 * TEXT_MAX)]
Word = Annotated[str, Field(max_length=80)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class StatementFile(_Strict):
    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    text_da: Text = ""
    text_en: Text = ""
    left_da: Text = ""
    left_en: Text = ""
    right_da: Text = ""
    right_en: Text = ""
    source: Text = ""


class StepFile(_Strict):
    """The columns of an Activity that a template holds."""

    kind: Literal["collect", "sort", "vote", "assess", "present"]
    title_da: Text = ""
    title_en: Text = ""
    prompt_da: Text = ""
    prompt_en: Text = ""
    minutes: Annotated[int, Field(ge=1, le=600)]
    planned: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")] = ""
    settings: dict[Word, bool | int | Word | list[Word]] = Field(default_factory=dict, max_length=20)
    unit: Literal["person", "table", "organisation"] = "person"
    cue: dict[Literal["why", "how", "who", "plan_b"], Text] = Field(default_factory=dict)
    carries: Word = ""
    apart: Literal["", "before", "after"] = ""
    statements: list[StatementFile] = Field(default_factory=list, max_length=STATEMENTS_MOST)


class TemplateFile(_Strict):
    da: Text = ""
    en: Text = ""
    people: Annotated[str, Field(max_length=20)] = ""
    steps: Annotated[list[StepFile], Field(min_length=1, max_length=STEPS_MOST)]


def write(template: Template) -> bytes:
    """The file of a template, UTF-8; read again it is the same."""
    return json.dumps(template.data(), ensure_ascii=False, indent=1).encode() + b"\n"


def read(content: bytes) -> dict[str, Any]:
    """The template in a file, cleaned. Raises TemplateWrong, which names the first thing that is wrong."""
    try:
        found = TemplateFile.model_validate_json(content)
    except ValidationError as wrong:
        raise errors.TemplateWrong(where=_where(wrong)) from wrong
    steps = [_step(step, number) for number, step in enumerate(found.steps, start=1)]
    names = [texts.line(name, TITLE_MAX) for name in (found.da, found.en)]
    if not any(names):
        raise errors.TemplateWrong(where="da, en")
    return {
        "da": names[0] or names[1],
        "en": names[1] or names[0],
        "people": texts.line(found.people, 20),
        "steps": steps,
    }


def _where(wrong: ValidationError) -> str:
    """The place of the first fault as people count: steps.3.minutes. It is a name of the format, never a text."""
    place = wrong.errors()[0]["loc"]
    said = [str(part + 1) if isinstance(part, int) else part for part in place if not str(part).startswith("[")]
    known = {name for model in (TemplateFile, StepFile, StatementFile) for name in model.model_fields}
    return ".".join(part for part in said if part in known or part.isdecimal()) or "JSON"


def _step(step: StepFile, number: int) -> dict[str, Any]:
    """One step with its texts cleaned and its settings as its kind has them. Raises TemplateWrong."""
    data = step.model_dump(exclude={"statements"})
    try:
        data |= {name: texts.line(data[name], TITLE_MAX) for name in ("title_da", "title_en")}
        data |= {name: texts.paragraph(data[name], TEXT_MAX) for name in ("prompt_da", "prompt_en")}
        data["cue"] = {name: texts.paragraph(text, TEXT_MAX) for name, text in step.cue.items()}
        data["settings"] = {**step.settings, **KINDS[step.kind].settings(step.settings)}
        if not data["title_da"] and not data["title_en"]:
            raise errors.Empty
    except (errors.Fact, ValueError, TypeError) as wrong:
        raise errors.TemplateWrong(where=f"steps.{number}") from wrong
    data["settings"].pop("steps", None)  # of one dialogue alone
    if step.statements:
        data["statements"] = [
            {name: texts.line(text, TEXT_MAX) if name != "key" else text for name, text in each.model_dump().items()}
            for each in step.statements
        ]
    return data
