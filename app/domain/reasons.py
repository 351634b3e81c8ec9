"""Why a card lies where it lies: who put it there, what words it shares, and which cards it is most like."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, col, select

from app import errors
from app.domain import doubles, themes
from app.domain.themes import ThemeView
from app.models import Card, Placement, Tap

Hand = Literal["", "machine", "room", "person", "double"]
_NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class WhyView:
    """`by`: who put the card there; a "double" lies with the card that stands for it, "" is not placed yet.

    `words`: its own that the theme's other cards say too, most telling first. `neighbours`: under the same heading
    those most like it, or for a double the card that stands for it. `agreeing` of `taps` people put it here.
    """

    card: Card
    theme_id: int
    label: str
    by: Hand
    words: tuple[str, ...]
    neighbours: tuple[Card, ...]
    agreeing: int
    taps: int


def why(session: Session, dialogue_id: int, card_id: int) -> WhyView:
    """Why a card on show lies where it lies. Raises NotFound for one that is not on show here."""
    piles = themes.view(session, dialogue_id)
    found = next(((pile, card) for pile in piles for card in pile.cards if card.id == card_id), None)
    if found is None:
        raise errors.NotFound
    pile, card = found
    agreeing, taps = _taps(session, card, pile.id)
    return WhyView(
        card=card,
        theme_id=pile.id,
        label=pile.label,
        by=_by(session, pile, card_id),
        words=_words(card, pile, piles) if pile.id else (),
        neighbours=_neighbours(session, pile, card_id),
        agreeing=agreeing,
        taps=taps,
    )


def _by(session: Session, pile: ThemeView, card_id: int) -> Hand:
    lying = session.get(Placement, card_id)
    if card_id in pile.stands_for:
        return "double"
    if lying is not None and lying.by_person:
        return "person"
    if lying is not None and lying.by_room:
        return "room"
    return "machine" if pile.id else ""


def _words(card: Card, pile: ThemeView, piles: list[ThemeView]) -> tuple[str, ...]:
    from app.analysis import reasons  # the word lists are 15 MB that few rooms need

    mates = [mate.text for mate in pile.cards if mate.id != card.id]
    others = [other.text for one in piles if one.id != pile.id for other in one.cards]
    return reasons.words(card.text, mates, others)


def _neighbours(session: Session, pile: ThemeView, card_id: int) -> tuple[Card, ...]:
    """Those of its theme that are most like it; where it is like none of them, the most typical."""
    here = {card.id or 0: card for card in pile.cards if card.id != card_id}
    if card_id in pile.stands_for:
        return (here[pile.stands_for[card_id]],)
    lying = session.get(Placement, card_id)
    near = [number for number, _ in doubles.unpacked(lying.alike if lying is not None else "") if number in here]
    return tuple(here[number] for number in (near or list(here) if pile.id else near)[:_NEIGHBOURS])


def _taps(session: Session, card: Card, theme_id: int) -> tuple[int, int]:
    """How many people put the card where it lies, and how many said anything about it."""
    heirs = themes.heirs(session, card.dialogue_id)
    named = themes.named(session, card.dialogue_id)
    said = select(Tap.theme_id, Tap.heading).where(
        Tap.card_id == card.id, col(Tap.skipped).is_(False), col(Tap.same_as).is_(None)
    )
    rows = session.exec(said).all()
    meant = [named.get(heading.casefold()) if heading else heirs.get(theme) if theme else 0 for theme, heading in rows]
    return meant.count(theme_id), len(rows)
