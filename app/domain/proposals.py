"""A new grouping of a board that a person has edited: the machine offers it, and only the facilitator adopts it.

An offer holds while what people decided is as it was; a card that was moved or taken away since is left out of it.
"""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app import errors
from app.domain import journal, themes
from app.domain.grouping import Heading
from app.models import ADOPTED, DISMISSED, OFFERED, SHOWN, Card, Dialogue, Placement, Proposal, Theme
from app.store import Transaction

_FACES = ("board", "desk", "phones", "themes")


@dataclass(frozen=True, slots=True)
class Regrouping:
    """Moves as (card, from, to): a theme's id, a new theme's negative key, or 0 for the open pile.

    `headings`: of new themes and of those of the machine that would be called something else. `typical`: the cards
    nearest the middle of each theme whose cards change.
    """

    moves: tuple[tuple[int, int, int], ...] = ()
    headings: dict[int, Heading] = field(default_factory=dict)
    typical: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A card that would come, and the heading it lies under now, "" in the open pile."""

    card: Card
    source: str


@dataclass(frozen=True, slots=True)
class ProposedTheme:
    """A theme whose cards would change. `id` is negative for a new one and 0 for the open pile; `was` is its heading
    now; `before` and `after` count its cards, and `after` 0 means that it would vanish."""

    id: int
    label: str
    was: str
    before: int
    after: int
    arriving: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What adopting would do: new themes first, then those that most cards come to, then those that vanish, last the
    open pile. `moving` and `staying` count the cards of the whole board."""

    id: int
    themes: tuple[ProposedTheme, ...]
    moving: int
    staying: int

    @property
    def appearing(self) -> tuple[ProposedTheme, ...]:
        return tuple(theme for theme in self.themes if theme.id < 0)

    @property
    def vanishing(self) -> tuple[ProposedTheme, ...]:
        return tuple(theme for theme in self.themes if theme.id > 0 and theme.after == 0)


def due(session: Session, dialogue_id: int) -> str:
    """The basis on which a new grouping should be worked out, or "" while the last one will do.

    It is due when people have decided something since, and when the machine has tidied a grown board. One that was
    turned down is not made again before the board has grown by a tenth.
    """
    dialogue = session.get(Dialogue, dialogue_id)
    if dialogue is None or not dialogue.edited_themes:
        return ""
    last = _last(session, dialogue_id)
    if last is not None and last.state == DISMISSED and last.tidied_at == dialogue.tidied_at:
        return ""
    now = _basis(session, dialogue)
    return now if last is None or last.basis != now else ""


def _basis(session: Session, dialogue: Dialogue) -> str:
    """A digest of what people have decided about themes, and of how often the machine has tidied since."""
    of_dialogue = Theme.dialogue_id == dialogue.id, col(Theme.retired).is_(False)
    shaped = session.exec(select(Theme.id, Theme.edited, Theme.locked).where(*of_dialogue)).all()
    put = select(Placement.card_id, Placement.theme_id).where(Placement.dialogue_id == dialogue.id)
    by_person = session.exec(put.where(col(Placement.by_person).is_(True))).all()
    bans = themes.bans(session, dialogue.id or 0)
    said = (dialogue.tidied_at, sorted(map(tuple, shaped)), sorted((card, at or 0) for card, at in by_person))
    return blake2b(repr((*said, sorted(bans))).encode(), digest_size=12).hexdigest()


def offer(tx: Transaction, dialogue_id: int, basis: str, found: Regrouping) -> None:
    """Keep a new grouping for the facilitator to look at, instead of the last one. `basis`: what `due` gave for it."""
    dialogue = tx.session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return
    last = _last(tx.session, dialogue_id)
    tx.session.execute(delete(Proposal).where(col(Proposal.dialogue_id) == dialogue_id))
    tx.session.add(
        Proposal(
            dialogue_id=dialogue_id,
            basis=basis,
            tidied_at=dialogue.tidied_at,
            moves=[list(move) for move in found.moves],
            headings=[[key, heading.label, heading.terms] for key, heading in found.headings.items()],
            typical=[[key, list(cards)] for key, cards in found.typical.items()],
        )
    )
    if found.moves or (last is not None and last.moves):
        tx.touch(dialogue_id, "desk")


