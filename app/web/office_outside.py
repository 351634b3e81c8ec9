"""In the office: the steps outside the day, each with its link, and until when it is open."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from app import errors
from app.domain import outside
from app.web import deps, place

router = APIRouter(prefix="/dialogues/{dialogue_id}/outside/{step_id}", dependencies=[deps.AtOffice])


class UntilForm(BaseModel):
    until: str = Field("", max_length=20)


@router.post("/open")
async def open_until(
    request: Request, dialogue_id: deps.Id, step_id: deps.Id, form: Annotated[UntilForm, Form()]
) -> Response:
    """Open it until the end of a day, or move that day."""
    try:
        last = date.fromisoformat(form.until)
    except ValueError as wrong:
        raise errors.BadDate from wrong
    await place.of(request).change(outside.open_until, dialogue_id, step_id, last)
    return _back(dialogue_id)


@router.post("/close")
async def close(request: Request, dialogue_id: deps.Id, step_id: deps.Id) -> Response:
    """Take nothing more."""
    await place.of(request).change(outside.close, dialogue_id, step_id)
    return _back(dialogue_id)


def _back(dialogue_id: int) -> Response:
    return RedirectResponse(f"/office/dialogues/{dialogue_id}#outside", 303)
