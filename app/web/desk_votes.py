"""Votes on the desk: which cards are put to the vote, closing it so that the result shows, opening it again."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import Response

from app import errors
from app.domain import agenda, cards, dialogues, rounds, votes
from app.models import OPEN, Activity
from app.store import Transaction
from app.web import deps, place
from app.web.desk_themes import Cards
from app.web.desk_view import Opened, answer

router = APIRouter(prefix="/votes/{activity_id}")


class OptionsForm(BaseModel):
    card: Cards
    on: bool


@router.post("/options")
async def options(
    request: Request,
    desk: deps.AtDesk,
    activity_id: deps.Id,
    form: Annotated[OptionsForm, Form()],
    opened: Opened = "",
) -> Response:
    """Put cards to the vote, or take them out, until somebody has voted."""
    await place.of(request).change(_choose, desk.id or 0, activity_id, form.card, form.on)
    return await answer(request, desk.id or 0, opened)


@router.post("/again")
async def again(request: Request, desk: deps.AtDesk, activity_id: deps.Id, opened: Opened = "") -> Response:
    """Ask a closed vote once more about the same cards, as a step of its own, and go there."""
    await place.of(request).change(rounds.again, desk.id or 0, activity_id)
    return await answer(request, desk.id or 0, opened)


@router.post("/{act}")
async def turn(
    request: Request, desk: deps.AtDesk, activity_id: deps.Id, act: Literal["close", "reopen"], opened: Opened = ""
) -> Response:
    """Close the vote and show its result, or open it again."""
    await place.of(request).change(_turn, desk.id or 0, activity_id, votes.close if act == "close" else votes.reopen)
    return await answer(request, desk.id or 0, opened)


def _vote(tx: Transaction, dialogue_id: int, activity_id: int) -> Activity:
    """The vote, if it belongs to the dialogue. Raises NotFound."""
    return _asked(tx, dialogue_id, activity_id, "vote")


def _asked(tx: Transaction, dialogue_id: int, activity_id: int, *kinds: str) -> Activity:
    """The vote or the assessment, if it belongs to the dialogue. Raises NotFound."""
    activity = cards.activity_of(tx.session, dialogue_id, activity_id)
    if activity.kind not in kinds:
        raise errors.NotFound
    return activity


def _choose(tx: Transaction, dialogue_id: int, activity_id: int, card_ids: list[int], on: bool) -> None:
    votes.choose(tx, _vote(tx, dialogue_id, activity_id), card_ids, on)


def _turn(tx: Transaction, dialogue_id: int, activity_id: int, verb: Callable[[Transaction, Activity], None]) -> None:
    """Only the vote the room is on can be opened and closed; going to another step closes it by itself."""
    vote = _asked(tx, dialogue_id, activity_id, "vote", "assess")
    dialogue = dialogues.get(tx.session, dialogue_id)
    if dialogue.state != OPEN:
        raise errors.DialogueClosed
    if agenda.current(tx.session, dialogue) is not vote:
        raise errors.VotingClosed
    verb(tx, vote)
