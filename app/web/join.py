"""The way in: code or QR, one role, and a phone that is the same person when it comes back."""

import re
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from itsdangerous import BadData
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from app import errors, language
from app.domain import codes, dialogues, groups, participants
from app.models import Dialogue
from app.settings import ID_MAX, RETURN_CODE_LENGTH
from app.web import deps, failures, guard, place, render

router = APIRouter()

Step = Annotated[int, Query(ge=0, le=ID_MAX)]

_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")  # 128 bits at least: whoever guesses it is that person


class JoinForm(BaseModel):
    """The two taps: a role, and go. `key` makes a repeat harmless: the same key is the same person.

    `rehearsal` marks simulated people, signed by the server that asked for them.
    """

    role: str = Field("other", max_length=60)
    key: str = Field("", max_length=64)
    rehearsal: str = Field("", max_length=200)
    step: int = Field(0, ge=0, le=ID_MAX)  # the step outside the day that the link was to


class CodeForm(BaseModel):
    code: str = Field("", max_length=200)


@router.get("/")
async def front(request: Request) -> Response:
    """Type the code."""
    return render.page(request, "join/front.html", wrong="")


@router.post("/")
async def find(request: Request, form: Annotated[CodeForm, Form()]) -> Response:
    """A typed code leads to its dialogue."""
    try:
        dialogue = await deps.dialogue_of(request, form.code)
    except errors.UnknownCode as fact:
        return render.page(request, "join/front.html", fact.status, wrong=fact.said())
    return RedirectResponse(f"/d/{dialogue.code}", 303)


@router.get("/d/{code}/join")
async def ask(request: Request, dialogue: deps.Joinable, step: Step = 0) -> Response:
    """What do you come as today?"""
    return await _join_page(request, dialogue, step=step)


async def _join_page(
    request: Request, dialogue: Dialogue, status: int = 200, said: str = "", step: int = 0
) -> Response:
    roles = await place.of(request).read(dialogues.perspectives, dialogue.id or 0)
    key = secrets.token_urlsafe(16)
    return render.page(request, "join/join.html", status, dialogue=dialogue, roles=roles, said=said, key=key, step=step)


@router.post("/d/{code}/join")
async def join(request: Request, dialogue: deps.Joinable, form: Annotated[JoinForm, Form()]) -> Response:
    """Join once; a phone that has joined stays who it is."""
    here = place.of(request)
    known = await deps.participant_of(request, dialogue)
    if known is not None:
        return _welcome(request, dialogue, known.return_code, form.step)
    simulated = _simulated(here, dialogue, form.rehearsal)
    me, token = await here.change(
        participants.join,
        dialogue.id or 0,
        form.role,
        language.current(),
        simulated=simulated,
        token=_token(here, dialogue, form.key),
    )
    if dialogue.seating:
        await here.change(groups.find_seat, me)
    answer = _welcome(request, dialogue, me.return_code, form.step)
    _remember(request, answer, dialogue, token)
    return answer


def _token(here: place.Place, dialogue: Dialogue, key: str) -> str:
    """What the phone will be known by: from its key, so that an answer lost on the way makes nobody twice."""
    if not key:
        return ""
    if not _KEY.fullmatch(key):
        raise errors.Unreadable
    return participants.token_from(here.key, dialogue.id or 0, key)


def _simulated(here: place.Place, dialogue: Dialogue, mark: str) -> bool:
    if not mark:
        return False
    try:
        return bool(here.signer.loads(mark, salt="rehearsal") == dialogue.id)
    except BadData as wrong:
        raise errors.Unreadable from wrong


def _welcome(request: Request, dialogue: Dialogue, return_code: str, step: int = 0) -> Response:
    if render.wants_json(request):
        return JSONResponse({"dialogue": dialogue.id, "return_code": return_code})
    return RedirectResponse(f"/d/{dialogue.code}/step/{step}" if step else f"/d/{dialogue.code}", 303)


def _remember(request: Request, answer: Response, dialogue: Dialogue, token: str) -> None:
    name = deps.cookie_name(request, "p", dialogue.id or 0)
    deps.give_cookie(request, answer, name, token, days=400)


@router.post("/d/{code}/return")
async def come_back(request: Request, dialogue: deps.Joinable, form: Annotated[CodeForm, Form()]) -> Response:
    """My cards on another phone. Wrong tries are counted per phone, and for the whole server."""
    here, tries = place.of(request), request.app.state.return_tries
    phone = request.cookies.get(guard.PHONE_COOKIE, "")
    try:
        tries.check(phone)
        typed = codes.read(form.code, RETURN_CODE_LENGTH)
        me, token = await here.change(participants.come_back, dialogue.id or 0, typed)
    except (errors.UnknownCode, errors.WrongReturnCode):
        await request.app.state.wrong_codes.one_more()
        phone = tries.wrong(phone)
        wrong = errors.WrongReturnCode()
        if render.wants_json(request):
            answer = failures.answer(request, wrong)
        else:
            answer = await _join_page(request, dialogue, wrong.status, wrong.said())
        answer.set_cookie(guard.PHONE_COOKIE, phone, max_age=3600, httponly=True, samesite="lax")
        return answer
    answer = _welcome(request, dialogue, me.return_code)
    _remember(request, answer, dialogue, token)
    return answer


@router.get("/language/{spoken}")
async def speak(request: Request, spoken: str, back: str = "/") -> Response:
    """Choose a language; the page comes again in it."""
    target = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    answer = RedirectResponse(target, 303)
    if spoken in language.LANGUAGES:
        answer.set_cookie(guard.LANGUAGE_COOKIE, spoken, max_age=31_536_000, samesite="lax", httponly=True)
    return answer
