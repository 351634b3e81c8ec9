"""The office's page of a series: what was said, what came of it, and the next dialogue with what goes on to it."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from app import errors
from app.domain import agreements, carrying, dialogues, materials, series
from app.domain.series import SeriesView
from app.settings import BODY_MAX, ID_MAX
from app.web import deps, office_view, place, render
from app.web.owner import address

router = APIRouter(prefix="/office", dependencies=[deps.AtOffice])

Text = Annotated[str, Field(default="", max_length=BODY_MAX)]
Keys = Annotated[list[Annotated[str, Field(pattern=r"^(card|theme|agreement)-[0-9]{1,18}$")]], Field(max_length=500)]


class NextForm(BaseModel):
    """The next dialogue: from a template, or one that is there already; `piece` names what goes on."""

    template: str = Field("", max_length=40)
    title: Text
    into: int = Field(0, ge=0, le=ID_MAX)
    piece: Keys = Field(default_factory=list)


class PhaseForm(BaseModel):
    phase: Literal["develop", "carry_out", "evaluate"]


class FollowUpForm(BaseModel):
    on: str = Field("", max_length=20)
    instead: Text


class AgreementForm(BaseModel):
    """Who, when, and where it is settled. Without `number` it is a new one, with `what`."""

    number: int = Field(0, ge=0, le=ID_MAX)
    sort: Literal["agreement", "product"] = "agreement"
    what: Text
    who: Text
    due_on: str = Field("", max_length=20)
    scope: Literal["", "internal", "joint"] = ""


class NumberForm(BaseModel):
    number: int = Field(ge=1, le=ID_MAX)


class MaterialForm(BaseModel):
    """A line on the table; without `number` it is a new one."""

    number: int = Field(0, ge=0, le=ID_MAX)
    sort: str = Field("topic", max_length=20)
    text: Text
    second: Text
    source: Text


def day(typed: str) -> date | None:
    """A date as a browser sends it, or None for none. Raises BadDate."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as wrong:
        raise errors.BadDate from wrong


def _view(session: Session, series_id: int) -> tuple[SeriesView, tuple[carrying.Piece, ...]]:
    """The series, and what its last dialogue can give to the next."""
    view = series.view(session, series_id)
    return view, carrying.offer(session, view.last.id) if view.last else ()


@router.get("/series/{series_id}")
async def show(request: Request, series_id: deps.Id, said: str = "") -> Response:
    """The whole series."""
    view, pieces = await place.of(request).read(_view, series_id)
    office = await place.of(request).read(office_view.office)
    return render.page(
        request, "office/series.html", view=view, pieces=pieces, templates=office.templates, saved=bool(said)
    )


@router.post("/dialogues/{dialogue_id}/next")
async def begin_next(request: Request, dialogue_id: deps.Id, form: Annotated[NextForm, Form()]) -> Response:
    """Carry what was chosen into the next dialogue, a new one or one of the series; then go there."""
    here = place.of(request)
    if form.into:
        await here.change(carrying.carry, dialogue_id, form.into, set(form.piece))
        made = form.into
    else:
        days = here.settings.retention_days
        made = await here.change(carrying.next_in, dialogue_id, form.template, form.title, days, set(form.piece))
    if render.wants_json(request):
        return JSONResponse({"dialogue": made})
    return RedirectResponse(f"/office/dialogues/{made}/table", 303)


@router.post("/dialogues/{dialogue_id}/phase")
async def phase(request: Request, dialogue_id: deps.Id, form: Annotated[PhaseForm, Form()]) -> Response:
    """What this dialogue is for in its series."""
    here = place.of(request)
    await here.change(series.set_phase, dialogue_id, form.phase)
    dialogue = await here.read(dialogues.get, dialogue_id)
    return RedirectResponse(f"/office/series/{dialogue.series_id}?said=1", 303)


@router.post("/dialogues/{dialogue_id}/follow-up")
async def follow_up(request: Request, dialogue_id: deps.Id, form: Annotated[FollowUpForm, Form()]) -> Response:
    """When people meet again, or why they do not."""
    here = place.of(request)
    await here.change(series.set_follow_up, dialogue_id, day(form.on), form.instead)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/table", 303)


@router.get("/dialogues/{dialogue_id}/table")
async def table(request: Request, dialogue_id: deps.Id) -> Response:
    """What lies on the table of a dialogue: what was carried to it, its agreements, and what must be ready."""
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    agreed = await here.read(agreements.all_of, dialogue_id)
    products = await here.read(agreements.all_of, dialogue_id, agreements.PRODUCT)
    links = {
        each.id: address(here.settings, each.id, await here.read(agreements.secret, each.id, here.key))
        for each in (*agreed, *products)
        if each.id
    }
    return render.page(
        request,
        "office/table.html",
        dialogue=dialogue,
        lines=await here.read(materials.of, dialogue_id),
        sorts=materials.SORTS,
        lists=(("agreement", agreed), ("product", products)),
        links=links,
    )


@router.post("/dialogues/{dialogue_id}/agreements")
async def agreement(request: Request, dialogue_id: deps.Id, form: Annotated[AgreementForm, Form()]) -> Response:
    """Who does it and when; or a new line on the list."""
    here = place.of(request)
    due_on = day(form.due_on)
    if form.number:
        await _of_dialogue(request, dialogue_id, form.number)
        await here.change(agreements.settle, form.number, form.who, due_on, form.scope)
    else:
        await here.change(agreements.add, dialogue_id, form.sort, form.what, form.who, due_on, form.scope)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/table#{form.sort}", 303)


@router.post("/dialogues/{dialogue_id}/agreements/gather")
async def gather(request: Request, dialogue_id: deps.Id) -> Response:
    """Give every agreement that people wrote a link for its owner."""
    await place.of(request).change(agreements.gather, dialogue_id)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/table#agreement", 303)


@router.post("/dialogues/{dialogue_id}/agreements/{verb}")
async def act(
    request: Request, dialogue_id: deps.Id, verb: Literal["remind", "drop"], form: Annotated[NumberForm, Form()]
) -> Response:
    """Note a reminder, or take one off the list."""
    await _of_dialogue(request, dialogue_id, form.number)
    await place.of(request).change(agreements.remind if verb == "remind" else agreements.drop, form.number)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/table#agreement", 303)


async def _of_dialogue(request: Request, dialogue_id: int, number: int) -> None:
    found = await place.of(request).read(agreements.get, number)
    if found.dialogue_id != dialogue_id:
        raise errors.NotFound


@router.post("/dialogues/{dialogue_id}/materials")
async def material(request: Request, dialogue_id: deps.Id, form: Annotated[MaterialForm, Form()]) -> Response:
    """A line on the table: new, or worded anew."""
    here = place.of(request)
    if form.number:
        await here.change(materials.edit, dialogue_id, form.number, form.text, form.second, form.source)
    else:
        await here.change(materials.add, dialogue_id, form.sort, form.text, form.second, form.source)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/table#lines", 303)


@router.post("/dialogues/{dialogue_id}/materials/remove")
async def clear(request: Request, dialogue_id: deps.Id, form: Annotated[NumberForm, Form()]) -> Response:
    """Take a line off the table."""
    await place.of(request).change(materials.remove, dialogue_id, form.number)
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/table#lines", 303)
