"""Who is asking, and for which dialogue: cookies and addresses become a participant, a desk, a board or an office."""

import asyncio
from typing import Annotated

from fastapi import Depends, Path, Request
from itsdangerous import BadData
from sqlmodel import Session
from starlette.requests import HTTPConnection
from starlette.responses import Response

from app import errors, language
from app.domain import codes, dialogues, journal, links, participants
from app.domain.participants import Me
from app.models import Dialogue, Link
from app.settings import ID_MAX, WRONG_CODES_PER_DAY
from app.web import guard, place
from app.web.place import Place

Id = Annotated[int, Path(ge=1, le=ID_MAX)]
Code = Annotated[str, Path()]


def cookie_name(connection: HTTPConnection, face: str, dialogue_id: int) -> str:
    """`__Host-` where the connection is secure; a venue's plain http address cannot have it."""
    prefix = "__Host-" if connection.scope["scheme"] in ("https", "wss") else ""
    return f"{prefix}tovholder-{face}-{dialogue_id}"


def give_cookie(request: Request, answer: Response, name: str, value: str, days: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=days * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


class WrongCodes:
    """Wrong join codes of the last day, for the whole server. Past the budget wrong ones are slow, right ones never."""

    def __init__(self) -> None:
        self.count = 0.0
        self.at = 0.0

    async def one_more(self) -> None:
        clock = asyncio.get_running_loop().time()
        self.count = max(0.0, self.count - (clock - self.at) * WRONG_CODES_PER_DAY / 86_400) + 1
        self.at = clock
        if self.count > WRONG_CODES_PER_DAY:
            await asyncio.sleep(min(10.0, (self.count - WRONG_CODES_PER_DAY) / 10))


async def dialogue_of(connection: HTTPConnection, code: str) -> Dialogue:
    """The dialogue with a typed code. Raises UnknownCode, slowly when there were too many."""
    here = place.of(connection)
    try:
        dialogue = await here.read(dialogues.with_code, codes.read(code))
    except errors.UnknownCode:
        await connection.app.state.wrong_codes.one_more()
        raise
    speak_with(connection, dialogue.languages)
    return dialogue


def speak_with(connection: HTTPConnection, languages: str) -> None:
    """Answer in the language of this person, if the dialogue offers it, else in the dialogue's first."""
    offered = languages.split(",")
    language.choose(guard.spoken({k.lower(): v for k, v in connection.headers.items()}, offered[0], offered))
    if language.current() not in offered:
        language.choose(offered[0])


def speak_as_the_room(connection: HTTPConnection, dialogue: Dialogue) -> None:
    """The wall speaks the dialogue's own language, whatever the projector's browser asks for, unless one was chosen."""
    offered = dialogue.languages.split(",")
    chosen = connection.cookies.get(guard.LANGUAGE_COOKIE, "")
    language.choose(chosen if chosen in offered else offered[0])


async def participant_of(connection: HTTPConnection, dialogue: Dialogue) -> Me | None:
    """The participant whose phone this is, or nobody."""
    token = connection.cookies.get(cookie_name(connection, "p", dialogue.id or 0))
    return await place.of(connection).read(participants.with_token, dialogue.id or 0, token) if token else None


def token_of(connection: HTTPConnection, me: Me) -> str:
    """The hashed token of the participant who asks: the name of their bucket."""
    return participants.hashed(connection.cookies.get(cookie_name(connection, "p", me.dialogue_id), ""))


async def joinable(request: Request, code: Code) -> Dialogue:
    return await dialogue_of(request, code)


async def participant(request: Request, dialogue: Annotated[Dialogue, Depends(joinable)]) -> Me:
    """The participant, or JoinFirst."""
    me = await participant_of(request, dialogue)
    if me is None:
        raise errors.JoinFirst
    return me


def visit(here: Place, link: Link) -> str:
    """What the cookie of an opened link holds."""
    return str(here.signer.dumps([link.face, link.dialogue_id, link.generation]))


async def may(connection: HTTPConnection, face: str, dialogue_id: int) -> bool:
    """Whether this browser has opened the face's link and the link still stands."""
    here = place.of(connection)
    held = connection.cookies.get(cookie_name(connection, face, dialogue_id), "")
    try:
        named, number, generation = here.signer.loads(held)
    except (BadData, ValueError, TypeError):
        return False
    if (named, number) != (face, dialogue_id):
        return False
    holds = await here.read(links.holds, face, dialogue_id, int(generation))
    if holds:
        journal.acting.set(f"{face} {generation}")
    return holds


async def desk(request: Request, dialogue_id: Id) -> Dialogue:
    """The dialogue whose desk this is. Raises LinkNeeded without the link."""
    if not await may(request, "desk", dialogue_id):
        raise errors.LinkNeeded
    return await place.of(request).read(_get, dialogue_id)


async def office(request: Request) -> None:
    """Raises LinkNeeded without the office's link."""
    if not await may(request, "office", 0):
        raise errors.LinkNeeded


def _get(session: Session, dialogue_id: int) -> Dialogue:
    return dialogues.get(session, dialogue_id)


AtDesk = Annotated[Dialogue, Depends(desk)]
AtOffice = Depends(office)
Joined = Annotated[Me, Depends(participant)]
Joinable = Annotated[Dialogue, Depends(joinable)]
