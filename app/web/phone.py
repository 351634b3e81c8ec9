"""The participant's phone: what is on now, one thing to do, my own cards. Works as plain forms, better with htmx."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app import errors
from app.activities import collect, kind_of, present
from app.activities.collect import CardView
from app.activities.scene import Scene
from app.domain import agenda, cards, dialogues, groups, outside, participants, proxies, traces
from app.domain.agenda import StepView
from app.domain.groups import GroupView
from app.domain.outside import OutsideView
from app.domain.participants import Me
from app.domain.proxies import ProxyView
from app.domain.traces import TraceView
from app.models import CLOSED, Card, Dialogue, Perspective
from app.models import now as server_now
from app.settings import BODY_MAX
from app.web import deps, desk_acts, pictures, place, render
from app.web.desk_acts import ChangeView
from app.web.pictures import PulseView

router = APIRouter()


class TextForm(BaseModel):
    first: str = Field("", max_length=BODY_MAX)
    second: str = Field("", max_length=BODY_MAX)


@dataclass(frozen=True, slots=True)
class Draft:
    """Text that could not be sent: it stays in its form with the reason above it."""

    kind: str = ""
    first: str = ""
    second: str = ""
    key: str = ""
    card_id: int = 0


NOTHING = Draft()


@dataclass(frozen=True, slots=True)
class PhoneView:
    """Everything a phone shows. `key` is fresh for each form; `wrong` is one sentence; `sent` says it was received."""

    dialogue: Dialogue
    me: Me
    role: str
    role_position: int
    steps: tuple[StepView, ...]
    seconds_left: int | None
    days: tuple[OutsideView, ...]
    outside: OutsideView | None
    drafts: tuple[Card, ...]
    shared: bool
    writes: bool
    groups: tuple[GroupView, ...]
    organisations: tuple[GroupView, ...]
    unit: GroupView | None
    pen: GroupView | None
    people: tuple[ProxyView, ...]
    roles: tuple[Perspective, ...]
    scene: Scene
    mine: tuple[CardView, ...]
    traces: dict[int, tuple[TraceView, ...]]
    changes: tuple[ChangeView, ...]
    pulse: PulseView
    key: str
    draft: Draft
    wrong: str
    sent: bool


def view(
    session: Session, me: Me, draft: Draft = NOTHING, wrong: str = "", sent: bool = False, step: int = 0
) -> PhoneView:
    """What this participant's phone shows now; with a `step` outside the day, that one. Raises NotFound for others."""
    dialogue = dialogues.get(session, me.dialogue_id)
    activity = outside.one(session, me.dialogue_id, step) if step else agenda.current(session, dialogue)
    days = outside.all_of(session, dialogue)
    if step and activity is not None:
        open_ = outside.is_open(activity)
        scene = kind_of(activity).phone(session, dialogue, activity, me) if open_ else Scene("phone/_closed.html", None)
    elif activity is None or dialogue.state == CLOSED:
        scene = Scene("present/_phone.html", present.view(session, dialogue, activity))
    else:
        scene = kind_of(activity).phone(session, dialogue, activity, me)
    ends = agenda.ends_at(activity) if activity and not step else None
    own = collect.mine(session, me)
    unit = groups.unit_of(session, me, activity) if activity is not None else None
    seats = groups.mine(session, me)
    pen = next((group for group in seats if group.mine and group.sort == groups.TABLE), None)
    roles = dialogues.perspectives(session, me.dialogue_id)
    role = next(each for each in roles if each.id == me.perspective_id)
    return PhoneView(
        dialogue=dialogue,
        me=me,
        role=participants.name_of(role),
        role_position=role.position,
        steps=tuple(agenda.view(session, dialogue)),
        seconds_left=max(0, round((ends - server_now()).total_seconds())) if ends else None,
        days=tuple(days),
        outside=next((each for each in days if each.id == step), None),
        drafts=tuple(
            card
            for card in (outside.drafts(session, me, activity) if step and activity is not None else ())
            if card.participant_id != me.id
        ),
        shared=bool(step and activity is not None and outside.shared(session, me, activity)),
        groups=tuple(seats),
        organisations=tuple(groups.of(session, me.dialogue_id, groups.ORGANISATION)),
        unit=unit,
        writes=unit is None or (activity is not None and groups.writes(unit, activity)),
        pen=pen,
        people=tuple(proxies.of(session, me.dialogue_id, pen.id)) if pen else (),
        roles=tuple(roles),
        scene=scene,
        mine=own,
        traces=traces.of(session, me, [card.id for card in own]),
        changes=desk_acts.changes(session, me.dialogue_id),
        pulse=pictures.pulse(session, me.dialogue_id),
        key=draft.key or secrets.token_hex(12),
        draft=draft,
        wrong=wrong,
        sent=sent,
    )


