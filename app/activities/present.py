"""Present: nothing to fill in. What is on now, what comes next, and the mandate card where a step asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app import errors, language
from app.activities.scene import Scene
from app.domain import agenda, participants
from app.domain.participants import GroupView, Me
from app.models import Activity, Dialogue

SHOWS = ("step", "lobby", "mandate")


@dataclass(frozen=True, slots=True)
class PresentView:
    """A step without a form. `shows` is step, lobby or mandate."""

    shows: str
    title: str
    prompt: str
    next_title: str
    next_planned: str
    here: int
    groups: tuple[GroupView, ...]
    mandate: tuple[tuple[str, str], ...]


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    shows = str(wanted.get("show", "step"))
    if shows not in SHOWS:
        raise errors.Unreadable
    return {"show": shows}


def view(session: Session, dialogue: Dialogue, activity: Activity | None) -> PresentView:
    """The step, or the lobby while no step is on."""
    steps = agenda.view(session, dialogue)
    position = activity.position if activity else 0
    coming = next((step for step in steps if step.position > position), None)
    return PresentView(
        shows=str(activity.settings.get("show", "step")) if activity else "lobby",
        title=agenda.title(activity) if activity else dialogue.title,
        prompt=agenda.prompt(activity, dialogue) if activity else "",
        next_title=coming.title if coming else "",
        next_planned=coming.planned if coming else "",
        here=participants.count(session, dialogue.id or 0),
        groups=tuple(participants.groups(session, dialogue.id or 0)),
        mandate=mandate(dialogue),
    )


def mandate(dialogue: Dialogue) -> tuple[tuple[str, str], ...]:
    """The mandate card: five questions with the organiser's words."""
    return (
        (language.gettext("What is open?"), dialogue.mandate_open),
        (language.gettext("What is fixed?"), dialogue.mandate_fixed),
        (language.gettext("Who decides?"), dialogue.mandate_decides),
        (language.gettext("When do you hear back?"), dialogue.mandate_hear_back),
        (language.gettext("What is stored?"), dialogue.mandate_stored),
    )


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    return Scene("present/_phone.html", view(session, dialogue, activity))


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    shown = view(session, dialogue, activity)
    return Scene(f"present/_board_{shown.shows}.html", shown)


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    return Scene("present/_desk.html", view(session, dialogue, activity))
