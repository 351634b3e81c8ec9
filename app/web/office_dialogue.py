"""One dialogue in the office: what it asks and promises, its run sheet, its links."""

import re
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from app import activities, errors
from app.domain import agenda, dialogues, sheet, texts
from app.domain import links as capabilities
from app.domain.dialogues import MANDATE, Preparation
from app.models import now
from app.settings import BODY_MAX, TEXT_MAX
from app.web import deps, links, office_view, place, render
from app.web.office_view import Typed

router = APIRouter(prefix="/dialogues/{dialogue_id}", dependencies=[deps.AtOffice])

Text = Annotated[str, Field(default="", max_length=BODY_MAX)]
Face = Literal["board", "desk"]
STATEMENTS_MAX = 12  # in one assessment


class PreparationForm(BaseModel):
    """Everything the organiser sets. `perspectives` holds one a line, Danish | English; fields come in pairs."""

    title: Text
    languages: Literal["da", "en", "da,en", "en,da"]
    event_date: str = Field("", max_length=20)
    delete_on: str = Field("", max_length=20)
    mandate_open: Text
    mandate_fixed: Text
    mandate_decides: Text
    mandate_hear_back: Text
    mandate_stored: Text
    mandate_say: Literal["", "inform", "consult", "involve", "collaborate", "empower"] = ""
    perspectives: Text
    field_name: list[str] = Field(default_factory=list, max_length=60)
    field_value: list[str] = Field(default_factory=list, max_length=60)
    then: Literal["", "begin"] = ""

    def typed(self) -> Typed:
        """The form again, as it was typed."""
        return Typed(
            title=self.title,
            languages=self.languages,
            event_date=self.event_date,
            delete_on=self.delete_on,
            mandate={name: getattr(self, name) for name in MANDATE},
            say=self.mandate_say,
            perspectives=self.perspectives,
            fields=dict(zip(self.field_name, self.field_value, strict=False)),
        )

    def preparation(self) -> Preparation:
        """What it says. Raises BadDate."""
        typed = self.typed()
        return Preparation(
            title=typed.title,
            languages=typed.languages,
            event_date=_date(typed.event_date) if typed.event_date else None,
            delete_on=_date(typed.delete_on),
            mandate=typed.mandate,
            say=typed.say,
            fields=typed.fields,
            perspectives=_pairs(typed.perspectives),
            intended=_intended(typed.perspectives),
        )


