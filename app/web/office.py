"""The organiser's office: series and their dialogues, a new one from a template, and deleting one for good."""

import asyncio
import contextlib
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from app import errors
from app.domain import dialogues, retention
from app.settings import BODY_MAX, ID_MAX
from app.web import (
    deps,
    dress,
    keeper,
    links,
    office_dialogue,
    office_outside,
    office_templates,
    office_view,
    place,
    render,
)

router = APIRouter(prefix="/office")


class NewForm(BaseModel):
    """`series` 0 begins a new series."""

    template: str = Field(max_length=40)
    title: str = Field("", max_length=BODY_MAX)
    series: int = Field(0, ge=0, le=ID_MAX)


@router.get("")
async def show(request: Request) -> Response:
    """Every series. Without the office's link the door is shown."""
    if not await deps.may(request, "office", 0):
        return links.door(request)
    view = await place.of(request).read(office_view.office)
    return render.page(request, "office/page.html", view=view, safety=office_view.safety(request))


@router.post("/dialogues", dependencies=[deps.AtOffice])
async def make(request: Request, form: Annotated[NewForm, Form()]) -> Response:
    """A new dialogue from a template, as a draft."""
    here = place.of(request)
    made = await here.change(
        dialogues.make, form.template, form.title, here.settings.retention_days, form.series or None
    )
    if render.wants_json(request):
        return JSONResponse({"dialogue": made})
    return RedirectResponse(f"/office/dialogues/{made}", 303)


@router.get("/dialogues/{dialogue_id}/delete", dependencies=[deps.AtOffice])
async def before_deletion(request: Request, dialogue_id: deps.Id) -> Response:
    """What goes when the dialogue is deleted."""
    view = await place.of(request).read(office_view.preparation, dialogue_id)
    return render.page(request, "office/delete.html", view=view)


@router.post("/dialogues/{dialogue_id}/delete", dependencies=[deps.AtOffice])
async def delete(request: Request, dialogue_id: deps.Id) -> Response:
    """Delete everything in the dialogue now, to the last byte."""
    here = place.of(request)
    await here.read(dialogues.get, dialogue_id)
    await dress.stop(dialogue_id)
    await here.make_room(retention.delete, dialogue_id)
    await asyncio.to_thread(keeper.remember, here)
    with contextlib.suppress(errors.StorageFull):  # rebuilding needs room; the daily deletion does it when there is
        await asyncio.to_thread(here.writer.alone, retention.scrub)
    return RedirectResponse("/office", 303)


router.include_router(office_dialogue.router)
router.include_router(office_outside.router)
router.include_router(office_templates.router)
router.include_router(office_templates.copying)
