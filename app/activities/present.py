"""Present: nothing to fill in. What is on now, what comes next, and the mandate card where a step asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from app import errors, language
from app.activities.scene import Scene
from app.domain import agenda, agreements, carrying, dialogues, materials, participants, questions
from app.domain.agreements import AgreementView
from app.domain.participants import GroupView, Me
from app.domain.questions import QuestionView
from app.models import Activity, Dialogue

SHOWS = ("step", "lobby", "mandate", "result", "agreements")


@dataclass(frozen=True, slots=True)
class PresentView:
    """A step without a form. `shows` is step, lobby, mandate, result or agreements."""

    shows: str
    title: str
    prompt: str
    next_title: str
    next_planned: str
    here: int
    groups: tuple[GroupView, ...]
    mandate: tuple[tuple[str, str], ...]
    agreements: tuple[tuple[str, tuple[AgreementView, ...]], ...] = ()
    questions: tuple[QuestionView, ...] = ()  # those that still wait, most wanted first


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    shows = str(wanted.get("show", "step"))
    if shows not in SHOWS:
        raise errors.Unreadable
    return {"show": shows}


def view(session: Session, dialogue: Dialogue, activity: Activity | None) -> PresentView:
    """The step, or the lobby while no step is on."""
    steps = agenda.view(session, dialogue)
    position = activity.position if activity else 0
    shows = str(activity.settings.get("show", "step")) if activity else "lobby"
    later = [step for step in steps if step.position > position and step.state != "skipped"]
    coming = later[0] if later else None
    return PresentView(
        shows=shows,
        title=agenda.title(activity) if activity else dialogue.title,
        prompt=agenda.prompt(activity, dialogue) if activity else "",
        next_title=coming.title if coming else "",
        next_planned=coming.planned if coming else "",
        here=participants.count(session, dialogue.id or 0),
        groups=tuple(participants.groups(session, dialogue.id or 0)),
        mandate=(*mandate(dialogue), *_understood(session, dialogue)),
        agreements=_agreements(session, dialogue) if shows == "agreements" else (),
    )


def _understood(session: Session, dialogue: Dialogue) -> tuple[tuple[str, str], ...]:
    """How the word is understood: lines from an earlier dialogue with their origin, and definitions with a source."""
    lines = []
    for line in materials.of(session, dialogue.id or 0, "concept", "form"):
        origin = line.source or line.origin
        day = language.day(line.origin_date) if line.origin_date and not line.source else ""
        title = ", ".join(filter(None, (origin, day))) or language.gettext("How we understand the word")
        not_so = language.gettext("It is not: %(text)s") % {"text": line.second} if line.second else ""
        lines.append((title, " ".join(filter(None, (line.text, not_so)))))
    return tuple(lines[: materials.CONCEPT_LINES])


def _agreements(session: Session, dialogue: Dialogue) -> tuple[tuple[str, tuple[AgreementView, ...]], ...]:
    """What the earlier dialogues of the series agreed on, by what became of it: first what succeeded."""
    found = agreements.by_status(carrying.inherited(session, dialogue))
    return tuple((status, views) for status, views in found.items() if views)


def mandate(dialogue: Dialogue) -> tuple[tuple[str, str], ...]:
    """The mandate card: how much say people have, where it is said, and five questions with the organiser's words."""
    return (
        (language.gettext("How much say do you have?"), dialogues.how_much_say(dialogue.mandate_say)),
        (language.gettext("What is open?"), dialogue.mandate_open),
        (language.gettext("What is fixed?"), dialogue.mandate_fixed),
        (language.gettext("Who decides?"), dialogue.mandate_decides),
        (language.gettext("When do you hear back?"), dialogue.mandate_hear_back),
        (language.gettext("What is stored?"), dialogue.mandate_stored),
    )


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    return Scene("present/_phone.html", view(session, dialogue, activity))


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """A result is that of the last vote or assessment before this step; without one the step's own words stand."""
    shown = view(session, dialogue, activity)
    return Scene(f"present/_board_{'step' if shown.shows == 'result' else shown.shows}.html", shown)


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """With the questions that still wait for an answer, so that a panel can begin with those most want answered."""
    waiting = tuple(each for each in questions.ranked(session, dialogue.id or 0) if not each.answered and each.lifts)
    return Scene("present/_desk.html", replace(view(session, dialogue, activity), questions=waiting))