def view(session: Session, dialogue_id: int) -> ProposalView | None:
    """What is offered now, or None."""
    proposal = _last(session, dialogue_id)
    if proposal is None or not _holds(session, proposal):
        return None
    piles = {pile.id: pile for pile in themes.view(session, dialogue_id)}
    lies = {card.id or 0: number for number, pile in piles.items() for card in pile.cards}
    target = {lying.card_id: to for lying, to in _moves(session, proposal)}
    same = piles[0].stands_for
    goes = {card: target.get(same.get(card, card), at) for card, at in lies.items()}
    moving = [card for pile in piles.values() for card in pile.cards if goes[card.id or 0] != lies[card.id or 0]]
    if not moving:
        return None
    called = {number: label for number, label, _ in proposal.headings}
    before, after = Counter(lies.values()), Counter(goes.values())
    found = [
        ProposedTheme(
            id=number,
            label=called.get(number, piles[number].label if number in piles else ""),
            was=piles[number].label if number in piles else "",
            before=before[number],
            after=after[number],
            arriving=tuple(Arrival(c, piles[lies[c.id or 0]].label) for c in moving if goes[c.id or 0] == number),
        )
        for number in {*goes.values(), *lies.values()}
    ]
    found = [theme for theme in found if theme.before != theme.after or theme.arriving or theme.label != theme.was]
    found.sort(key=lambda one: (one.id == 0, one.after == 0, one.id > 0, -len(one.arriving), one.id))
    return ProposalView(proposal.id or 0, tuple(found), len(moving), len(lies) - len(moving))


def adopt(tx: Transaction, dialogue_id: int, proposal_id: int) -> None:
    """Put the new grouping in place, as one act that can be undone. Raises ProposalGone where it no longer holds."""
    proposal = _offered(tx.session, dialogue_id, proposal_id)
    moves = _moves(tx.session, proposal)
    if not moves:
        raise errors.ProposalGone
    act = journal.Act(tx, dialogue_id, "adopt")
    founded = {to: _founded(tx, act, proposal, to) for to in sorted({to for _, to in moves if to < 0}, reverse=True)}
    left = {lying.theme_id for lying, _ in moves if lying.theme_id is not None}
    for lying, to in moves:
        act.change(lying, theme_id=founded.get(to, to) or None)
    _describe(tx, act, proposal, founded)
    tx.session.flush()
    for number in sorted(left):
        theme = tx.session.get(Theme, number)
        kept = tx.session.exec(select(Placement.card_id).where(Placement.theme_id == number).limit(1)).first()
        if theme is not None and kept is None:
            act.change(theme, retired=True)
    act.change(proposal, state=ADOPTED)
    act.done()
    tx.touch(dialogue_id, *_FACES)


def dismiss(tx: Transaction, dialogue_id: int, proposal_id: int) -> None:
    """Turn the offer down; this can be undone too. Raises ProposalGone where another is offered by now."""
    proposal = _offered(tx.session, dialogue_id, proposal_id)
    act = journal.Act(tx, dialogue_id, "dismiss")
    act.change(proposal, state=DISMISSED)
    act.done()
    tx.touch(dialogue_id, "desk")


def _last(session: Session, dialogue_id: int) -> Proposal | None:
    rows = select(Proposal).where(Proposal.dialogue_id == dialogue_id).order_by(col(Proposal.id).desc())
    return session.exec(rows.limit(1)).first()


def _holds(session: Session, proposal: Proposal) -> bool:
    dialogue = session.get(Dialogue, proposal.dialogue_id)
    if dialogue is None or proposal.state != OFFERED or not proposal.moves or not dialogue.edited_themes:
        return False
    return proposal.basis == _basis(session, dialogue)


def _offered(session: Session, dialogue_id: int, proposal_id: int) -> Proposal:
    proposal = _last(session, dialogue_id)
    if proposal is None or proposal.id != proposal_id or not _holds(session, proposal):
        raise errors.ProposalGone
    return proposal


def _moves(session: Session, proposal: Proposal) -> list[tuple[Placement, int]]:
    """Where cards lie and where they would go, without those that left the board or have been moved since."""
    rows = session.exec(
        select(Placement)
        .join(Card, col(Card.id) == col(Placement.card_id))
        .where(Placement.dialogue_id == proposal.dialogue_id, Card.state == SHOWN, themes.stands_alone())
        .where(col(Placement.by_person).is_(False), col(Placement.by_room).is_(False))
    ).all()
    lying = {row.card_id: row for row in rows}
    return [(lying[card], to) for card, at, to in proposal.moves if card in lying and (lying[card].theme_id or 0) == at]


def _founded(tx: Transaction, act: journal.Act, proposal: Proposal, key: int) -> int:
    """A new theme; undoing the act retires it."""
    label, terms = next((label, terms) for number, label, terms in proposal.headings if number == key)
    theme = Theme(dialogue_id=proposal.dialogue_id, label=label, terms=terms, retired=True)
    tx.session.add(theme)
    tx.session.flush()
    act.change(theme, retired=False)
    return theme.id or 0


def _describe(tx: Transaction, act: journal.Act, proposal: Proposal, founded: dict[int, int]) -> None:
    """Headings, and the cards to quote. A heading that a person gave stays: it is never among those of an offer."""
    for key, label, terms in proposal.headings:
        theme = tx.session.get(Theme, key) if key > 0 else None
        if theme is not None:
            act.change(theme, label=label, terms=terms)
    for key, cards in proposal.typical:
        theme = tx.session.get(Theme, founded.get(key, key))
        if theme is not None:
            act.change(theme, typical=",".join(map(str, cards)))
