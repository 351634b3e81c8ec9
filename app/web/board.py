"""The projected wall. First paint, reconnect and live update are the same regions."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from app import errors
from app.domain import dialogues
from app.settings import ID_MAX
from app.web import deps, links, pictures, place, render

router = APIRouter()

Arena = Annotated[int, Query(ge=0, le=ID_MAX)]


@router.get("/board/{dialogue_id}")
async def show(request: Request, dialogue_id: deps.Id, arena: Arena = 0) -> Response:
    """The wall, whole, or the one of an arena. Without its link the door is shown."""
    if not await _may(request, dialogue_id):
        return links.door(request)
    return render.page(request, "board/page.html", view=await _view(request, dialogue_id, arena))


@router.get("/board/{dialogue_id}/regions")
async def regions(request: Request, dialogue_id: deps.Id, arena: Arena = 0) -> Response:
    """What a socket would bring, for a wall whose sockets are blocked."""
    if not await _may(request, dialogue_id):
        raise errors.LinkNeeded
    return HTMLResponse("".join(pictures.board_parts(await _view(request, dialogue_id, arena)).values()))


async def _may(request: Request, dialogue_id: int) -> bool:
    return await deps.may(request, "board", dialogue_id) or await deps.may(request, "desk", dialogue_id)


async def _view(request: Request, dialogue_id: int, arena: int) -> pictures.BoardView:
    here = place.of(request)
    deps.speak_as_the_room(request, await here.read(dialogues.get, dialogue_id))
    return await here.read(pictures.board, here, dialogue_id, arena)