async def show(
    request: Request,
    me: Me,
    status: int = 200,
    draft: Draft = NOTHING,
    wrong: str = "",
    sent: bool = False,
    step: int = 0,
) -> Response:
    """The region for htmx, the page for everybody else."""
    shown = await place.of(request).read(view, me, draft, wrong, sent, step)
    template = "phone/_now.html" if render.is_htmx(request) else "phone/page.html"
    return render.page(request, template, status, view=shown)


@router.get("/d/{code}")
async def open_phone(request: Request, dialogue: deps.Joinable) -> Response:
    """The phone of who has joined; everybody else is asked to join."""
    me = await deps.participant_of(request, dialogue)
    if me is None:
        return RedirectResponse(f"/d/{dialogue.code}/join", 303)
    return await show(request, me)


@router.get("/d/{code}/now")
async def now(request: Request, me: deps.Joined) -> Response:
    """The region that follows the facilitator."""
    return await show(request, me)


@router.get("/d/{code}/pulse")
async def pulse(request: Request, me: deps.Joined) -> Response:
    """The pulse by a plain request, for a phone whose sockets are blocked or asleep."""
    return render.page(request, "_pulse.html", view=await place.of(request).read(pictures.pulse, me.dialogue_id))


@router.post("/d/{code}/forget")
async def forget(request: Request, dialogue: deps.Joinable) -> Response:
    """This phone forgets who it is; the person stays in the dialogue."""
    answer = RedirectResponse(f"/d/{dialogue.code}/join", 303)
    secure = request.url.scheme == "https"
    answer.delete_cookie(deps.cookie_name(request, "p", dialogue.id or 0), secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/d/{code}/mine")
async def mine(request: Request, me: deps.Joined) -> Response:
    """My cards alone, for a phone whose form is in use."""
    shown = await place.of(request).read(view, me)
    return render.page(request, "phone/_mine.html", view=shown)


@router.get("/d/{code}/cards/{card_id}")
async def edit_card(request: Request, me: deps.Joined, card_id: deps.Id) -> Response:
    """My card in a form of its own."""
    return await _edit_page(request, me, card_id)


async def _edit_page(
    request: Request, me: Me, card_id: int, status: int = 200, draft: Draft | None = None, wrong: str = ""
) -> Response:
    shown = await place.of(request).read(view, me)
    card = next((card for card in shown.mine if card.id == card_id), None)
    if card is None:
        raise errors.NotYours
    draft = draft or Draft(card.kind.key, card.first, card.second, card_id=card_id)
    return render.page(request, "phone/edit.html", status, view=shown, card=card, draft=draft, wrong=wrong)


@router.post("/d/{code}/cards/{card_id}")
async def correct_card(
    request: Request, me: deps.Joined, card_id: deps.Id, form: Annotated[TextForm, Form()]
) -> Response:
    """Correct my card."""
    here = place.of(request)
    own = {card.id: card for card in await here.read(cards.mine, me)}
    if card_id not in own:
        raise errors.NotYours
    kind = own[card_id].kind
    try:
        request.app.state.buckets["texts"].take(deps.token_of(request, me))
        here.need_room()
        await here.change(cards.correct, me, card_id, cards.written(kind, form.first, form.second))
    except errors.Fact as fact:
        return await _edit_page(
            request, me, card_id, fact.status, Draft(kind, form.first, form.second, card_id=card_id), fact.said()
        )
    return RedirectResponse(request.url.path.rpartition("/cards")[0], 303)


@router.post("/d/{code}/cards/{card_id}/withdraw")
async def withdraw_card(request: Request, me: deps.Joined, card_id: deps.Id) -> Response:
    """Take my card back."""
    await place.of(request).make_room(cards.withdraw, me, card_id)
    if render.is_htmx(request):
        return await mine(request, me)
    return RedirectResponse(request.url.path.rpartition("/cards")[0], 303)
