"""Groups as people meet them: the phone's table and pen, the desk's table plan, the office's lists."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from app.domain import dialogues, groups
from app.domain.participants import Me
from app.settings import BODY_MAX, ID_MAX
from app.web import deps, phone, place, render
from app.web.desk_view import Opened, answer

router = APIRouter()

Text = Annotated[str, Field(default="", max_length=BODY_MAX)]


class GroupForm(BaseModel):
    """`step`: the page of a step outside the day that it was sent from, or 0."""

    group: int = Field(ge=1, le=ID_MAX)
    step: int = Field(0, ge=0, le=ID_MAX)


class PenForm(GroupForm):
    """`take` the pen of a group, `over` from another phone on purpose, or `lay` it down."""

    pen: Literal["take", "over", "lay"] = "take"


class SeatForm(BaseModel):
    sort: Literal["table", "arena"] = "table"


class ListsForm(BaseModel):
    """How many tables; organisations and arenas one a line."""

    tables: int = Field(0, ge=0, le=groups.MOST)
    organisations: Text
    arenas: Text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\r\n]+", text)]


@router.post("/d/{code}/group")
async def enter(request: Request, me: deps.Joined, form: Annotated[GroupForm, Form()]) -> Response:
    """The organisation I come from, or the table I went to."""
    await place.of(request).change(groups.enter, me, form.group)
    return await back(request, me, form.step)


@router.post("/d/{code}/pen")
async def pen(request: Request, me: deps.Joined, form: Annotated[PenForm, Form()]) -> Response:
    """Let this phone write for the group, or no longer."""
    here = place.of(request)
    if form.pen == "lay":
        await here.change(groups.lay_pen, me, form.group)
    else:
        await here.change(groups.take_pen, me, form.group, form.pen == "over")
    return await back(request, me, form.step)


async def back(request: Request, me: Me, step: int = 0) -> Response:
    """The region for htmx; for everybody else the page again, so that loading it anew sends nothing twice."""
    if render.is_htmx(request):
        return await phone.show(request, me, step=step)
    base = f"/d/{request.path_params['code']}"
    return RedirectResponse(f"{base}/step/{step}" if step else base, 303)


@router.post("/desk/{dialogue_id}/seat")
async def seat(request: Request, desk: deps.AtDesk, form: Annotated[SeatForm, Form()], opened: Opened = "") -> Response:
    """A new table for everybody."""
    await place.of(request).change(groups.seat, desk.id or 0, form.sort)
    return await answer(request, desk.id or 0, opened)


@router.post("/office/dialogues/{dialogue_id}/groups", dependencies=[deps.AtOffice])
async def lists(request: Request, dialogue_id: deps.Id, form: Annotated[ListsForm, Form()]) -> Response:
    """How many tables there are, and which organisations and arenas."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    await here.change(groups.set_all, dialogue_id, form.tables, _lines(form.organisations), _lines(form.arenas))
    return RedirectResponse(f"/office/dialogues/{dialogue_id}#groups", 303)
