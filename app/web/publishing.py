"""In the office: the summary's own link, the half page on what the organiser saw, and calling the summary finished."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from app import errors
from app.domain import dialogues, links, publishing
from app.settings import BODY_MAX
from app.web import circle, deps, downloads, place, render
from app.web import links as doors

FACE = "summary"

router = APIRouter()
_office = APIRouter(prefix="/office/dialogues/{dialogue_id}/publish", dependencies=[deps.AtOffice])


class LookingBackForm(BaseModel):
    looking_back: str = Field("", max_length=BODY_MAX)


class TurnForm(BaseModel):
    on: bool


class LinkForm(BaseModel):
    """`renew` makes a new link and ends the old one."""

    renew: bool = False


class LimitForm(BaseModel):
    closed: bool = False
    expires_on: str = Field("", max_length=20)


@_office.get("")
async def show(request: Request, dialogue_id: deps.Id) -> Response:
    """What is made of the summary, and who may read it."""
    return await _page(request, dialogue_id)


@_office.post("/looking-back")
async def look_back(request: Request, dialogue_id: deps.Id, form: Annotated[LookingBackForm, Form()]) -> Response:
    """Keep what the organiser saw; what is too long stays in its form with the reason."""
    try:
        await place.of(request).change(publishing.look_back, dialogue_id, form.looking_back)
    except errors.TooLong as fact:
        return await _page(request, dialogue_id, fact.status, wrong=fact.said(), typed=form.looking_back)
    return _back(dialogue_id)


@_office.post("/finished")
async def finish(request: Request, dialogue_id: deps.Id, form: Annotated[TurnForm, Form()]) -> Response:
    """Call the summary finished, or a draft again."""
    await place.of(request).change(publishing.publish, dialogue_id, form.on)
    return _back(dialogue_id)


@_office.post("/link")
async def link(request: Request, dialogue_id: deps.Id, form: Annotated[LinkForm, Form()]) -> Response:
    """Show the summary's link this once, as it is or renewed."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    row = await here.change(links.renew if form.renew else links.ensure, FACE, dialogue_id)
    address = doors.address(here.settings, FACE, dialogue_id, links.secret(row, here.key))
    return await _page(request, dialogue_id, address=address)


@_office.post("/limit")
async def limit(request: Request, dialogue_id: deps.Id, form: Annotated[LimitForm, Form()]) -> Response:
    """Close the link or open it again, and say how long it works."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    await here.change(links.limit, FACE, dialogue_id, form.closed, circle.day(form.expires_on))
    return _back(dialogue_id)


def _back(dialogue_id: int) -> Response:
    return RedirectResponse(f"/office/dialogues/{dialogue_id}/publish", 303)


async def _page(
    request: Request, dialogue_id: int, status: int = 200, address: str = "", wrong: str = "", typed: str | None = None
) -> Response:
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    row = await here.read(links.known, FACE, dialogue_id)
    changed = await here.read(publishing.changed_since, dialogue)
    text = dialogue.looking_back if typed is None else typed
    shown = {"dialogue": dialogue, "link": row, "address": address, "wrong": wrong, "typed": text, "changed": changed}
    return render.page(request, "office/publish.html", status, **shown)


@router.get("/summary/{dialogue_id}")
async def read(request: Request, dialogue_id: deps.Id) -> Response:
    """Where the summary's link leads: the summary, or the door."""
    if await downloads.may_read(request, dialogue_id):
        return RedirectResponse(f"/dialogues/{dialogue_id}/summary", 303)
    return doors.door(request)


router.include_router(_office)
