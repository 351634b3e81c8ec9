"""A step outside the day on a phone: a page of its own that stays open for days, and what an organisation shares."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from app.domain import outside
from app.web import deps, phone, place, render

router = APIRouter(prefix="/d/{code}/step/{step_id}")


class ShareForm(BaseModel):
    on: bool


@router.get("")
async def open_step(request: Request, dialogue: deps.Joinable, step_id: deps.Id) -> Response:
    """The step for who has joined; everybody else is asked to join, and comes back here."""
    await place.of(request).read(outside.one, dialogue.id or 0, step_id)
    me = await deps.participant_of(request, dialogue)
    if me is None:
        return RedirectResponse(f"/d/{dialogue.code}/join?step={step_id}", 303)
    return await phone.show(request, me, step=step_id)


@router.get("/now")
async def now(request: Request, me: deps.Joined, step_id: deps.Id) -> Response:
    """The region alone."""
    return await phone.show(request, me, step=step_id)


@router.post("/share")
async def share(request: Request, me: deps.Joined, step_id: deps.Id, form: Annotated[ShareForm, Form()]) -> Response:
    """Let the other organisations see what mine wrote, or no longer."""
    await place.of(request).change(outside.share, me, step_id, form.on)
    if render.is_htmx(request):
        return await phone.show(request, me, step=step_id)
    return RedirectResponse(request.url.path.removesuffix("/share"), 303)
