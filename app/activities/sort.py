"""Sort: people say where cards belong, a few cards each, with the machine's guesses first in line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app import errors, language
from app.activities import collect
from app.activities.collect import CardView, shown_as
from app.activities.scene import Count, Scene
from app.domain import agenda, taps
from app.domain.participants import Me
from app.domain.taps import SortingView
from app.models import OPEN, Activity, Dialogue, Theme


@dataclass(frozen=True, slots=True)
class DealView:
    """One card on a phone and the headings to choose from. No card: there is nothing to place. `placed` so far."""

    activity_id: int
    prompt: str
    open: bool
    placed: int
    wanted: int
    card: CardView | None
    suggested: tuple[Theme, ...]
    others: tuple[Theme, ...]
    doubles: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class PilesView:
    """The sorting as the room sees it while there are no themes to show."""

    prompt: str
    sorting: SortingView


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    cards = int(wanted.get("cards", taps.CARDS) or taps.CARDS)
    if not 1 <= cards <= 12:
        raise errors.Unreadable
    return {"cards": cards}


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    card = taps.deal(session, me, activity) if activity.state == OPEN else None
    suggested, others = taps.suggestions(session, me, card) if card else ([], [])
    view = DealView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        open=activity.state == OPEN,
        placed=taps.given(session, me, activity),
        wanted=int(activity.settings.get("cards", taps.CARDS)),
        card=shown_as(card) if card else None,
        suggested=tuple(suggested),
        others=tuple(others),
        doubles=tuple(shown_as(each) for each in taps.likely_doubles(session, card)) if card else (),
    )
    return Scene("sort/_phone.html", view)


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """The piles grow; without themes yet, how far the room has come."""
    view = taps.view(session, activity)
    counted = _counts(view)
    themed = collect.themes_scene(session, dialogue, activity) if dialogue.board_view != "cards" else None
    if themed is not None:
        return Scene(themed.template, themed.view, counted)
    return Scene("sort/_board.html", PilesView(agenda.prompt(activity, dialogue), view), counted)


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    view = taps.view(session, activity)
    return Scene("sort/_desk.html", view, _counts(view))


def _counts(view: SortingView) -> tuple[Count, ...]:
    done = language.gettext("of %(cards)d cards have three taps") % {"cards": view.cards}
    return (Count(view.sorted, done), Count(view.people, language.gettext("have sorted")))
