"""Where the machine's grouping meets the database: what stands, as plain data, and an arrangement put in place.

An arrangement is made from a picture of a moment ago, so a person's act since then always wins.
"""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app import errors
from app.domain import themes
from app.models import SHOWN, Card, Dialogue, Placement, Theme
from app.store import Transaction


@dataclass(frozen=True, slots=True)
class StandingCard:
    """A card on show with its whole text. `placed` tells whether it has been looked at; theme None is the open pile."""

    id: int
    text: str
    theme: int | None
    by_person: bool
    placed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The board as the machine finds it. `fixed` are themes a person has edited, `locked` those that take no more."""

    cards: tuple[StandingCard, ...]
    themes: dict[int, str]
    fixed: frozenset[int]
    locked: frozenset[int]
    bans: frozenset[tuple[int, int]]
    tidied_at: int
    edited: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading from the cards' own words, and the words behind it."""

    label: str
    terms: str


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Moves of cards to a theme's id, to a new theme's negative key, or to the open pile (None).

    `typical` holds the cards nearest the middle of a theme, for its quote.
    """

    moves: dict[int, int | None]
    founded: dict[int, Heading] = field(default_factory=dict)
    renamed: dict[int, Heading] = field(default_factory=dict)
    typical: dict[int, tuple[int, ...]] = field(default_factory=dict)
    retired: frozenset[int] = frozenset()
    tidied_at: int | None = None


def standing(session: Session, dialogue_id: int) -> Standing:
    """What stands now. Cards that are held, hidden or withdrawn do not count."""
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None:
        raise errors.NotFound
    live = {
        theme.id or 0: theme
        for theme in session.exec(
            select(Theme).where(Theme.dialogue_id == dialogue_id, col(Theme.retired).is_(False))
        ).all()
    }
    rows = session.exec(
        select(Card, Placement)
        .join(Placement, col(Placement.card_id) == col(Card.id), isouter=True)
        .where(Card.dialogue_id == dialogue_id, Card.state == SHOWN)
        .order_by(col(Card.number))
    ).all()
    return Standing(
        cards=tuple(_standing_card(card, placement, live) for card, placement in rows),
        themes={number: theme.label for number, theme in live.items()},
        fixed=frozenset(number for number, theme in live.items() if theme.edited or theme.locked),
        locked=frozenset(number for number, theme in live.items() if theme.locked),
        bans=themes.bans(session, dialogue_id),
        tidied_at=dialogue.tidied_at,
        edited=dialogue.edited_themes,
    )


def _standing_card(card: Card, placement: Placement | None, live: dict[int, Theme]) -> StandingCard:
    theme = placement.theme_id if placement is not None and placement.theme_id in live else None
    return StandingCard(
        id=card.id or 0,
        text=f"{card.first}\n{card.second}" if card.second else card.first,
        theme=theme,
        by_person=placement is not None and (placement.by_person or (theme is not None and live[theme].locked)),
        placed=placement is not None,
    )


def arrange(tx: Transaction, dialogue_id: int, wanted: Arrangement) -> None:
    """Put an arrangement in place, except where a person has acted since it was made."""
    session = tx.session
    numbers: dict[int, int] = {}
    for key, heading in wanted.founded.items():
        theme = Theme(dialogue_id=dialogue_id, label=heading.label, terms=heading.terms)
        session.add(theme)
        session.flush()
        numbers[key] = theme.id or 0
    for card_id, target in wanted.moves.items():
        _place(tx, dialogue_id, card_id, numbers.get(target, target) if target is not None else None)
    for theme_id, heading in wanted.renamed.items():
        known = session.get(Theme, theme_id)
        if known is not None and not (known.edited or known.locked):
            known.label, known.terms = heading.label, heading.terms
            session.add(known)
    for key, card_ids in wanted.typical.items():
        quoted = session.get(Theme, numbers.get(key, key))
        if quoted is not None and quoted.dialogue_id == dialogue_id:
            quoted.typical = ",".join(map(str, card_ids))
            session.add(quoted)
    session.flush()
    _retire(tx, dialogue_id, {*wanted.retired, *numbers.values()})
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is not None and wanted.tidied_at is not None:
        dialogue.tidied_at = wanted.tidied_at
        session.add(dialogue)
    tx.touch(dialogue_id, "board", "desk")


def _place(tx: Transaction, dialogue_id: int, card_id: int, theme_id: int | None) -> None:
    card = tx.session.get(Card, card_id)
    if card is None or card.state != SHOWN:
        return
    placement = tx.session.get(Placement, card_id) or Placement(card_id=card_id, dialogue_id=dialogue_id)
    left = _live(tx.session, placement.theme_id)
    if placement.by_person or (left is not None and (left.edited or left.locked)):
        return
    target = _live(tx.session, theme_id)
    placement.theme_id = target.id if target is not None and not target.locked else None
    tx.session.add(placement)


def _live(session: Session, theme_id: int | None) -> Theme | None:
    theme = session.get(Theme, theme_id) if theme_id is not None else None
    return None if theme is None or theme.retired else theme


def _retire(tx: Transaction, dialogue_id: int, candidates: set[int]) -> None:
    """Themes of the machine that ended up empty go; a person's theme stays, empty or not."""
    for theme_id in sorted(candidates):
        theme = tx.session.get(Theme, theme_id)
        if theme is None or theme.dialogue_id != dialogue_id or theme.edited or theme.locked:
            continue
        if tx.session.exec(select(Placement.card_id).where(Placement.theme_id == theme_id)).first() is None:
            theme.retired = True
            tx.session.add(theme)
