"""On the desk: cards that say the same, a new grouping on offer, why a card lies where it lies, pinned themes."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.domain import doubles, proposals, reasons, themes
from app.settings import ID_MAX
from app.web import deps, place, render
from app.web.desk_view import OFFER, SAME, Opened, answer

router = APIRouter()

Id = Annotated[int, Field(ge=1, le=ID_MAX)]
Cards = Annotated[list[Id], Field(default_factory=list, max_length=500)]


class SameForm(BaseModel):
    """Cards that say the same; `stands` speaks for them, or the first of them does."""

    card: Cards
    stands: int = Field(0, ge=0, le=ID_MAX)


class OfferForm(BaseModel):
    offer: Id


class PinForm(BaseModel):
    on: bool


@router.post("/same/join")
async def join(request: Request, desk: deps.AtDesk, form: Annotated[SameForm, Form()], opened: Opened = "") -> Response:
    """One card stands for the others; their texts stay readable."""
    stands = form.stands or min(form.card, default=0)
    await place.of(request).change(doubles.join, desk.id or 0, form.card, stands)
    return await answer(request, desk.id or 0, opened or SAME)


@router.post("/same/{verb}")
async def part(
    request: Request,
    desk: deps.AtDesk,
    verb: Literal["part", "apart"],
    form: Annotated[SameForm, Form()],
    opened: Opened = "",
) -> Response:
    """Let cards stand for themselves again, or say that two are not the same."""
    await place.of(request).change(doubles.part if verb == "part" else doubles.keep_apart, desk.id or 0, form.card)
    return await answer(request, desk.id or 0, opened or SAME)


@router.post("/offer/{verb}")
async def offer(
    request: Request,
    desk: deps.AtDesk,
    verb: Literal["adopt", "dismiss"],
    form: Annotated[OfferForm, Form()],
    opened: Opened = "",
) -> Response:
    """Put the new grouping in place, or turn it down; both can be taken back."""
    await place.of(request).change(proposals.adopt if verb == "adopt" else proposals.dismiss, desk.id or 0, form.offer)
    return await answer(request, desk.id or 0, "" if opened == OFFER else opened)


@router.post("/themes/{theme_id}/pin")
async def pin(
    request: Request, desk: deps.AtDesk, theme_id: deps.Id, form: Annotated[PinForm, Form()], opened: Opened = ""
) -> Response:
    """A pinned theme stands first, whatever its size."""
    await place.of(request).change(themes.pin, desk.id or 0, theme_id, form.on)
    return await answer(request, desk.id or 0, opened)


@router.get("/why/{card_id}")
async def why(request: Request, desk: deps.AtDesk, card_id: deps.Id, opened: Opened = "") -> Response:
    """Why a card lies where it lies: as a page, or what stands in its dialog."""
    found = await place.of(request).read(reasons.why, desk.id or 0, card_id)
    template = "desk/_why.html" if render.is_htmx(request) else "desk/why.html"
    return render.page(request, template, dialogue=desk, why=found, opened=opened)
