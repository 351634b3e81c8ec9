"""How a sorting goes: what the room has said of each card, where people agree, and what a person has to decide.

Counted from the taps as they stand. A tap on a theme that was merged counts for the theme it went into; one on a
theme that is gone for its heading; and a heading for the theme of that name, where there is one.
"""

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.domain import themes
from app.models import SHOWN, Activity, Card, Placement, Tap

CARDS = 4  # dealt to each phone before it is asked whether it wants more
ENOUGH = 3  # taps a card needs
SURE = 0.67  # of the taps on one choice, below which a card comes round again


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a card belongs: a theme, the same as another card, a heading of one's own, or nowhere (all empty).

    Skipped: nothing is said of it.
    """

    theme_id: int | None = None
    same_as: int | None = None
    heading: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class SortedCard:
    """A card in a sorting, who wrote it, where it lies, and its taps, most chosen first.

    `decided`: a person at the desk has put it where it lies.
    """

    id: int
    writer: int
    theme_id: int | None
    decided: bool
    taps: tuple[tuple[Choice, int], ...]

    @property
    def count(self) -> int:
        return sum(number for _, number in self.taps)

    @property
    def agreement(self) -> float:
        """The share of the commonest choice, 0 without taps."""
        return self.taps[0][1] / self.count if self.taps else 0.0

    @property
    def unsure(self) -> bool:
        """Whether it should come round again: people are not quite agreed, and nobody has decided."""
        return not self.decided and self.count > 1 and self.agreement < SURE

    @property
    def split(self) -> bool:
        """Whether a person has to decide: no choice has more than half, or most want a heading that does not exist."""
        new = bool(self.taps) and self.taps[0][0].heading != ""
        return not self.decided and (new or (self.count > 1 and self.agreement <= 0.5))


@dataclass(frozen=True, slots=True)
class SortingView:
    """How a sorting goes. `sorted`: cards with three taps, or decided; `split`: cards that wait for a decision.

    `agreement`: mean share of the commonest choice over cards with two taps or more, None without any.
    """

    cards: int
    sorted: int
    split: int
    taps: int
    people: int
    unplaced: int
    agreement: float | None


def wanted(activity: Activity) -> int:
    """Cards each phone is asked for."""
    return int(activity.settings.get("cards", CARDS))


def steps(activity: Activity) -> list[int]:
    """The steps whose cards are sorted; none means every card."""
    return [int(step) for step in activity.settings.get("steps", [])]


def of(session: Session, activity: Activity) -> list[SortedCard]:
    """Every card in this sorting with its taps, in card order. A card that another stands for is not in it."""
    cards = (
        select(Card.id, Card.participant_id, Placement.theme_id, Placement.by_person)
        .join(Placement, col(Placement.card_id) == col(Card.id), isouter=True)
        .where(Card.dialogue_id == activity.dialogue_id, Card.state == SHOWN, themes.stands_alone())
        .order_by(col(Card.number))
    )
    if own := steps(activity):
        cards = cards.where(col(Card.activity_id).in_(own))
    heirs = themes.heirs(session, activity.dialogue_id)
    said = _said(session, activity, heirs)
    return [
        SortedCard(
            card_id or 0, writer, heirs.get(theme or 0), bool(decided), _ranked(said.get(card_id or 0, Counter()))
        )
        for card_id, writer, theme, decided in session.exec(cards).all()
    ]


def _said(session: Session, activity: Activity, heirs: dict[int, int]) -> dict[int, Counter[Choice]]:
    named, gone = themes.named(session, activity.dialogue_id), themes.gone(session, activity.dialogue_id)
    rows = select(Tap.card_id, Tap.theme_id, Tap.same_as, Tap.heading).where(
        Tap.activity_id == activity.id, col(Tap.skipped).is_(False)
    )
    said: dict[int, Counter[Choice]] = {}
    spelled: dict[str, str] = {}
    for card, theme, same, heading in session.exec(rows).all():
        heading = heading or gone.get(theme or 0, "")
        known = named.get(heading.casefold()) if heading else None
        heading = spelled.setdefault(heading.casefold(), heading)
        chosen = Choice(known or heirs.get(theme or 0), same, "" if known else heading)
        said.setdefault(card, Counter())[chosen] += 1
    return said


def _ranked(counted: Counter[Choice]) -> tuple[tuple[Choice, int], ...]:
    """Most chosen first; a tie stands in the order of what was chosen."""
    return tuple(
        sorted(counted.items(), key=lambda one: (-one[1], one[0].theme_id or 0, one[0].same_as or 0, one[0].heading))
    )


def view(session: Session, activity: Activity) -> SortingView:
    """How this sorting goes."""
    rows = of(session, activity)
    said = select(Tap.participant_id).where(Tap.activity_id == activity.id, col(Tap.skipped).is_(False))
    shares = [each.agreement for each in rows if each.count > 1]
    return SortingView(
        cards=len(rows),
        sorted=sum(each.decided or each.count >= ENOUGH for each in rows),
        split=sum(each.split for each in rows),
        taps=sum(each.count for each in rows),
        people=len(session.exec(said.distinct()).all()),
        unplaced=sum(each.theme_id is None for each in rows),
        agreement=sum(shares) / len(shares) if shares else None,
    )


def undecided(session: Session, activity: Activity) -> list[SortedCard]:
    """Cards that wait for a person, the least agreed first."""
    waiting = [each for each in of(session, activity) if each.split]
    return sorted(waiting, key=lambda each: (each.agreement, -each.count))
