"""Assess: fixed statements, one scale, "don't know" always there. Hidden until closed, then the widest gap first."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlmodel import Session

from app import errors, language
from app.activities import present
from app.activities.scene import Count, Scene
from app.domain import agenda, answers, profiles
from app.domain.answers import SCALES, Given, StatementView
from app.domain.participants import Me
from app.domain.profiles import ProfileView
from app.models import OPEN, Activity, Dialogue


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A statement and what this participant has said to it, or None."""

    statement: StatementView
    given: Given | None


@dataclass(frozen=True, slots=True)
class SheetView:
    """What a participant answers. `values` are the steps of the scale, `points` what is to be shared out, or 0."""

    activity_id: int
    prompt: str
    scale: str
    values: tuple[int, ...]
    points: int
    open: bool
    skipped: bool
    questions: tuple[QuestionView, ...]

    @property
    def done(self) -> bool:
        """Whether this participant has answered anything."""
        return any(question.given is not None for question in self.questions)


@dataclass(frozen=True, slots=True)
class ShowView:
    """What the room and the desk see. While it is `open` the profile is not shown, only how many have answered."""

    activity_id: int
    prompt: str
    scale: str
    values: tuple[int, ...]
    open: bool
    statements: tuple[StatementView, ...]
    profile: ProfileView


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    scale = str(wanted.get("scale", "1-5"))
    if scale not in SCALES:
        raise errors.Unreadable
    return {"scale": scale, "shuffled": bool(wanted.get("shuffled", False))}


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    given = answers.given(session, me, activity.id or 0)
    statements = answers.statements(session, activity.id or 0)
    if activity.settings.get("shuffled"):
        statements.sort(key=lambda each: Random(f"{me.id}:{each.id}").random())  # noqa: S311 - not a secret
    scale = answers.scale(activity)
    sheet = SheetView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        scale=scale,
        values=tuple(SCALES[scale]),
        points=answers.POINTS if scale == "points" else 0,
        open=activity.state == OPEN,
        skipped=answers.skipped(session, me, activity.id or 0),
        questions=tuple(QuestionView(each, given.get(each.id)) for each in statements),
    )
    return Scene("assess/_phone.html", sheet)


def _show(session: Session, dialogue: Dialogue, activity: Activity) -> tuple[ShowView, tuple[Count, ...]]:
    profile = profiles.profile(session, activity)
    view = ShowView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        scale=profile.scale,
        values=tuple(SCALES[profile.scale]),
        open=activity.state == OPEN and not activity.revealed,
        statements=tuple(answers.statements(session, activity.id or 0)),
        profile=profile,
    )
    counted = (
        Count(profile.answered, language.gettext("of %(here)d have answered") % {"here": profile.here}),
        Count(profile.skipped, language.gettext("skipped")),
    )
    return view, counted


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """The lobby where people answer while they arrive; else the statements, and once it is closed the profile."""
    if activity.settings.get("show") == "lobby" and activity.state == OPEN:
        return Scene("present/_board_lobby.html", present.view(session, dialogue, activity))
    view, counted = _show(session, dialogue, activity)
    return Scene("assess/_board.html" if view.open else "assess/_board_profile.html", view, counted)


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    view, counted = _show(session, dialogue, activity)
    return Scene("assess/_desk.html", view, counted)
