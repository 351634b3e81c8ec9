"""Themes: the machine suggests, the facilitator decides. What a person did stays so; every act can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, case, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app import errors
from app.domain import journal, texts
from app.models import SHOWN, Ban, Card, Dialogue, Placement, Theme
from app.settings import HEADING_MAX
from app.store import Transaction

_FACES = ("board", "desk", "phones", "themes")


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A heading with its cards on show, the most typical card first. `id` 0 is the pile that is not placed yet.

    Cards that another stands for come last; `stands_for` gives the other's id. They lie where it lies.
    """

    id: int
    label: str
    terms: str
    edited: bool
    locked: bool
    cards: tuple[Card, ...]
    pinned: bool = False
    stands_for: Mapping[int, int] = field(default_factory=dict)


def view(session: Session, dialogue_id: int) -> list[ThemeView]:
    """All themes that hold cards or that a person made: pinned ones first, then biggest first. Last the cards not
    placed yet."""
    lies, same = _lies(session, dialogue_id)
    rows = session.exec(
        select(Card).where(Card.dialogue_id == dialogue_id, Card.state == SHOWN).order_by(col(Card.number))
    ).all()
    piles: dict[int | None, list[Card]] = {}
    for card in rows:
        piles.setdefault(lies.get(card.id or 0, 0), []).append(card)
    themes = session.exec(
        select(Theme).where(Theme.dialogue_id == dialogue_id, col(Theme.retired).is_(False)).order_by(col(Theme.id))
    ).all()
    views = [
        ThemeView(
            id=theme.id or 0,
            label=theme.label,
            terms=theme.terms,
            edited=theme.edited,
            locked=theme.locked,
            cards=_quotable_first(theme.typical, piles.get(theme.id, []), same),
            pinned=theme.pinned,
            stands_for=same,
        )
        for theme in themes
        if piles.get(theme.id) or theme.edited
    ]
    views.sort(key=lambda theme: (not theme.pinned, -len(theme.cards), theme.id))
    return [*views, ThemeView(0, "", "", False, False, _quotable_first("", piles.get(0, []), same), False, same)]


def stands_alone() -> ColumnElement[bool]:
    """Of a card's placement: that no card on show stands for it. One that was hidden or taken back stands for none."""
    other = aliased(Card)
    return ~exists().where(col(other.id) == col(Placement.same_as), col(other.state) == SHOWN)


def _lies(session: Session, dialogue_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """Card id -> the living theme it lies in, and card id -> the card that stands for it, which it lies with."""
    rows = session.exec(
        select(Placement.card_id, case((~stands_alone(), Placement.same_as)), Theme.id)
        .join(Theme, (col(Theme.id) == col(Placement.theme_id)) & col(Theme.retired).is_(False), isouter=True)
        .where(Placement.dialogue_id == dialogue_id)
    ).all()
    same = {card: root for card, root, _ in rows if root is not None}
    own = {card: theme for card, _, theme in rows if theme is not None}
    lies = {card: own[same.get(card, card)] for card in {*own, *same} if same.get(card, card) in own}
    return lies, same


def _quotable_first(typical: str, cards: list[Card], same: Mapping[int, int]) -> tuple[Card, ...]:
    """The most typical first, the others as they came, those that another stands for last."""
    rank = {int(card_id): place for place, card_id in enumerate(filter(None, typical.split(",")))}
    return tuple(sorted(cards, key=lambda card: (card.id in same, rank.get(card.id or 0, len(rank)), card.number)))


def heirs(session: Session, dialogue_id: int) -> dict[int, int]:
    """Theme id -> the living theme it is now: itself, or the one it was merged into. One that is gone is not in it."""
    rows = session.exec(select(Theme.id, Theme.retired, Theme.into_id).where(Theme.dialogue_id == dialogue_id)).all()
    living = {number or 0 for number, retired, _ in rows if not retired}
    into = {number or 0: heir for number, retired, heir in rows if retired and heir is not None}
    found = {number: number for number in living}
    for number in into:
        at, seen = number, set[int]()
        while at in into and at not in seen:
            seen.add(at)
            at = into[at]
        if at in living:
            found[number] = at
    return found


def gone(session: Session, dialogue_id: int) -> dict[int, str]:
    """Theme id -> heading, of the themes that are gone: no living theme has taken them in."""
    living = heirs(session, dialogue_id)
    rows = session.exec(select(Theme.id, Theme.label).where(Theme.dialogue_id == dialogue_id)).all()
    return {number or 0: label for number, label in rows if number not in living}


def named(session: Session, dialogue_id: int) -> dict[str, int]:
    """Heading, case folded -> the living theme that has it."""
    rows = session.exec(
        select(Theme.label, Theme.id)
        .where(Theme.dialogue_id == dialogue_id, col(Theme.retired).is_(False))
        .order_by(col(Theme.id).desc())
    ).all()
    return {label.casefold(): number or 0 for label, number in rows}


def headings(session: Session, dialogue_id: int) -> dict[int, str]:
    """The heading each placed card lies under, by card id."""
    rows = session.exec(select(Theme.id, Theme.label).where(Theme.dialogue_id == dialogue_id)).all()
    labels = {number or 0: label for number, label in rows}
    return {card: labels[theme] for card, theme in _lies(session, dialogue_id)[0].items()}


def _theme(tx: Transaction, dialogue_id: int, theme_id: int) -> Theme:
    theme = tx.session.get(Theme, theme_id)
    if theme is None or theme.dialogue_id != dialogue_id or theme.retired:
        raise errors.ThemeGone
    return theme


def placement(tx: Transaction, dialogue_id: int, card_id: int) -> Placement:
    """Where a card lies, made when it has no row yet. Raises NotFound for a card of another dialogue."""
    row = tx.session.get(Placement, card_id)
    if row is None:
        card = tx.session.get(Card, card_id)
        if card is None or card.dialogue_id != dialogue_id:
            raise errors.NotFound
        row = Placement(card_id=card_id, dialogue_id=dialogue_id)
        tx.session.add(row)
        tx.session.flush()
    if row.dialogue_id != dialogue_id:
        raise errors.NotFound
    return row


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


def pin(tx: Transaction, dialogue_id: int, theme_id: int, on: bool) -> None:
    """A pinned theme stands first, whatever its size, so that a small one is not lost on the last page."""
    act = journal.Act(tx, dialogue_id, "pin" if on else "unpin")
    act.change(_theme(tx, dialogue_id, theme_id), pinned=on)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def merge(tx: Transaction, dialogue_id: int, theme_id: int, into_id: int) -> None:
    """Move all cards of one theme into another, which keeps its heading. Merging a theme with itself is refused."""
    theme, into = _theme(tx, dialogue_id, theme_id), _theme(tx, dialogue_id, into_id)
    if theme.id == into.id:
        raise errors.ThemeGone
    act = journal.Act(tx, dialogue_id, "merge")
    for lying in _cards_in(tx, theme_id):
        act.change(lying, theme_id=into_id, by_person=True)
    act.change(theme, retired=True, into_id=into_id)
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
        lying = placement(tx, dialogue_id, card_id)
        if lying.theme_id is not None and lying.theme_id != target:
            act.ban(card_id, lying.theme_id)
        act.change(lying, theme_id=target, by_person=True)
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
