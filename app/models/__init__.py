"""The tables. Uniqueness lives here; what is allowed lives in `domain`."""

from app.models import base  # noqa: F401 - first of all: it gives the constraints of every table their names
from app.models.answers import Abstention, Answer, Option, Receipt, Share, Statement, Vote
from app.models.base import Moment, milliseconds, now
from app.models.cards import HELD, HIDDEN, SHOWN, WITHDRAWN, Ban, Card, Lift, Placement, Reply, Theme
from app.models.circle import UNKNOWN, Agreement, Imported, Material, SavedTemplate
from app.models.dialogue import CLOSED, DRAFT, OPEN, WAITING, Activity, Dialogue, Perspective, Series
from app.models.journal import Deletion, Edit
from app.models.people import FACES, Group, Link, Member, Participant
from app.models.sorting import ADOPTED, DISMISSED, OFFERED, Apart, Example, Meaning, Proposal, Tap

__all__ = [
    "ADOPTED",
    "CLOSED",
    "DISMISSED",
    "DRAFT",
    "FACES",
    "HELD",
    "HIDDEN",
    "OFFERED",
    "OPEN",
    "SHOWN",
    "UNKNOWN",
    "WAITING",
    "WITHDRAWN",
    "Abstention",
    "Activity",
    "Agreement",
    "Answer",
    "Apart",
    "Ban",
    "Card",
    "Deletion",
    "Dialogue",
    "Edit",
    "Example",
    "Group",
    "Imported",
    "Lift",
    "Link",
    "Material",
    "Meaning",
    "Member",
    "Moment",
    "Option",
    "Participant",
    "Perspective",
    "Placement",
    "Proposal",
    "Receipt",
    "Reply",
    "SavedTemplate",
    "Series",
    "Share",
    "Statement",
    "Tap",
    "Theme",
    "Vote",
    "milliseconds",
    "now",
]
