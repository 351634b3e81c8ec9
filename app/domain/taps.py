"""The room sorts: each phone gets a few cards it has not written and says where each belongs.

A tap sets a value and never toggles; a repeat is harmless. Cards with the fewest taps are dealt first, and those people
disagree on come round again, so that every card is seen by several.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random

from sqlmodel import Session, col, select

from app import errors
from app.domain import receipts, texts
from app.domain.participants import Me
from app.models import OPEN, SHOWN, Activity, Card, Placement, Tap, Theme
from app.settings import HEADING_MAX, ID_MAX
from app.store import Transaction

CARDS = 4  # dealt to each phone before it is asked whether it wants more
ENOUGH = 3  # taps a card needs
SPLIT = 0.67  # of the taps on one choice, below which people disagree
SUGGESTED = 3  # headings shown first


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
class CardTaps:
    """The taps on one card, most chosen first. `agreement`: share of the commonest choice, 0 without taps."""

    card: Card
    taps: tuple[tuple[Choice, int], ...]

    @property
    def count(self) -> int:
        return sum(number for _, number in self.taps)

    @property
    def agreement(self) -> float:
        return self.taps[0][1] / self.count if self.taps else 0.0

    @property
    def split(self) -> bool:
        """Whether people do not agree."""
        return self.count > 1 and self.agreement < SPLIT


@dataclass(frozen=True, slots=True)
class SortingView:
    """How a sorting goes: cards in it, those with enough taps, those people disagree on, taps, and who has tapped."""

    cards: int
    sorted: int
    split: int
    taps: int
    people: int


def choice(theme: str = "", same: str = "", heading: str = "", skip: str = "") -> Choice:
    """What a form says, read and cleaned; of several the rarest counts. Raises Unreadable, Empty or TooLong."""
    if skip:
        return Choice(skipped=True)
    if heading.strip():
        written = texts.line(heading, HEADING_MAX)
        if not written:
            raise errors.Empty
        return Choice(heading=written)
    for number in (theme, same):
        if number and not (number.isascii() and number.isdecimal() and len(number) <= 10):
            raise errors.Unreadable
    if same and int(same):
        return Choice(same_as=_id(same))
    if theme and int(theme):
        return Choice(theme_id=_id(theme))
    if not theme and not same:
        raise errors.Empty
    return Choice()


def _id(number: str) -> int:
    if int(number) > ID_MAX:
        raise errors.Unreadable
    return int(number)


def cast(tx: Transaction, me: Me, activity_id: int, card_id: int, chosen: Choice, key: str) -> None:
    """Put a card where this participant thinks it belongs; the last word counts. Hot verb: prepared SQL, guards inside.

    Raises ActivityClosed, NotAnOption for a card that is one's own or not in the sorting, ThemeGone or KeyReused.
    """
    said = (chosen.theme_id, chosen.same_as, chosen.heading, chosen.skipped)
    if receipts.claim(tx, me, key, activity_id, card_id, *said) is not None:
        return
    found = tx.run(
        "SELECT a.state, d.state FROM activity a JOIN dialogue d ON d.id = a.dialogue_id"
        " WHERE a.id = :activity AND a.dialogue_id = :dialogue AND a.kind = 'sort'",
        activity=activity_id,
        dialogue=me.dialogue_id,
    )
    if not found:
        raise errors.NotFound
    if found[0] != (OPEN, OPEN):
        raise errors.ActivityClosed
    others = {card_id} | ({chosen.same_as} if chosen.same_as else set())
    shown = tx.run(
        "SELECT c.id FROM each(:ids) e JOIN card c ON c.id = CAST(e.value ->> 0 AS INTEGER)"
        " WHERE c.dialogue_id = :dialogue AND c.state = 'shown' AND (c.id <> :card OR c.participant_id <> :me)",
        ids=[(each,) for each in sorted(others)],
        dialogue=me.dialogue_id,
        card=card_id,
        me=me.id,
    )
    if {each for (each,) in shown} != others or chosen.same_as == card_id:
        raise errors.NotAnOption
    if chosen.theme_id is not None and not tx.run(
        "SELECT t.id FROM theme t WHERE t.id = :theme AND t.dialogue_id = :dialogue AND NOT t.retired",
        theme=chosen.theme_id,
        dialogue=me.dialogue_id,
    ):
        raise errors.ThemeGone
    tx.run(
        "INSERT INTO tap (activity_id, participant_id, card_id, dialogue_id, theme_id, same_as, heading, skipped)"
        " VALUES (:activity, :me, :card, :dialogue, :theme, :same, :heading, :skipped)"
        " ON CONFLICT (activity_id, participant_id, card_id) DO UPDATE"
        " SET theme_id = excluded.theme_id, same_as = excluded.same_as, heading = excluded.heading,"
        " skipped = excluded.skipped",
        activity=activity_id,
        me=me.id,
        card=card_id,
        dialogue=me.dialogue_id,
        theme=chosen.theme_id,
        same=chosen.same_as,
        heading=chosen.heading,
        skipped=chosen.skipped,
    )
    receipts.keep(tx, me, key, activity_id)
    tx.touch(me.dialogue_id, "board", "desk", "themes")


def deal(session: Session, me: Me, activity: Activity) -> Card | None:
    """The next card for this participant: not their own, not tapped or skipped by them, the fewest taps first, then
    those people disagree on. None when there is nothing left."""
    tapped = _tapped_by(session, me, activity)
    taps = {each.card.id: each for each in of(session, activity)}
    open_ = [
        each
        for each in taps.values()
        if each.card.participant_id != me.id and each.card.id not in tapped
    ]
    if not open_:
        return None

    def turn(each: CardTaps) -> tuple[int, bool, float]:
        chance = Random(f"{me.id}:{each.card.id}").random()  # noqa: S311 - so that not all get the same one
        return min(each.count, ENOUGH), not each.split, chance

    return min(open_, key=turn).card


def _tapped_by(session: Session, me: Me, activity: Activity) -> set[int]:
    rows = select(Tap.card_id).where(Tap.activity_id == activity.id, Tap.participant_id == me.id)
    return set(session.exec(rows).all())


def given(session: Session, me: Me, activity: Activity) -> int:
    """How many cards this participant has placed."""
    rows = select(Tap.card_id).where(
        Tap.activity_id == activity.id, Tap.participant_id == me.id, col(Tap.skipped).is_(False)
    )
    return len(session.exec(rows).all())


def of(session: Session, activity: Activity) -> list[CardTaps]:
    """Every card on show with its taps in this sorting, in card order."""
    cards = session.exec(
        select(Card).where(Card.dialogue_id == activity.dialogue_id, Card.state == SHOWN).order_by(col(Card.number))
    ).all()
    counted: dict[int, Counter[Choice]] = {}
    said = select(Tap).where(Tap.activity_id == activity.id, col(Tap.skipped).is_(False))
    for tap in session.exec(said).all():
        counted.setdefault(tap.card_id, Counter())[Choice(tap.theme_id, tap.same_as, tap.heading)] += 1
    return [CardTaps(card, _ranked(counted.get(card.id or 0, Counter()))) for card in cards]


def _ranked(counted: Counter[Choice]) -> tuple[tuple[Choice, int], ...]:
    """Most chosen first; a tie stands in the order of what was chosen."""
    return tuple(
        sorted(counted.items(), key=lambda one: (-one[1], one[0].theme_id or 0, one[0].same_as or 0, one[0].heading))
    )


def view(session: Session, activity: Activity) -> SortingView:
    """How this sorting goes."""
    rows = of(session, activity)
    said = select(Tap.participant_id).where(Tap.activity_id == activity.id, col(Tap.skipped).is_(False))
    people = session.exec(said.distinct()).all()
    return SortingView(
        cards=len(rows),
        sorted=sum(each.count >= ENOUGH for each in rows),
        split=sum(each.split for each in rows),
        taps=sum(each.count for each in rows),
        people=len(people),
    )


def disagreed(session: Session, activity: Activity) -> list[CardTaps]:
    """Cards with taps that people disagree on, the least agreed first."""
    return sorted(
        (each for each in of(session, activity) if each.split),
        key=lambda each: (each.agreement, -each.count, each.card.number),
    )


def suggestions(session: Session, me: Me, card: Card) -> tuple[list[Theme], list[Theme]]:
    """Headings to choose from: the likeliest three in an order of this participant's own, and all the others."""
    themes = {
        theme.id or 0: theme
        for theme in session.exec(
            select(Theme).where(Theme.dialogue_id == card.dialogue_id, col(Theme.retired).is_(False))
        ).all()
        if not theme.locked
    }
    placement = session.get(Placement, card.id)
    near = [int(each) for each in placement.near.split(",") if each] if placement is not None else []
    if placement is not None and placement.theme_id is not None:
        near.insert(0, placement.theme_id)
    sizes = Counter(
        session.exec(select(Placement.theme_id).where(Placement.dialogue_id == card.dialogue_id)).all()
    )
    ranked = list(dict.fromkeys([*near, *sorted(themes, key=lambda number: (-sizes[number], number))]))
    first = [themes[number] for number in ranked if number in themes][:SUGGESTED]
    rest = sorted((theme for theme in themes.values() if theme not in first), key=lambda theme: theme.label.casefold())
    Random(f"{me.id}:{card.id}").shuffle(first)  # noqa: S311 - no heading is favoured by its place
    return first, rest


def likely_doubles(session: Session, card: Card, most: int = 8) -> list[Card]:
    """Cards beside this one that may say the same: those in its theme, the oldest first."""
    placement = session.get(Placement, card.id)
    if placement is None or placement.theme_id is None:
        return []
    rows = (
        select(Card)
        .join(Placement, col(Placement.card_id) == col(Card.id))
        .where(Placement.theme_id == placement.theme_id, Card.state == SHOWN, Card.id != card.id)
        .order_by(col(Card.number))
        .limit(most)
    )
    return list(session.exec(rows).all())
