"""The projected wall. First paint, reconnect and live update are the same regions."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain import dialogues
from app.web import deps, links, pictures, place, render

router = APIRouter()


@router.get("/board/{dialogue_id}")
async def show(request: Request, dialogue_id: deps.Id) -> Response:
    """The wall, whole. Without its link the door is shown."""
    if not (await deps.may(request, "board", dialogue_id) or await deps.may(request, "desk", dialogue_id)):
        return links.door(request)
    here = place.of(request)
    deps.speak_as_the_room(request, await here.read(dialogues.get, dialogue_id))
    view = await here.read(pictures.board, here, dialogue_id)
    return render.page(request, "board/page.html", view=view)
