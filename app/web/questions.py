"""Questions on phones and desk: "I want to know that too", and what was answered in the room."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from app.domain import questions
from app.web import deps, phone, place, render
from app.web.desk_view import Opened, answer

router = APIRouter()
at_desk = APIRouter(prefix="/questions")


class TurnForm(BaseModel):
    on: bool


@router.get("/d/{code}/questions")
async def of_others(request: Request, me: deps.Joined) -> Response:
    """What others have asked by now."""
    return await _shown(request, me)


@router.post("/d/{code}/questions/{card_id}")
async def lift(request: Request, me: deps.Joined, card_id: deps.Id, form: Annotated[TurnForm, Form()]) -> Response:
    """Say that one wants this answered too, or no longer."""
    request.app.state.buckets["votes"].take(deps.token_of(request, me))
    await place.of(request).change(questions.lift, me, card_id, form.on)
    return await _shown(request, me)


async def _shown(request: Request, me: deps.Joined) -> Response:
    if not render.is_htmx(request):
        return RedirectResponse(f"/d/{request.path_params['code']}", 303)
    return render.page(request, "collect/_questions.html", view=await place.of(request).read(phone.view, me))


@at_desk.post("/{card_id}")
async def turn(
    request: Request, desk: deps.AtDesk, card_id: deps.Id, form: Annotated[TurnForm, Form()], opened: Opened = ""
) -> Response:
    """Mark a question as answered, or as still waiting."""
    await place.of(request).change(questions.answer, desk.id or 0, card_id, form.on)
    return await answer(request, desk.id or 0, opened)
