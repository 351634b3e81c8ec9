"""Themes: the machine suggests, the facilitator decides. What a person did stays so; every act can be undone."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import errors
from app.domain import journal, texts
from app.models import SHOWN, Ban, Card, Dialogue, Placement, Theme
from app.settings import HEADING_MAX
from app.store import Transaction

_FACES = ("board", "desk", "phones")


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A heading with its cards on show; the most typical card first. `id` 0 is the pile that is not placed yet."""

    id: int
    label: str
    terms: str
    edited: bool
    locked: bool
    cards: tuple[Card, ...]


def view(session: Session, dialogue_id: int) -> list[ThemeView]:
    """All themes that hold cards or that a person made, biggest first, and last the cards not placed yet."""
    placed = dict(
        session.exec(
            select(Placement.card_id, Placement.theme_id)
            .join(Theme, col(Theme.id) == col(Placement.theme_id))
            .where(Placement.dialogue_id == dialogue_id, col(Theme.retired).is_(False))
        ).all()
    )
    rows = session.exec(
        select(Card).where(Card.dialogue_id == dialogue_id, Card.state == SHOWN).order_by(col(Card.number))
    ).all()
    piles: dict[int | None, list[Card]] = {}
    for card in rows:
        piles.setdefault(placed.get(card.id or 0) or 0, []).append(card)
    themes = session.exec(
        select(Theme).where(Theme.dialogue_id == dialogue_id, col(Theme.retired).is_(False)).order_by(col(Theme.id))
    ).all()
    views = [
        ThemeView(
            theme.id or 0, theme.label, theme.terms, theme.edited, theme.locked, _quotable_first(theme, piles)
        )
        for theme in themes
        if piles.get(theme.id) or theme.edited
    ]
    views.sort(key=lambda theme: (-len(theme.cards), theme.id))
    return [*views, ThemeView(0, "", "", False, False, tuple(piles.get(0, ())))]


def _quotable_first(theme: Theme, piles: dict[int | None, list[Card]]) -> tuple[Card, ...]:
    """The theme's cards, the most typical first, the others as they came."""
    rank = {int(card_id): place for place, card_id in enumerate(filter(None, theme.typical.split(",")))}
    return tuple(sorted(piles.get(theme.id, ()), key=lambda card: (rank.get(card.id or 0, len(rank)), card.number)))


def headings(session: Session, dialogue_id: int) -> dict[int, str]:
    """The heading each placed card lies under, by card id."""
    rows = session.exec(
        select(Placement.card_id, Theme.label)
        .join(Theme, col(Theme.id) == col(Placement.theme_id))
        .where(Placement.dialogue_id == dialogue_id, col(Theme.retired).is_(False))
    ).all()
    return dict(rows)


def _theme(tx: Transaction, dialogue_id: int, theme_id: int) -> Theme:
    theme = tx.session.get(Theme, theme_id)
    if theme is None or theme.dialogue_id != dialogue_id or theme.retired:
        raise errors.ThemeGone
    return theme


def _placement(tx: Transaction, dialogue_id: int, card_id: int) -> Placement:
    placement = tx.session.get(Placement, card_id)
    if placement is None:
        card = tx.session.get(Card, card_id)
        if card is None or card.dialogue_id != dialogue_id:
            raise errors.NotFound
        placement = Placement(card_id=card_id, dialogue_id=dialogue_id)
        tx.session.add(placement)
        tx.session.flush()
    if placement.dialogue_id != dialogue_id:
        raise errors.NotFound
    return placement


def _cards_in(tx: Transaction, theme_id: int) -> list[Placement]:
    return list(tx.session.exec(select(Placement).where(Placement.theme_id == theme_id)).all())


def _heading(label: str) -> str:
    label = texts.line(label, HEADING_MAX)
    if not label:
        raise errors.Empty
    return label


def _done(tx: Transaction, act: journal.Act, dialogue_id: int) -> None:
    dialogue = tx.session.get(Dialogue, dialogue_id)
    if dialogue is not None:
        act.change(dialogue, edited_themes=True)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def rename(tx: Transaction, dialogue_id: int, theme_id: int, label: str) -> None:
    """A person's heading is final: the machine never changes it. Raises Empty, TooLong or ThemeGone."""
    act = journal.Act(tx, dialogue_id, "rename")
    act.change(_theme(tx, dialogue_id, theme_id), label=_heading(label), edited=True)
    _done(tx, act, dialogue_id)


def lock(tx: Transaction, dialogue_id: int, theme_id: int, on: bool) -> None:
    """A locked theme keeps exactly its cards."""
    act = journal.Act(tx, dialogue_id, "lock" if on else "unlock")
    act.change(_theme(tx, dialogue_id, theme_id), locked=on, edited=True)
    _done(tx, act, dialogue_id)


def merge(tx: Transaction, dialogue_id: int, theme_id: int, into_id: int) -> None:
    """Move all cards of one theme into another, which keeps its heading. Merging a theme with itself is refused."""
    theme, into = _theme(tx, dialogue_id, theme_id), _theme(tx, dialogue_id, into_id)
    if theme.id == into.id:
        raise errors.ThemeGone
    act = journal.Act(tx, dialogue_id, "merge")
    for placement in _cards_in(tx, theme_id):
        act.change(placement, theme_id=into_id, by_person=True)
    act.change(theme, retired=True)
    act.change(into, edited=True)
    _done(tx, act, dialogue_id)


def move(tx: Transaction, dialogue_id: int, card_ids: list[int], theme_id: int) -> None:
    """Put cards into a theme, or with theme 0 back into the open pile. The machine never moves them again."""
    act = journal.Act(tx, dialogue_id, "move")
    _move(tx, act, dialogue_id, card_ids, _theme(tx, dialogue_id, theme_id) if theme_id else None)
    _done(tx, act, dialogue_id)


def _move(tx: Transaction, act: journal.Act, dialogue_id: int, card_ids: list[int], theme: Theme | None) -> None:
    target = theme.id if theme is not None else None
    if not card_ids:
        raise errors.NothingChosen
    for card_id in card_ids:
        placement = _placement(tx, dialogue_id, card_id)
        if placement.theme_id is not None and placement.theme_id != target:
            act.ban(card_id, placement.theme_id)
        act.change(placement, theme_id=target, by_person=True)
    if theme is not None:
        act.change(theme, edited=True)


def new(tx: Transaction, dialogue_id: int, label: str, card_ids: list[int]) -> int:
    """A theme a person makes, with the chosen cards if any: this is also how a theme is split. Returns its id."""
    theme = Theme(dialogue_id=dialogue_id, label=_heading(label), edited=True, retired=True)
    tx.session.add(theme)
    tx.session.flush()
    act = journal.Act(tx, dialogue_id, "split" if card_ids else "new")
    act.change(theme, retired=False)
    if card_ids:
        _move(tx, act, dialogue_id, card_ids, theme)
    _done(tx, act, dialogue_id)
    return theme.id or 0


def bans(session: Session, dialogue_id: int) -> frozenset[tuple[int, int]]:
    """Pairs of card and theme that the machine never joins again."""
    rows = session.exec(select(Ban.card_id, Ban.theme_id).where(Ban.dialogue_id == dialogue_id)).all()
    return frozenset((card, theme) for card, theme in rows)
