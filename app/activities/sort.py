"""Sort: people say where cards belong, a few cards each, with the machine's guesses first in line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app import errors, language
from app.activities import collect
from app.activities.collect import CardView, shown_as
from app.activities.scene import Count, Scene
from app.domain import agenda, doubles, sortings, taps
from app.domain.participants import Me
from app.domain.sortings import SortingView
from app.models import OPEN, Activity, Card, Dialogue, Theme

MOST = 12  # cards that one phone may be asked for


@dataclass(frozen=True, slots=True)
class DealView:
    """One card and what it can be tapped on: likely headings, all others, and cards that may say the same."""

    card: CardView
    suggested: tuple[Theme, ...]
    others: tuple[Theme, ...]
    alike: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class HandView:
    """The cards dealt to one phone, shown one at a time; more than one so that it can go on without a connection.

    No cards: there is nothing to place. `placed` so far, of the `wanted` that everyone is asked for.
    """

    activity_id: int
    prompt: str
    open: bool
    placed: int
    wanted: int
    deals: tuple[DealView, ...]


@dataclass(frozen=True, slots=True)
class PilesView:
    """The sorting as the room sees it while there are no themes to show."""

    prompt: str
    sorting: SortingView


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """`cards` for each phone; `steps` whose cards are sorted, none for every card."""
    cards = int(wanted.get("cards", sortings.CARDS) or sortings.CARDS)
    steps = sorted({int(step) for step in wanted.get("steps", [])})
    if not 1 <= cards <= MOST:
        raise errors.Unreadable
    return {"cards": cards, "steps": steps}


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    placed, wanted = taps.given(session, me, activity), sortings.wanted(activity)
    hand = taps.deal(session, me, activity, max(1, wanted - placed)) if activity.state == OPEN else []
    view = HandView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        open=activity.state == OPEN,
        placed=placed,
        wanted=wanted,
        deals=tuple(_deal(session, me, card) for card in hand),
    )
    return Scene("sort/_phone.html", view)


def _deal(session: Session, me: Me, card: Card) -> DealView:
    suggested, others = taps.suggestions(session, me, card)
    alike = doubles.alike(session, card, taps.ALIKE)
    return DealView(shown_as(card), tuple(suggested), tuple(others), tuple(shown_as(each) for each in alike))


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """The piles grow; without themes yet, how far the room has come."""
    view = sortings.view(session, activity)
    counted = _counts(view)
    themed = collect.themes_scene(session, dialogue, activity, least=1) if dialogue.board_view != "cards" else None
    if themed is not None:
        return Scene(themed.template, themed.view, counted)
    return Scene("sort/_board.html", PilesView(agenda.prompt(activity, dialogue), view), counted)


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    view = sortings.view(session, activity)
    return Scene("sort/_desk.html", view, _counts(view))


def _counts(view: SortingView) -> tuple[Count, ...]:
    done = language.gettext("of %(cards)d cards have three taps") % {"cards": view.cards}
    return (
        Count(view.sorted, done),
        Count(view.taps, language.ngettext("tap", "taps", view.taps)),
        Count(view.people, language.gettext("have sorted")),
    )
