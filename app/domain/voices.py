"""Who is heard: each perspective's share of the cards beside its share of the room. Small groups stand together."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain import dialogues, participants
from app.models import WITHDRAWN, Card, Participant, Perspective
from app.settings import SMALLEST_GROUP, THEMES_FROM

FEW = 2  # people of a role in the room, up to which it is called missing
_FAR = 2.0  # a share this many times the other one is worth saying
_ENOUGH = 0.75  # of the intended share of people who do the work


@dataclass(frozen=True, slots=True)
class VoiceView:
    """One group. `of_room` and `of_cards` are shares 0-1; `heard` is "", "little" or "much".

    `position` gives the glyph; 0 is everybody in a group of fewer than five.
    """

    position: int
    name: str
    of_room: float
    of_cards: float
    heard: str


def view(session: Session, dialogue_id: int) -> tuple[VoiceView, ...]:
    """Every group that can be shown, in the organiser's order; empty while nobody has joined.

    Nobody is called loud or quiet before there are as many cards as a grouping needs.
    """
    rows = session.exec(
        select(Perspective.position, func.count(col(Card.id)))
        .join(Participant, col(Participant.perspective_id) == col(Perspective.id))
        .join(Card, col(Card.participant_id) == col(Participant.id))
        .where(Card.dialogue_id == dialogue_id, Card.state != WITHDRAWN)
        .group_by(col(Perspective.position))
    ).all()
    written = dict(rows)
    total = sum(written.values())
    groups = participants.groups(session, dialogue_id)
    room = sum(group.count for group in groups)
    alone = {group.position for group in groups if group.position}
    others = sum(number for position, number in written.items() if position not in alone)
    views = []
    for group in groups:
        of_room = group.count / room
        of_cards = (written.get(group.position, 0) if group.position else others) / (total or 1)
        heard = _heard(of_room, of_cards) if group.position and total >= THEMES_FROM else ""
        views.append(VoiceView(group.position, group.name, of_room, of_cards, heard))
    return tuple(views)


def merged(session: Session, dialogue_id: int) -> tuple[str, ...]:
    """Roles that somebody came in, but fewer than five: they stand with the others until they are five."""
    sizes = participants.sizes(session, dialogue_id)
    roles = dialogues.perspectives(session, dialogue_id)
    return tuple(
        participants.name_of(role)
        for role in roles
        if role.position and 0 < sizes.get(role.position, 0) < SMALLEST_GROUP
    )


@dataclass(frozen=True, slots=True)
class MissingView:
    """A role with hardly anybody in the room, or with less than half of what the organiser meant to have.

    For the facilitator alone: `here` may be a number below five.
    """

    name: str
    here: int
    intended: int


@dataclass(frozen=True, slots=True)
class PracticeView:
    """The share (0-1) of people who do the work, in the room and as intended. `low`: well below what was intended."""

    here: float
    intended: float

    @property
    def low(self) -> bool:
        return self.here < _ENOUGH * self.intended


def missing(session: Session, dialogue_id: int) -> tuple[MissingView, ...]:
    """Roles that are missing, in the organiser's order."""
    sizes = participants.sizes(session, dialogue_id)
    return tuple(
        MissingView(participants.name_of(role), sizes.get(role.position, 0), role.intended)
        for role in dialogues.perspectives(session, dialogue_id)
        if role.position and (sizes.get(role.position, 0) <= FEW or 2 * sizes.get(role.position, 0) < role.intended)
    )


def absent(session: Session, dialogue_id: int) -> tuple[str, ...]:
    """Roles that nobody came in: the only ones a summary may name."""
    sizes = participants.sizes(session, dialogue_id)
    return tuple(
        participants.name_of(role)
        for role in dialogues.perspectives(session, dialogue_id)
        if role.position and not sizes.get(role.position, 0)
    )


def practice(session: Session, dialogue_id: int) -> PracticeView | None:
    """How many do the work, or None where the organiser has not said who does, or how many of each role are meant."""
    roles = dialogues.perspectives(session, dialogue_id)
    sizes = participants.sizes(session, dialogue_id)
    meant, here = sum(role.intended for role in roles), sum(sizes.values())
    own = [role for role in roles if role.practice]
    if not own or not meant or not here:
        return None
    return PracticeView(
        here=sum(sizes.get(role.position, 0) for role in own) / here,
        intended=sum(role.intended for role in own) / meant,
    )


def _heard(of_room: float, of_cards: float) -> str:
    if of_room > _FAR * of_cards:
        return "little"
    return "much" if of_cards > _FAR * of_room else ""
