"""From one dialogue to the next: only what somebody has marked goes on, without its author, with its origin and date.

Nothing is overwritten, and doing it again adds only what was not there. What its writer has taken back is not offered.
"""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from app import errors, language
from app.domain import agenda, agreements, dialogues, journal, materials, themes, votes
from app.domain.agreements import AgreementView
from app.models import SHOWN, Activity, Agreement, Card, Dialogue, Example, Group, Material, Statement, Theme
from app.store import Transaction

ADVICE, DILEMMAS = 10, 3  # that a workplace can talk about
TABLES_PER_TOPIC = 2

_BY_KIND = {"concept": "concept", "question": "question", "dilemma": "dilemma", "advice": "advice"}
_RANKED = {"focus_ranked": "topic", "advice_ranked": "advice", "dilemma_lean": "dilemma", "decisions": "decision"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that can go on. `key` names it, such as card-12, theme-3 or agreement-5. `chosen`: it is marked.

    `sort` is a sort of material, or heading, product or agreement. `cards`: examples that a heading brings with it.
    """

    key: str
    sort: str
    text: str
    second: str = ""
    chosen: bool = False
    cards: int = 0


def offer(session: Session, dialogue_id: int, tables: int = 14) -> tuple[Piece, ...]:
    """What a dialogue can give to a later one, what is chosen in a vote first, for a room of so many tables."""
    dialogue = dialogues.get(session, dialogue_id)
    pieces: dict[str, Piece] = {}
    for piece in (
        *_ranked(session, dialogue, tables),
        *_marked(session, dialogue),
        *_headings(session, dialogue_id),
        *_agreements(session, dialogue_id),
    ):
        pieces.setdefault(piece.key, piece)
    return tuple(pieces.values())


def _ranked(session: Session, dialogue: Dialogue, tables: int) -> list[Piece]:
    """The winners of votes whose result a later dialogue builds on; a vote that is not closed has none."""
    most = {"topic": max(1, tables // TABLES_PER_TOPIC), "advice": ADVICE, "dilemma": DILEMMAS, "decision": ADVICE}
    pieces = []
    for step in agenda.steps(session, dialogue.id or 0):
        sort = next((_RANKED[name] for name in _outputs(step) if name in _RANKED), "")
        if sort and step.kind == "vote":
            won = [row.card for row in votes.tally(session, step).results if row.total > 0 or row.voters > 0]
            pieces += [_of_card(card, sort, chosen=True) for card in won[: most[sort]]]
    return pieces


def _outputs(step: Activity) -> list[str]:
    return [name.strip() for name in step.carries.split(",")]


def _of_card(card: Card, sort: str, chosen: bool) -> Piece:
    return Piece(f"card-{card.id}", sort, card.first, card.second, chosen)


def _marked(session: Session, dialogue: Dialogue) -> list[Piece]:
    """Every card that is marked to go on, and every product and question that still waits."""
    rows = select(Card).where(Card.dialogue_id == dialogue.id, Card.state == SHOWN).order_by(col(Card.number))
    pieces = []
    for card in session.exec(rows).all():
        waits = card.kind == "question" and not card.answered
        if card.kind == "product":
            pieces.append(_of_card(card, "product", card.onward))
        elif card.onward or waits:
            pieces.append(_of_card(card, _BY_KIND.get(card.kind, "note"), card.onward))
    return pieces


def _headings(session: Session, dialogue_id: int) -> list[Piece]:
    """Headings that a person named are marked; those of the machine can be."""
    return [
        Piece(f"theme-{pile.id}", "heading", pile.label, "", pile.edited, len(pile.cards))
        for pile in themes.view(session, dialogue_id)
        if pile.id and pile.cards
    ]


def _agreements(session: Session, dialogue_id: int) -> list[Piece]:
    return [
        Piece(f"agreement-{each.id}" if each.id else f"card-{each.card_id}", "agreement", each.what, each.who, True)
        for each in agreements.all_of(session, dialogue_id)
    ]


def carry(tx: Transaction, from_id: int, to_id: int, keys: set[str]) -> int:
    """Take these pieces into another dialogue of the same series. Returns how many were new there.

    Raises NotFound, or WrongSeries.
    """
    source, target = dialogues.get(tx.session, from_id), dialogues.get(tx.session, to_id)
    if source.series_id != target.series_id or from_id == to_id:
        raise errors.WrongSeries
    agreements.gather(tx, from_id)
    tables = tx.session.exec(select(Group.id).where(Group.dialogue_id == to_id, Group.sort == "table")).all()
    pieces = [piece for piece in offer(tx.session, from_id, len(tables) or 14) if _key(tx, piece, keys)]
    new = sum(_put(tx, source, target, piece) for piece in pieces)
    materials.spread_topics(tx, to_id)
    _open_mandate(tx, target)
    tx.touch(to_id, "board", "phones", "desk", "themes")
    return new


def _key(tx: Transaction, piece: Piece, keys: set[str]) -> bool:
    """Whether it was asked for. An agreement may have been asked for by its card, before it had a row of its own."""
    if piece.key in keys:
        return True
    if piece.sort != "agreement":
        return False
    row = tx.session.get(Agreement, int(piece.key.partition("-")[2]))
    return row is not None and f"card-{row.card_id}" in keys


def _put(tx: Transaction, source: Dialogue, target: Dialogue, piece: Piece) -> bool:
    number = int(piece.key.partition("-")[2])
    if piece.sort == "heading":
        return _put_heading(tx, target, number)
    if piece.sort == "product":
        return _put_product(tx, target, number)
    if piece.sort == "agreement":
        return _ask_after(tx, target, agreements.get(tx.session, number))
    known = select(Material.id).where(
        Material.dialogue_id == target.id, Material.card_id == number, Material.sort == piece.sort
    )
    if tx.session.exec(known).first() is not None:
        return False
    materials.lay(
        tx,
        Material(
            dialogue_id=target.id or 0,
            sort=piece.sort,
            position=0,
            text=piece.text,
            second=piece.second,
            origin_id=source.id,
            origin_title=source.title,
            origin_date=_day(source),
            card_id=number,
        ),
    )
    return True


def _day(dialogue: Dialogue) -> date | None:
    if dialogue.event_date is not None or dialogue.started_at is None:
        return dialogue.event_date
    return dialogue.started_at.astimezone(language.ZONE).date()


def _put_heading(tx: Transaction, target: Dialogue, theme_id: int) -> bool:
    """A heading is the first pile of a sorting, its cards are the examples; they stay where they were written."""
    theme = tx.session.get(Theme, theme_id)
    if theme is None or theme.label.casefold() in themes.named(tx.session, target.id or 0):
        return False
    own = Theme(dialogue_id=target.id or 0, label=theme.label, terms=theme.terms, edited=True)
    tx.session.add(own)
    tx.session.flush()
    pile = next(pile for pile in themes.view(tx.session, theme.dialogue_id) if pile.id == theme_id)
    for card in pile.cards:
        tx.session.add(Example(dialogue_id=own.dialogue_id, theme_id=own.id or 0, card_id=card.id))
    return True


def _put_product(tx: Transaction, target: Dialogue, card_id: int) -> bool:
    """Material that must be ready becomes a line of the list of things to do, to be given an owner and a date."""
    known = select(Agreement.id).where(Agreement.dialogue_id == target.id, Agreement.card_id == card_id)
    if tx.session.exec(known).first() is not None:
        return False
    tx.session.add(
        Agreement(
            dialogue_id=target.id or 0,
            card_id=card_id,
            sort=agreements.PRODUCT,
            what="",
            nonce=secrets.token_urlsafe(12),
        )
    )
    return True


def _ask_after(tx: Transaction, target: Dialogue, agreement: AgreementView) -> bool:
    """What became of an agreement is a statement to be answered, in the step that asks for that, if there is one."""
    step = next(
        (step for step in agenda.steps(tx.session, target.id or 0) if "agreement_status" in _outputs(step)), None
    )
    if step is None:
        return False
    rows = tx.session.exec(select(Statement).where(Statement.activity_id == step.id)).all()
    if any(row.agreement_id == agreement.id for row in rows):
        return False
    position = max((row.position for row in rows), default=0) + 1
    tx.session.add(
        Statement(
            dialogue_id=target.id or 0,
            activity_id=step.id or 0,
            position=position,
            key=f"agreement_{agreement.id}",
            text_da=agreement.what,
            agreement_id=agreement.id,
        )
    )
    return True


def _open_mandate(tx: Transaction, target: Dialogue) -> None:
    """What was decided to go on with becomes what is open, where the organiser has not written anything yet."""
    decided = [line.text for line in materials.of(tx.session, target.id or 0, "decision")]
    if decided and not target.mandate_open:
        target.mandate_open = "\n".join(decided)
        tx.session.add(target)


def next_in(
    tx: Transaction, from_id: int, template_key: str, title: str, retention_days: int, keys: set[str] | None = None
) -> int:
    """A new dialogue in the same series with all that is marked, or with these pieces. Returns its id."""
    source = dialogues.get(tx.session, from_id)
    made = dialogues.make(tx, template_key, title, retention_days, source.series_id)
    wanted = {piece.key for piece in offer(tx.session, from_id) if piece.chosen} if keys is None else keys
    carry(tx, from_id, made, wanted)
    return made


def inherited(session: Session, dialogue: Dialogue) -> tuple[AgreementView, ...]:
    """Every agreement of the earlier dialogues of the series, oldest dialogue first."""
    rows = select(Dialogue.id).where(Dialogue.series_id == dialogue.series_id, col(Dialogue.id) < dialogue.id)
    earlier = session.exec(rows.order_by(col(Dialogue.id))).all()
    return tuple(each for number in earlier for each in agreements.all_of(session, number or 0))


def mark(tx: Transaction, dialogue_id: int, card_ids: list[int], on: bool) -> None:
    """Mark cards to go on to the next dialogue, or take the mark off. Raises NothingChosen or NotFound."""
    if not card_ids:
        raise errors.NothingChosen
    act = journal.Act(tx, dialogue_id, "onward" if on else "not_onward")
    for card_id in card_ids:
        card = tx.session.get(Card, card_id)
        if card is None or card.dialogue_id != dialogue_id or card.state != SHOWN:
            raise errors.NotFound
        act.change(card, onward=on)
    act.done()
    tx.touch(dialogue_id, "desk")
