"""What people take home: the summary as a page and as files, for the organiser and for the desk of that dialogue."""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app import errors, language
from app.documents import csv, markdown, summary
from app.documents.summary import SummaryView
from app.domain import cards, dialogues, traces
from app.domain.participants import Me
from app.domain.traces import TraceView
from app.models import SHOWN
from app.web import deps, place, render

router = APIRouter(prefix="/dialogues/{dialogue_id}")

_press = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pdf")  # setting a page takes a whole core for a while
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"})

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "json": "application/json",
}

Spoken = Literal["da", "en"] | None
Traces = dict[int, tuple[TraceView, ...]]  # by the number of the card


async def organiser(request: Request, dialogue_id: deps.Id) -> bool:
    """Whether the organiser asks, who may read hidden cards too. Raises LinkNeeded for who may not read at all."""
    if await deps.may(request, "office", 0):
        return True
    if await may_read(request, dialogue_id):
        return False
    raise errors.LinkNeeded


async def may_read(request: Request, dialogue_id: int) -> bool:
    """Whether this is the desk, whoever has the summary's link, or once it is finished, a participant."""
    if await deps.may(request, "desk", dialogue_id) or await deps.may(request, "summary", dialogue_id):
        return True
    return (await _mine(request, dialogue_id, finished=True)) is not None


async def _mine(request: Request, dialogue_id: int, finished: bool = False) -> Traces | None:
    """What became of the cards of the participant whose phone this is, by number; None for everybody else."""
    here = place.of(request)
    dialogue = await here.read(dialogues.get, dialogue_id)
    me = await deps.participant_of(request, dialogue)
    if me is None or (finished and dialogue.published_at is None):
        return None
    return await here.read(_traces, me)


def _traces(session: Session, me: Me) -> Traces:
    own = [card for card in cards.mine(session, me) if card.state == SHOWN]
    found = traces.of(session, me, [card.id or 0 for card in own])
    return {card.number: found.get(card.id or 0, ()) for card in own}


Asking = Annotated[bool, Depends(organiser)]


@router.get("/summary")
async def page(request: Request, dialogue_id: deps.Id, _organiser: Asking, language: Spoken = None) -> Response:
    """The summary as a page to read and print."""
    view = await _view(request, dialogue_id, language)
    return render.page(request, "summary/page.html", view=view, mine=await _mine(request, dialogue_id) or {})


@router.get("/summary.md")
async def as_markdown(request: Request, dialogue_id: deps.Id, _organiser: Asking, language: Spoken = None) -> Response:
    """The summary as Markdown."""
    view = await _view(request, dialogue_id, language)
    return _file(markdown.render(view).encode(), view.title, "md", "text/markdown; charset=utf-8")


@router.get("/summary.csv")
async def as_csv(
    request: Request,
    dialogue_id: deps.Id,
    organiser: Asking,
    language: Spoken = None,
    delimiter: Literal[";", ","] = ";",
) -> Response:
    """Every card as a row; the texts of hidden ones for the organiser alone."""
    here, spoken = place.of(request), _speak(language)
    dialogue = await here.read(dialogues.get, dialogue_id)
    rows = await here.read(csv.render, dialogue_id, spoken, delimiter, texts_of_hidden=organiser)
    return _file(rows, dialogue.title, "csv", "text/csv; charset=utf-8")


@router.get("/summary.pdf")
async def as_pdf(request: Request, dialogue_id: deps.Id, _organiser: Asking, language: Spoken = None) -> Response:
    """The summary set in pages; at most two are set at once."""
    view = await _view(request, dialogue_id, language)
    pages = await asyncio.get_running_loop().run_in_executor(_press, _set, view)
    return _file(pages, view.title, "pdf", "application/pdf")


@router.get("/board.pdf")
async def as_board_paper(
    request: Request, dialogue_id: deps.Id, _organiser: Asking, language: Spoken = None
) -> Response:
    """The one page for a board."""
    view = await _view(request, dialogue_id, language)
    pages = await asyncio.get_running_loop().run_in_executor(_press, _set, view, "board")
    return _file(pages, view.title, "pdf", "application/pdf")


@router.get("/summary.{ending}")
async def as_office_file(
    request: Request,
    dialogue_id: deps.Id,
    _organiser: Asking,
    ending: Literal["docx", "pptx", "xlsx", "json"],
    language: Spoken = None,
) -> Response:
    """The summary for a word processor, as slides, as a workbook or for a program; at most two are made at once."""
    view = await _view(request, dialogue_id, language)
    made = await asyncio.get_running_loop().run_in_executor(_press, _made, view, ending)
    return _file(made, view.title, ending, _TYPES[ending])


def _speak(wanted: str | None) -> str:
    """The language asked for, or the reader's own; the answer is in it."""
    if wanted is not None:
        language.choose(wanted)
    return language.current()


async def _view(request: Request, dialogue_id: int, wanted: str | None) -> SummaryView:
    return await place.of(request).read(summary.build, dialogue_id, _speak(wanted))


def _set(view: SummaryView, template: str = "summary") -> bytes:
    from app.documents import pdf  # the typesetter is large, and most servers never set a page

    return pdf.render(view, template)


def _made(view: SummaryView, ending: str) -> bytes:
    render_: Callable[[SummaryView], bytes] = import_module(f"app.documents.{ending}").render  # large, and seldom asked
    return render_(view)


def _file(content: bytes, title: str, ending: str, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": disposition(title, ending)})


def disposition(title: str, ending: str) -> str:
    """A file name from a title, in plain letters for old browsers and whole for the others (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", title.casefold().translate(_LETTERS)).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "summary"
    whole = re.sub(r'[\x00-\x20\x7f/\\:*?"<>|]+', " ", title).strip(" .")[:80] or plain
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{whole}.{ending}', safe='')}"
