"""Themes and cards on the desk: move, split, name, merge, lock, hold, hide, show. Each is one act, undone as one."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.domain import cards, carrying, themes
from app.settings import BODY_MAX, ID_MAX
from app.web import deps, place
from app.web.desk_view import Opened, answer

router = APIRouter()

CARDS_MAX = 500
Id = Annotated[int, Field(ge=1, le=ID_MAX)]
Cards = Annotated[list[Id], Field(default_factory=list, max_length=CARDS_MAX)]
Text = Annotated[str, Field(default="", max_length=BODY_MAX)]


class NewForm(BaseModel):
    label: Text
    card: Cards


class OnwardForm(BaseModel):
    card: Cards
    on: bool


class LabelForm(BaseModel):
    label: Text


class IntoForm(BaseModel):
    into: Id


class LockForm(BaseModel):
    on: bool


class MoveForm(BaseModel):
    """`to` is a theme, or 0 for the open pile."""

    card: Cards
    to: int = Field(ge=0, le=ID_MAX)


class CardsForm(BaseModel):
    card: Cards
    reason: Text


@router.post("/themes")
async def new(request: Request, desk: deps.AtDesk, form: Annotated[NewForm, Form()]) -> Response:
    """A new theme, with the chosen cards if any. It lies open afterwards."""
    made = await place.of(request).change(themes.new, desk.id or 0, form.label, form.card)
    return await answer(request, desk.id or 0, str(made))


@router.post("/themes/{theme_id}/rename")
async def rename(
    request: Request, desk: deps.AtDesk, theme_id: deps.Id, form: Annotated[LabelForm, Form()], opened: Opened = ""
) -> Response:
    """A person's heading is final."""
    await place.of(request).change(themes.rename, desk.id or 0, theme_id, form.label)
    return await answer(request, desk.id or 0, opened)


@router.post("/themes/{theme_id}/merge")
async def merge(request: Request, desk: deps.AtDesk, theme_id: deps.Id, form: Annotated[IntoForm, Form()]) -> Response:
    """All cards of this theme into another, which lies open afterwards."""
    await place.of(request).change(themes.merge, desk.id or 0, theme_id, form.into)
    return await answer(request, desk.id or 0, str(form.into))


@router.post("/themes/{theme_id}/lock")
async def lock(
    request: Request, desk: deps.AtDesk, theme_id: deps.Id, form: Annotated[LockForm, Form()], opened: Opened = ""
) -> Response:
    """A locked theme keeps exactly its cards."""
    await place.of(request).change(themes.lock, desk.id or 0, theme_id, form.on)
    return await answer(request, desk.id or 0, opened)


@router.post("/cards/move")
async def move(request: Request, desk: deps.AtDesk, form: Annotated[MoveForm, Form()], opened: Opened = "") -> Response:
    """Cards into a theme, or back into the open pile."""
    await place.of(request).change(themes.move, desk.id or 0, form.card, form.to)
    return await answer(request, desk.id or 0, opened)


@router.post("/cards/onward")
async def onward(
    request: Request, desk: deps.AtDesk, form: Annotated[OnwardForm, Form()], opened: Opened = ""
) -> Response:
    """Mark cards to go on to the next dialogue, or take the mark off."""
    await place.of(request).change(carrying.mark, desk.id or 0, form.card, form.on)
    return await answer(request, desk.id or 0, opened)


@router.post("/cards/{act}")
async def judge(
    request: Request,
    desk: deps.AtDesk,
    act: Literal["hold", "hide", "release"],
    form: Annotated[CardsForm, Form()],
    opened: Opened = "",
) -> Response:
    """Hold cards back, hide them with a reason, or show them."""
    here, dialogue_id = place.of(request), desk.id or 0
    if act == "hide":
        await here.change(cards.hide, dialogue_id, form.card, form.reason)
    else:
        await here.change(cards.hold if act == "hold" else cards.release, dialogue_id, form.card)
    return await answer(request, dialogue_id, opened)
