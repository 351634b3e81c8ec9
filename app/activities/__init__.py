"""The kinds of activity: each one module with the same small face and one folder of templates."""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlmodel import Session

from app.activities import assess, collect, present, sort, vote
from app.activities.scene import Scene
from app.domain import agenda
from app.domain.participants import Me
from app.models import Activity, Dialogue


class Kind(Protocol):
    """What every kind of activity can show: to one participant, to the room, to the facilitator."""

    def settings(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of a step, checked and complete. Raises Unreadable."""

    def phone(self, session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
        """What this participant does now."""

    def board(self, session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
        """What the wall shows."""

    def desk(self, session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
        """What the facilitator can do with the step."""


KINDS: dict[str, Kind] = {
    "collect": collect,
    "sort": sort,
    "vote": vote,
    "assess": assess,
    "present": present,
}


def board_of(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """What the wall shows of a step; of one that shows a result, the last one before it."""
    if activity.kind == "present" and activity.settings.get("show") == "result":
        asked = [step for step in agenda.steps(session, dialogue.id or 0) if step.kind in ("vote", "assess")]
        before = [step for step in asked if step.position < activity.position and step.revealed]
        if before:
            return kind_of(before[-1]).board(session, dialogue, before[-1])
    return kind_of(activity).board(session, dialogue, activity)


def kind_of(activity: Activity) -> Kind:
    """The module behind a step; a kind that does not exist yet is presented."""
    return KINDS.get(activity.kind, present)
