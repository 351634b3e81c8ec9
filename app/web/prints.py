"""Sheets for the organiser to print: poster, slips, table sheets, paper cards, half sheets, run sheet, talk sheet."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.documents import sheets
from app.domain import codes, dialogues, groups
from app.models import Dialogue
from app.settings import ID_MAX
from app.web import deps, place, qr, render

router = APIRouter(prefix="/office/dialogues/{dialogue_id}", dependencies=[deps.AtOffice])

Step = Annotated[int, Query(ge=0, le=ID_MAX)]
Each = Annotated[int, Query(ge=1, le=sheets.CARDS_MOST)]


def _way_in(request: Request, dialogue: Dialogue) -> dict[str, Any]:
    """The code, the site it is typed at, and the drawing of the QR code."""
    here = place.of(request)
    size, _, path = qr.path(f"{here.settings.public_url}/d/{dialogue.code}").partition(" ")
    site = here.settings.public_url.partition("//")[2]
    return {"code": codes.shown(dialogue.code), "site": site, "size": size, "qr": path}


@router.get("/poster")
async def poster(request: Request, dialogue_id: deps.Id) -> Response:
    """A sheet for the wall: how to join."""
    dialogue = await place.of(request).read(dialogues.get, dialogue_id)
    return render.page(request, "prints/poster.html", dialogue=dialogue, **_way_in(request, dialogue))


@router.get("/print/slips")
async def slips(request: Request, dialogue_id: deps.Id) -> Response:
    """The same on half a sheet, two on each."""
    dialogue = await place.of(request).read(dialogues.get, dialogue_id)
    return render.page(request, "prints/slips.html", dialogue=dialogue, **_way_in(request, dialogue))


@router.get("/print/tables")
async def tables(request: Request, dialogue_id: deps.Id) -> Response:
    """A sheet for each table: its name, its topic, the way in, and how the table works."""
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    found = await here.read(groups.of, dialogue_id, groups.TABLE)
    return render.page(request, "prints/tables.html", dialogue=dialogue, tables=found, **_way_in(request, dialogue))


@router.get("/print/cards")
async def cards(request: Request, dialogue_id: deps.Id, step: Step = 0, each: Each = 12) -> Response:
    """Cards to write on by hand, numbered, four on a sheet."""
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    view = await here.read(sheets.paper_cards, dialogue_id, step, each)
    return render.page(request, "prints/cards.html", dialogue=dialogue, view=view, most=sheets.CARDS_MOST)


@router.get("/print/answers")
async def answers(request: Request, dialogue_id: deps.Id) -> Response:
    """The assessments on half sheets, two alike on each sheet."""
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    halves = await here.read(sheets.half_sheets, dialogue_id)
    return render.page(request, "prints/answers.html", dialogue=dialogue, halves=halves)


@router.get("/print/programme")
async def programme(request: Request, dialogue_id: deps.Id) -> Response:
    """The run sheet, with why, how and plan B."""
    view = await place.of(request).read(sheets.programme, dialogue_id)
    return render.page(request, "prints/programme.html", dialogue=view.dialogue, view=view)


@router.get("/print/talk")
async def talk(request: Request, dialogue_id: deps.Id) -> Response:
    """A sheet to talk about at the workplace."""
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    view = await here.read(sheets.talk, dialogue_id)
    return render.page(request, "prints/talk.html", dialogue=dialogue, view=view)
