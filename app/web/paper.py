"""Paper and people without a phone: what they wrote by hand is typed in here, and counts like everybody's."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app import errors
from app.activities import collect
from app.domain import agenda, cards, dialogues, groups, proxies, receipts, votes
from app.domain.ballots import DOTS
from app.models import OPEN
from app.settings import BODY_MAX, ID_MAX
from app.web import deps, place, render
from app.web.seats import back

router = APIRouter()

Number = Annotated[int, Field(0, ge=0, le=ID_MAX)]
Text = Annotated[str, Field(default="", max_length=BODY_MAX)]
Asked = Annotated[int, Query(ge=0, le=ID_MAX)]


class PersonForm(BaseModel):
    """`role` is a perspective's key; `group` a table, or 0."""

    role: str = Field("other", max_length=60)
    group: Number


class CardForm(BaseModel):
    """A card from paper, by a person, for themselves or for a group."""

    person: int = Field(ge=1, le=ID_MAX)
    step: int = Field(ge=1, le=ID_MAX)
    group: Number
    kind: str = Field("", max_length=40)
    first: Text
    second: Text
    key: str = Field("", max_length=64)


class NeighbourForm(BaseModel):
    """A card for somebody at my table, as the form on my phone sends it."""

    activity: int = Field(ge=1, le=ID_MAX)
    kind: str = Field("", max_length=40)
    first: Text
    second: Text
    key: str = Field("", max_length=64)


def _view(session: Session, dialogue_id: int, step: int, person: int) -> dict[str, object]:
    """What the page shows: the step chosen, or the newest that takes paper; the person chosen, or the last."""
    dialogue = dialogues.get(session, dialogue_id)
    steps = [each for each in proxies.steps(session, dialogue_id) if each.kind in ("collect", "vote")]
    activity = next((each for each in steps if each.id == step), steps[0] if steps else None)
    people = proxies.of(session, dialogue_id)
    chosen = next((each for each in people if each.id == person), people[-1] if people else None)
    ballot = activity if activity is not None and activity.kind == "vote" else None
    voted: dict[int, int] = {}
    if ballot is not None and chosen is not None:
        voted = votes.given(session, proxies.person(session, dialogue_id, chosen.id), ballot.id or 0)
    return {
        "dialogue": dialogue,
        "steps": [(each.id, agenda.title(each)) for each in steps],
        "activity": activity,
        "prompt": agenda.prompt(activity, dialogue) if activity else "",
        "kinds": collect.kinds_of(activity) if activity and not ballot else (),
        "options": [collect.shown_as(card) for card in votes.options(session, ballot.id or 0)] if ballot else [],
        "form": votes.form(ballot) if ballot else "",
        "dots": votes.budget(ballot) or DOTS if ballot else 0,
        "open": activity is not None and activity.state == OPEN,
        "given": voted,
        "people": people,
        "person": chosen,
        "roles": dialogues.perspectives(session, dialogue_id),
        "groups": [*groups.of(session, dialogue_id, groups.TABLE), *groups.of(session, dialogue_id, groups.ARENA)],
        "key": secrets.token_hex(12),
    }


async def _page(
    request: Request, dialogue_id: int, step: int, person: int, status: int = 200, **said: object
) -> Response:
    view = await place.of(request).read(_view, dialogue_id, step, person)
    told = {"wrong": "", "number": 0, "first": "", "second": "", "group": 0} | said
    return render.page(request, "desk/paper.html", status, **view, told=told)


@router.get("/desk/{dialogue_id}/paper")
async def show(request: Request, desk: deps.AtDesk, step: Asked = 0, person: Asked = 0, number: Asked = 0) -> Response:
    """The people without a phone, and a form for what one of them wrote in a step."""
    return await _page(request, desk.id or 0, step, person, number=number)


@router.post("/desk/{dialogue_id}/paper/people")
async def add(request: Request, desk: deps.AtDesk, form: Annotated[PersonForm, Form()], step: Asked = 0) -> Response:
    """One more person without a phone."""
    made = await place.of(request).change(proxies.add, desk.id or 0, form.role, form.group)
    return RedirectResponse(f"/desk/{desk.id}/paper?step={step}&person={made}", 303)


@router.post("/desk/{dialogue_id}/paper/cards")
async def write(request: Request, desk: deps.AtDesk, form: Annotated[CardForm, Form()]) -> Response:
    """Type in a card. What cannot be kept comes back in its form, with the reason."""
    here = place.of(request)
    try:
        text = cards.written(form.kind, form.first, form.second)
        receipt = await here.change(
            proxies.write,
            desk.id or 0,
            form.person,
            form.step,
            text,
            receipts.valid(form.key or secrets.token_hex(12)),
            form.group,
        )
    except errors.Fact as fact:
        if render.wants_json(request) or isinstance(fact, errors.NotFound):
            raise
        said = {"wrong": fact.said(), "first": form.first, "second": form.second, "group": form.group}
        return await _page(request, desk.id or 0, form.step, form.person, fact.status, **said)
    address = f"/desk/{desk.id}/paper?step={form.step}&person={form.person}&number={receipt.number}"
    return RedirectResponse(address, 303)


@router.post("/desk/{dialogue_id}/paper/votes")
async def vote(request: Request, desk: deps.AtDesk) -> Response:
    """Type in a ballot, while the vote is open."""
    fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    person, step = _id(fields.get("person", "")), _id(fields.get("step", ""))
    values = {_id(name[5:]): _value(value) for name, value in fields.items() if name.startswith("card-") and value}
    if not values:
        raise errors.Empty
    key = receipts.valid(fields.get("key") or secrets.token_hex(12))
    await place.of(request).change(proxies.vote, desk.id or 0, person, step, values, key)
    return RedirectResponse(f"/desk/{desk.id}/paper?step={step}&person={person}&number=1", 303)


def _id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18 and 1 <= int(text) <= ID_MAX):
        raise errors.Unreadable
    return int(text)


def _value(text: str) -> int:
    try:
        return int(text[:4])
    except ValueError as wrong:
        raise errors.Unreadable from wrong


@router.post("/d/{code}/people")
async def beside_me(request: Request, me: deps.Joined, form: Annotated[PersonForm, Form()]) -> Response:
    """A person without a phone at the table that my phone writes for."""
    here = place.of(request)
    mine = [group for group in await here.read(groups.mine, me) if group.mine and group.id == form.group]
    if not mine:
        raise errors.NotTheScribe
    await here.change(proxies.add, me.dialogue_id, form.role, form.group)
    return await back(request, me)


@router.post("/d/{code}/people/{person_id}/cards")
async def write_for(
    request: Request, me: deps.Joined, person_id: deps.Id, form: Annotated[NeighbourForm, Form()]
) -> Response:
    """A card for somebody at my table who has no phone: theirs, not the table's."""
    here = place.of(request)
    request.app.state.buckets["texts"].take(deps.token_of(request, me))
    here.need_room()
    other = await here.read(proxies.for_table, me, person_id)
    text = cards.written(form.kind, form.first, form.second)
    key = receipts.valid(form.key or secrets.token_hex(12))
    await here.change(cards.submit, other, form.activity, text, key, spoken_for=0)
    return await back(request, me)
