"""Opening a face by its link: the secret stands after #, reaches no log, and is traded by POST for a cookie."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.domain import links
from app.settings import Settings
from app.web import deps, place, render

router = APIRouter()


class SecretForm(BaseModel):
    secret: str = Field("", max_length=200)


def address(settings: Settings, face: str, dialogue_id: int, secret: str) -> str:
    """The whole link of a face."""
    path = "/office" if face == "office" else f"/{face}/{dialogue_id}"
    return f"{settings.public_url}{path}#{secret}"


def door(request: Request, status: int = 200) -> Response:
    """The page that trades the secret after # for a cookie; it also takes a pasted link where scripts are off."""
    return render.page(request, "door.html", status)


@router.post("/office/open")
async def open_office(request: Request, form: Annotated[SecretForm, Form()]) -> Response:
    """Open the office with its secret."""
    return await _open(request, "office", 0, form.secret, "/office")


@router.post("/desk/{dialogue_id}/open")
async def open_desk(request: Request, dialogue_id: deps.Id, form: Annotated[SecretForm, Form()]) -> Response:
    """Open a desk with its secret."""
    return await _open(request, "desk", dialogue_id, form.secret, f"/desk/{dialogue_id}")


@router.post("/board/{dialogue_id}/open")
async def open_board(request: Request, dialogue_id: deps.Id, form: Annotated[SecretForm, Form()]) -> Response:
    """Open a board with its secret."""
    return await _open(request, "board", dialogue_id, form.secret, f"/board/{dialogue_id}")


@router.post("/summary/{dialogue_id}/open")
async def open_summary(request: Request, dialogue_id: deps.Id, form: Annotated[SecretForm, Form()]) -> Response:
    """Open a summary with its secret."""
    return await _open(request, "summary", dialogue_id, form.secret, f"/dialogues/{dialogue_id}/summary")


async def _open(request: Request, face: str, dialogue_id: int, typed: str, target: str) -> Response:
    here = place.of(request)
    secret = typed.strip().rpartition("#")[2]
    link = await here.read(links.open_with, face, dialogue_id, secret, here.key)
    answer: Response = JSONResponse({"open": target}) if render.wants_json(request) else RedirectResponse(target, 303)
    deps.give_cookie(request, answer, deps.cookie_name(request, face, dialogue_id), deps.visit(here, link), days=30)
    return answer
