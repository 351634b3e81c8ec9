"""The page of whoever has promised something: what was agreed, and what became of it, said with one tap."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from app.domain import agreements
from app.settings import BODY_MAX, Settings
from app.web import deps, place, render

router = APIRouter(prefix="/agreements/{agreement_id}")


class StatusForm(BaseModel):
    """`unknown` takes back what was said before."""

    status: Literal["done", "under_way", "dropped", "unknown"]
    note: str = Field("", max_length=BODY_MAX)


def address(settings: Settings, agreement_id: int, secret: str) -> str:
    """The owner's link. It opens by itself, since it is mailed to people who meet the product this once."""
    return f"{settings.public_url}/agreements/{agreement_id}/{secret}"


@router.get("/{secret}")
async def show(request: Request, agreement_id: deps.Id, secret: str, kept: str = "") -> Response:
    """What was agreed, and a form."""
    here = place.of(request)
    view, dialogue = await here.read(agreements.open_with, agreement_id, secret, here.key)
    deps.speak_with(request, dialogue.languages)
    return render.page(request, "office/owner.html", view=view, dialogue=dialogue, kept=bool(kept))


@router.post("/{secret}")
async def tell(request: Request, agreement_id: deps.Id, secret: str, form: Annotated[StatusForm, Form()]) -> Response:
    """Keep what became of it."""
    here = place.of(request)
    _, dialogue = await here.read(agreements.open_with, agreement_id, secret, here.key)
    deps.speak_with(request, dialogue.languages)
    await here.change(agreements.tell, agreement_id, form.status, form.note)
    return RedirectResponse(f"/agreements/{agreement_id}/{secret}?kept=1", 303)
