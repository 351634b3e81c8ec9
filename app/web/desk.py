"""The facilitator's desk: the run sheet, what the wall shows, and taking back the last act. Works as plain forms."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app import errors
from app.domain import agenda, dialogues, journal
from app.models import Dialogue
from app.settings import ID_MAX
from app.web import deps, desk_doubles, desk_themes, desk_votes, dress, links, place, questions, render
from app.web.desk_view import Opened, answer, attention, view

router = APIRouter(prefix="/desk/{dialogue_id}")
Question = Literal["move", "split", "new", "rename", "merge", "hide", "keys"]
Chosen = Annotated[list[Annotated[int, Field(ge=1, le=ID_MAX)]], Query(max_length=500)]


class StepForm(BaseModel):
    step: int = Field(ge=1, le=ID_MAX)


class MoreForm(StepForm):
    minutes: Literal[2, 5] = 2


class DelayForm(BaseModel):
    minutes: int = Field(ge=-60, le=60)


class SkipForm(StepForm):
    on: bool = True


class BoardForm(BaseModel):
    view: Literal["auto", "cards", "themes", "calm"]


class SwitchForm(BaseModel):
    on: bool


@router.get("")
async def show(request: Request, dialogue_id: deps.Id, opened: Opened = "") -> Response:
    """The desk, whole. Without its link the door is shown."""
    if not await deps.may(request, "desk", dialogue_id):
        return links.door(request)
    shown = await place.of(request).read(view, dialogue_id, opened)
    return render.page(request, "desk/page.html", view=shown)


@router.get("/regions")
async def regions(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """The regions of the desk as they stand now, for a page whose pulse has changed."""
    shown = await place.of(request).read(view, desk.id or 0, opened)
    return render.page(request, "desk/_regions.html", view=shown)


@router.get("/ask/{question}")
async def ask(
    request: Request,
    desk: deps.AtDesk,
    question: Question,
    card: Chosen = [],  # noqa: B006
    opened: Opened = "",
) -> Response:
    """A question of the desk as a page of its own, for browsers where no dialog opens."""
    shown = await place.of(request).read(view, desk.id or 0, opened)
    return render.page(request, "desk/ask.html", view=shown, question=question, chosen=card)


@router.post("/begin")
async def begin(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """Begin on the first step. Refused while something required is missing."""
    await place.of(request).change(agenda.begin, desk.id or 0)
    return await answer(request, desk.id or 0, opened)


@router.post("/step")
async def step(request: Request, desk: deps.AtDesk, form: Annotated[StepForm, Form()], opened: Opened = "") -> Response:
    """Go to a step, forwards or back."""
    here = place.of(request)
    await here.change(agenda.go, desk.id or 0, form.step)
    return await answer(request, desk.id or 0, await here.read(attention, desk.id or 0, opened))


@router.post("/end")
async def end(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """End the dialogue; undo opens it again."""
    await place.of(request).change(agenda.end, desk.id or 0)
    return await answer(request, desk.id or 0, opened)


@router.post("/extend")
async def extend(
    request: Request, desk: deps.AtDesk, form: Annotated[MoreForm, Form()], opened: Opened = ""
) -> Response:
    """Two or five more minutes for a step."""
    await place.of(request).change(agenda.extend, desk.id or 0, form.step, form.minutes)
    return await answer(request, desk.id or 0, opened)


@router.post("/delay")
async def delay(
    request: Request, desk: deps.AtDesk, form: Annotated[DelayForm, Form()], opened: Opened = ""
) -> Response:
    """Move everything after this step."""
    await place.of(request).change(agenda.delay, desk.id or 0, form.minutes)
    return await answer(request, desk.id or 0, opened)


@router.post("/shorten")
async def shorten(
    request: Request, desk: deps.AtDesk, form: Annotated[StepForm, Form()], opened: Opened = ""
) -> Response:
    """Take the delay off a step to come."""
    await place.of(request).change(agenda.shorten, desk.id or 0, form.step)
    return await answer(request, desk.id or 0, opened)


@router.post("/skip")
async def skip(request: Request, desk: deps.AtDesk, form: Annotated[SkipForm, Form()], opened: Opened = "") -> Response:
    """Leave a step out, or take it in again."""
    await place.of(request).change(agenda.skip, desk.id or 0, form.step, form.on)
    return await answer(request, desk.id or 0, opened)


@router.post("/reveal")
async def reveal(
    request: Request, desk: deps.AtDesk, form: Annotated[StepForm, Form()], opened: Opened = ""
) -> Response:
    """End the silence of a collect and show its cards."""
    await place.of(request).change(agenda.reveal, desk.id or 0, form.step, True)
    return await answer(request, desk.id or 0, opened)


@router.post("/undo")
async def undo(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """Take back the newest act."""
    await place.of(request).change(journal.undo, desk.id or 0)
    return await answer(request, desk.id or 0, opened)


@router.post("/redo")
async def redo(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """Do again what was taken back last."""
    await place.of(request).change(journal.redo, desk.id or 0)
    return await answer(request, desk.id or 0, opened)


@router.post("/board")
async def board(
    request: Request, desk: deps.AtDesk, form: Annotated[BoardForm, Form()], opened: Opened = ""
) -> Response:
    """What the wall shows."""
    await place.of(request).change(dialogues.set_board, desk.id or 0, form.view)
    return await answer(request, desk.id or 0, opened)


@router.post("/holding")
async def holding(
    request: Request, desk: deps.AtDesk, form: Annotated[SwitchForm, Form()], opened: Opened = ""
) -> Response:
    """Whether new cards wait here before they are shown."""
    await place.of(request).change(dialogues.set_holding, desk.id or 0, form.on)
    return await answer(request, desk.id or 0, opened)


@router.post("/rehearsal")
async def rehearse(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """Fill the room with simulated people."""
    await dress.fill(place.of(request), _live(desk), people=40)
    return await answer(request, desk.id or 0, opened)


@router.post("/rehearsal/clear")
async def clear(request: Request, desk: deps.AtDesk, opened: Opened = "") -> Response:
    """Send the simulated people home with all they wrote."""
    await dress.clear(place.of(request), desk)
    return await answer(request, desk.id or 0, opened)


def _live(dialogue: Dialogue) -> Dialogue:
    if not dialogues.live(dialogue):
        raise errors.DialogueClosed
    return dialogue


router.include_router(desk_doubles.router)
router.include_router(desk_themes.router)
router.include_router(desk_votes.router)
router.include_router(questions.at_desk)