class WordsForm(BaseModel):
    """What a step is called and asks, how long it is, and when it begins."""

    title_da: Text
    title_en: Text
    prompt_da: Text
    prompt_en: Text
    minutes: int = Field(10, ge=1, le=600)
    planned: str = Field("", pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")


class MoveForm(BaseModel):
    by: Literal["-1", "1"]


class StepForm(WordsForm):
    """A step to add. Only what its kind asks for is read; the kind itself checks it."""

    kind: Literal["collect", "sort", "vote", "assess", "present"]
    unit: Literal["person", "table", "organisation"] = "person"
    kinds: list[str] = Field(default_factory=list, max_length=20)
    silent_minutes: int = Field(0, ge=0, le=60)
    form: str = Field("dots", max_length=10)
    dots: int = Field(3, ge=1, le=9)
    cards: int = Field(4, ge=1, le=12)
    steps: list[int] = Field(default_factory=list, max_length=60)
    scale: str = Field("1-5", max_length=10)
    statements: Text
    arenas: bool = False
    show: str = Field("step", max_length=10)


class LinkForm(BaseModel):
    renew: bool = False


def _statements(form: StepForm) -> list[dict[str, str]]:
    """What is assessed, one a line: Danish | English, and for a scale between poles Danish | English | left | right.

    Raises Empty for an assessment of nothing, or TooLong.
    """
    if form.kind != "assess":
        return []
    typed = [line for line in re.split(r"[\r\n]+", form.statements) if line.strip()]
    lines = [[part.strip() for part in line.split("|")] for line in typed]
    if not lines:
        raise errors.Empty
    names = ("text_da", "text_en", "left_da", "right_da")
    return [
        {"key": f"own_{number}"} | {name: texts.line(part, TEXT_MAX) for name, part in zip(names, line, strict=False)}
        for number, line in enumerate(lines[:STATEMENTS_MAX], start=1)
    ]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise errors.BadDate from wrong


def _intended(text: str) -> tuple[tuple[int, bool], ...]:
    """What stands after the names, role by role: a number of people, and a star for those who do the work."""
    rests = [line.split("|")[2:] for line in re.split(r"[\r\n]+", text) if line.strip(" |\t")]
    numbers = [[int(part[:6]) for part in map(str.strip, rest) if re.fullmatch("[0-9]+", part)] for rest in rests]
    return tuple((found[0] if found else 0, "*" in "".join(rest)) for found, rest in zip(numbers, rests, strict=True))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Roles as they were typed, one a line: Danish | English | how many | *."""
    lines = [line.partition("|") for line in re.split(r"[\r\n]+", text) if line.strip(" |\t")]
    return tuple((own.strip(), other.partition("|")[0].strip()) for own, _, other in lines)


async def _page(
    request: Request, dialogue_id: int, status: int = 200, typed: Typed | None = None, **said: str
) -> Response:
    """The dialogue's page. `said` is what to tell: `wrong`, `saved`, or a `link` of a `face` shown this once."""
    here = place.of(request)
    view = await here.read(office_view.preparation, dialogue_id, typed)
    join = f"{here.settings.public_url}/d/{view.dialogue.code}"
    told = {"wrong": "", "saved": "", "link": "", "face": "", "at": ""} | said
    days = {"first": (now().date() + timedelta(days=1)).isoformat()}
    safety = office_view.safety(request)
    shown = {"view": view, "safety": safety, "told": told, "days": days, "join": join}
    return render.page(request, "office/dialogue.html", status, **shown)


@router.get("")
async def show(request: Request, dialogue_id: deps.Id, saved: str = "") -> Response:
    """Everything about one dialogue."""
    return await _page(request, dialogue_id, saved="yes" if saved else "")


@router.post("")
async def prepare(request: Request, dialogue_id: deps.Id, form: Annotated[PreparationForm, Form()]) -> Response:
    """Keep all of it, or none and say why; what was typed stays in the form. Asked to begin, it opens the desk."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    try:
        await here.change(dialogues.prepare, dialogue_id, form.preparation())
        if form.then == "begin":
            await here.change(agenda.begin, dialogue_id)
            return await open_face(request, dialogue_id, "desk")
    except errors.Fact as fact:
        if render.is_htmx(request) or render.wants_json(request):
            raise
        return await _page(request, dialogue_id, fact.status, form.typed(), wrong=fact.said())
    return RedirectResponse(f"/office/dialogues/{dialogue_id}?saved=1", 303)


@router.post("/steps")
async def add_step(request: Request, dialogue_id: deps.Id, form: Annotated[StepForm, Form()]) -> Response:
    """A step at the end of the run sheet."""
    columns = form.model_dump(
        include={"kind", "title_da", "title_en", "prompt_da", "prompt_en", "minutes", "planned", "unit"}
    )
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    try:
        settings = activities.KINDS[form.kind].settings(form.model_dump())
        made = columns | {"settings": settings, "statements": _statements(form)}
        await here.change(dialogues.add_step, dialogue_id, made)
    except errors.Fact as fact:
        if render.is_htmx(request) or render.wants_json(request):
            raise
        return await _page(request, dialogue_id, fact.status, wrong=fact.said())
    return RedirectResponse(f"/office/dialogues/{dialogue_id}#steps", 303)


@router.post("/steps/{step_id}")
async def change_step(
    request: Request, dialogue_id: deps.Id, step_id: deps.Id, form: Annotated[WordsForm, Form()]
) -> Response:
    """Change a step that nobody has gone to; what comes after it moves along."""
    words = form.model_dump(include={"title_da", "title_en", "prompt_da", "prompt_en"})
    await place.of(request).change(sheet.change, dialogue_id, step_id, words, form.minutes, form.planned)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}#step-{step_id}", 303)


@router.post("/steps/{step_id}/move")
async def move_step(
    request: Request, dialogue_id: deps.Id, step_id: deps.Id, form: Annotated[MoveForm, Form()]
) -> Response:
    """Let a step change places with its neighbour."""
    await place.of(request).change(sheet.move, dialogue_id, step_id, int(form.by))
    return RedirectResponse(f"/office/dialogues/{dialogue_id}#step-{step_id}", 303)


@router.post("/steps/{step_id}/remove")
async def drop_step(request: Request, dialogue_id: deps.Id, step_id: deps.Id) -> Response:
    """Take a step that has never been opened out of the run sheet."""
    await place.of(request).change(dialogues.drop_step, dialogue_id, step_id)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}#steps", 303)


@router.post("/links/{face}")
async def link(request: Request, dialogue_id: deps.Id, face: Face, form: Annotated[LinkForm, Form()]) -> Response:
    """Show the link of a face this once, as it is or renewed; renewing ends the old one."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    verb = capabilities.renew if form.renew else capabilities.ensure
    row = await here.change(verb, face, dialogue_id)
    address = links.address(here.settings, face, dialogue_id, capabilities.secret(row, here.key))
    return await _page(request, dialogue_id, link=address, face=face)


@router.post("/open/{face}")
async def open_face(request: Request, dialogue_id: deps.Id, face: Face) -> Response:
    """Go to the board or the desk: the organiser's browser gets the face's cookie at once."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    row = await here.change(capabilities.ensure, face, dialogue_id)
    answer = RedirectResponse(f"/{face}/{dialogue_id}", 303)
    deps.give_cookie(request, answer, deps.cookie_name(request, face, dialogue_id), deps.visit(here, row), days=30)
    return answer
