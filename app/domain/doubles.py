"""Doubles: cards that say the same. People find them, the machine only points, and nothing is joined by itself.

One card stands for both; both texts stay readable, and it can be undone.
"""

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app import errors
from app.domain import journal, themes
from app.models import SHOWN, Apart, Card, Placement, Tap
from app.store import Transaction

LIKELY = 0.5  # likeness from which the machine points at two cards
QUEUE_MAX = 50  # pairs offered at once
_FACES = ("board", "desk", "phones", "themes")


@dataclass(frozen=True, slots=True)
class PairView:
    """Two cards that may say the same, the older one first. `people` said so; `likeness` is the machine's, 0 to 1."""

    one: Card
    other: Card
    people: int
    likeness: float


def packed(near: list[tuple[int, float]]) -> str:
    """Cards and how like each is, as a placement keeps them."""
    return ",".join(f"{card}:{likeness:.2f}" for card, likeness in near)


def unpacked(alike: str) -> list[tuple[int, float]]:
    pairs = (each.partition(":") for each in alike.split(",") if ":" in each)
    return [(int(card), float(likeness)) for card, _, likeness in pairs]


def stands_for(session: Session, dialogue_id: int) -> dict[int, int]:
    """Card id -> the card that stands for it, for those that have one."""
    rows = select(Placement.card_id, Placement.same_as).where(Placement.dialogue_id == dialogue_id)
    return {card: root for card, root in session.exec(rows.where(~themes.stands_alone())).all() if root is not None}


def alike(session: Session, card: Card, most: int) -> list[Card]:
    """Cards that may say the same as this one, likest first; where nothing is known, others under its heading."""
    placement = session.get(Placement, card.id)
    said = select(Tap.same_as).where(Tap.card_id == card.id, col(Tap.same_as).is_not(None)).distinct()
    near = list(session.exec(said).all())
    near += [number for number, _ in unpacked(placement.alike)] if placement is not None else []
    standing = (
        select(Card, Placement.theme_id)
        .join(Placement, col(Placement.card_id) == col(Card.id), isouter=True)
        .where(Card.dialogue_id == card.dialogue_id, Card.state == SHOWN, Card.id != card.id)
        .where(themes.stands_alone())
        .order_by(col(Card.number))
    )
    own = placement.theme_id if placement is not None else None
    place = {number: at for at, number in enumerate(dict.fromkeys(near))}
    if place:
        standing = standing.where(col(Card.id).in_(place))
    else:
        standing = standing.where(Placement.theme_id == own) if own else standing.limit(most)
    found = [each for each, _ in session.exec(standing).all()]
    return sorted(found, key=lambda each: place.get(each.id or 0, each.number))[:most]


def queue(session: Session, dialogue_id: int) -> list[PairView]:
    """Pairs that wait for a person, those most people pointed at first."""
    roots = stands_for(session, dialogue_id)
    shown = session.exec(select(Card).where(Card.dialogue_id == dialogue_id, Card.state == SHOWN)).all()
    cards = {card.id or 0: card for card in shown}
    people, likeness = Counter[tuple[int, int]](), dict[tuple[int, int], float]()
    said = select(Tap.card_id, Tap.same_as, func.count()).where(
        Tap.dialogue_id == dialogue_id, col(Tap.same_as).is_not(None), col(Tap.skipped).is_(False)
    )
    for card, same, number in session.exec(said.group_by(col(Tap.card_id), col(Tap.same_as))).all():
        people[_pair(roots, card, same or 0)] += number
    known = select(Placement.card_id, Placement.alike).where(Placement.dialogue_id == dialogue_id)
    for card, near in session.exec(known.where(Placement.alike != "")).all():
        for same, like in unpacked(near):
            likeness[_pair(roots, card, same)] = max(like, likeness.get(_pair(roots, card, same), 0.0))
    judged = select(Apart.card_id, Apart.other_id).where(Apart.dialogue_id == dialogue_id)
    apart = {_pair(roots, one, other) for one, other in session.exec(judged).all()}
    pairs = {*people, *(pair for pair, like in likeness.items() if like >= LIKELY)} - apart
    found = [
        PairView(cards[one], cards[other], people[one, other], likeness.get((one, other), 0.0))
        for one, other in pairs
        if one != other and one in cards and other in cards
    ]
    found.sort(key=lambda pair: (-pair.people, -pair.likeness, pair.one.number, pair.other.number))
    return found[:QUEUE_MAX]


def _pair(roots: dict[int, int], one: int, other: int) -> tuple[int, int]:
    one, other = roots.get(one, one), roots.get(other, other)
    return min(one, other), max(one, other)


def join(tx: Transaction, dialogue_id: int, card_ids: list[int], stands: int) -> None:
    """Let one card stand for these, and for all that any of them stood for. Raises NothingChosen or NotFound."""
    roots = stands_for(tx.session, dialogue_id)
    together = {roots.get(card, card) for card in (*card_ids, stands)}
    joined = {*together, *(card for card, root in roots.items() if root in together)} - {stands}
    if not joined:
        raise errors.NothingChosen
    act = journal.Act(tx, dialogue_id, "join")
    act.change(themes.placement(tx, dialogue_id, stands), same_as=None)
    for card in sorted(joined):
        act.change(themes.placement(tx, dialogue_id, card), same_as=stands)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def part(tx: Transaction, dialogue_id: int, card_ids: list[int]) -> None:
    """Let cards stand for themselves again. Raises NothingChosen or NotFound."""
    if not card_ids:
        raise errors.NothingChosen
    act = journal.Act(tx, dialogue_id, "part")
    for card in card_ids:
        act.change(themes.placement(tx, dialogue_id, card), same_as=None)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def keep_apart(tx: Transaction, dialogue_id: int, card_ids: list[int]) -> None:
    """These do not say the same: no two of them are offered again. Raises NothingChosen or NotFound."""
    if len(card_ids) < 2:
        raise errors.NothingChosen
    act = journal.Act(tx, dialogue_id, "apart")
    numbers = sorted(themes.placement(tx, dialogue_id, card).card_id for card in dict.fromkeys(card_ids))
    for at, one in enumerate(numbers):
        for other in numbers[at + 1 :]:
            act.apart(one, other)
    act.done()
    tx.touch(dialogue_id, "desk")
