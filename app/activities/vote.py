"""Vote: judge cards that stand. Everyone gets an own random order; the result is hidden until the vote is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlmodel import Session

from app import errors, language
from app.activities.collect import CardView, shown_as
from app.activities.scene import Count, Scene
from app.domain import agenda, card_kinds, profiles, votes
from app.domain.ballots import SPECTRUM
from app.domain.participants import Me
from app.domain.profiles import ResultView
from app.domain.votes import TallyView
from app.models import OPEN, Activity, Dialogue

FORMS = ("dots", "stance", "spectrum", "rank")


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One card on the ballot and what this participant gave it; None is not answered yet."""

    card: CardView
    given: int | None


@dataclass(frozen=True, slots=True)
class BallotView:
    """The ballot of one participant. `left` is dots left; `open` tells whether it can still be changed."""

    activity_id: int
    prompt: str
    form: str
    dots: int
    left: int
    open: bool
    abstained: bool
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True, slots=True)
class VoteView:
    """The vote as the room sees it. `options` is how many cards stand in it."""

    activity_id: int
    prompt: str
    form: str
    dots: int
    open: bool
    options: tuple[CardView, ...]
    tally: TallyView
    leaning: tuple[ResultView, ...] = ()  # of a spectrum that is closed, the widest gap first
    values: tuple[int, ...] = tuple(SPECTRUM)


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    form = str(wanted.get("form", "dots"))
    dots = int(wanted.get("dots", 3) or 3)
    kinds = [key for key in wanted.get("kinds", []) if key in card_kinds.all_kinds()]
    if form not in FORMS or not 1 <= dots <= 9:
        raise errors.Unreadable
    return {"form": form, "dots": dots, "kinds": kinds}


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    given = votes.given(session, me, activity.id or 0)
    choices = [ChoiceView(shown_as(card), given.get(card.id or 0)) for card in votes.options(session, activity.id or 0)]
    choices.sort(key=lambda choice: Random(f"{me.id}:{choice.card.id}").random())  # noqa: S311 - not a secret
    dots = votes.budget(activity)
    view = BallotView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        form=votes.form(activity),
        dots=dots,
        left=dots - sum(given.values()) if dots else 0,
        open=activity.state == OPEN,
        abstained=votes.abstained(session, me, activity.id or 0),
        choices=tuple(choices),
    )
    return Scene("vote/_phone.html", view)


def _view(session: Session, dialogue: Dialogue, activity: Activity) -> VoteView:
    return VoteView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        form=votes.form(activity),
        dots=votes.budget(activity),
        open=activity.state == OPEN,
        options=tuple(shown_as(card) for card in votes.options(session, activity.id or 0)),
        tally=votes.tally(session, activity),
        leaning=profiles.leaning(session, activity) if votes.form(activity) == "spectrum" else (),
    )


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    view = _view(session, dialogue, activity)
    tally = view.tally
    counted = (
        Count(tally.voted, language.gettext("of %(here)d have voted") % {"here": tally.here}),
        Count(tally.abstained, language.gettext("skipped")),
    )
    if not view.open:
        return Scene("vote/_board_result.html", view, counted)
    return Scene("vote/_board.html", view, counted, basis=(view.form, view.dots, view.options))


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    view = _view(session, dialogue, activity)
    counted = (
        Count(view.tally.voted, language.gettext("of %(here)d have voted") % {"here": view.tally.here}),
        Count(view.tally.abstained, language.gettext("skipped")),
    )
    return Scene("vote/_desk.html", view, counted)
