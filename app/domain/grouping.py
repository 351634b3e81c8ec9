"""Where the machine's grouping meets the database: what stands, as plain data, and an arrangement put in place.

An arrangement is made from a picture of a moment ago, so a person's act since then always wins.
"""

from dataclasses import dataclass, field

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app import errors
from app.domain import doubles, themes
from app.models import SHOWN, WAITING, Activity, Card, Dialogue, Example, Meaning, Placement, Tap, Theme
from app.store import Transaction


@dataclass(frozen=True, slots=True)
class StandingCard:
    """A card on show with its whole text. `placed` tells whether it has been looked at; theme None is the open pile."""

    id: int
    text: str
    theme: int | None
    by_person: bool
    placed: bool
    by_room: bool = False
    near: str = ""
    alike: str = ""
    meaning: "Read | None" = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a sentence model read in a text, told apart by the model's name and the text's digest."""

    source: str
    digest: str
    row: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """The board as the machine finds it. `fixed` are themes a person has edited, `locked` those that take no more.

    `sorting`: the room sorts now or has sorted; `taps` are (card, theme), theme 0 for one that fits nowhere.
    `examples`: what an earlier dialogue says belongs under a heading that was carried over; their ids are negative.
    """

    cards: tuple[StandingCard, ...]
    themes: dict[int, str]
    fixed: frozenset[int]
    locked: frozenset[int]
    bans: frozenset[tuple[int, int]]
    tidied_at: int
    edited: bool
    sorting: bool = False
    taps: tuple[tuple[int, int], ...] = ()
    examples: tuple[StandingCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading from the cards' own words, and the words behind it."""

    label: str
    terms: str


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Moves of cards to a theme's id, to a new theme's negative key, or to the open pile (None).

    `typical` holds the cards nearest the middle of a theme, for its quote; `near` the ids of the themes a card may
    belong to, likeliest first; `by_room` the moves that the room's taps made; `read` what a model has read just now;
    `alike` the cards most like each, likest first, with their likeness from 0 to 1.
    """

    moves: dict[int, int | None]
    founded: dict[int, Heading] = field(default_factory=dict)
    renamed: dict[int, Heading] = field(default_factory=dict)
    typical: dict[int, tuple[int, ...]] = field(default_factory=dict)
    retired: frozenset[int] = frozenset()
    tidied_at: int | None = None
    near: dict[int, tuple[int, ...]] = field(default_factory=dict)
    by_room: dict[int, int | None] = field(default_factory=dict)
    read: dict[int, Read] = field(default_factory=dict)
    alike: dict[int, list[tuple[int, float]]] = field(default_factory=dict)


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
        select(Card, Placement, Meaning)
        .join(Placement, col(Placement.card_id) == col(Card.id), isouter=True)
        .join(Meaning, col(Meaning.card_id) == col(Card.id), isouter=True)
        .where(Card.dialogue_id == dialogue_id, Card.state == SHOWN, themes.stands_alone())
        .order_by(col(Card.number))
    ).all()
    return Standing(
        cards=tuple(_standing_card(card, placement, meaning, live) for card, placement, meaning in rows),
        themes={number: theme.label for number, theme in live.items()},
        fixed=frozenset(number for number, theme in live.items() if theme.edited or theme.locked),
        locked=frozenset(number for number, theme in live.items() if theme.locked),
        bans=themes.bans(session, dialogue_id),
        tidied_at=dialogue.tidied_at,
        edited=dialogue.edited_themes,
        sorting=_has_sorted(session, dialogue_id),
        taps=_taps(session, dialogue_id),
        examples=_examples(session, dialogue_id, live),
    )


def _examples(session: Session, dialogue_id: int, live: dict[int, Theme]) -> tuple[StandingCard, ...]:
    """Cards of an earlier dialogue that are still on show there, and texts that were typed in."""
    rows = session.exec(
        select(Example, Card, Meaning)
        .join(Card, col(Card.id) == col(Example.card_id), isouter=True)
        .join(Meaning, col(Meaning.card_id) == col(Example.card_id), isouter=True)
        .where(Example.dialogue_id == dialogue_id)
        .order_by(col(Example.id))
    ).all()
    return tuple(
        StandingCard(
            id=-(example.id or 0),
            text=card.text if card is not None else example.text,
            theme=example.theme_id,
            by_person=True,
            placed=True,
            meaning=_read(meaning),
        )
        for example, card, meaning in rows
        if example.theme_id in live and (card is None or card.state == SHOWN)
    )


def _read(meaning: Meaning | None) -> Read | None:
    return Read(meaning.source, meaning.digest, meaning.row) if meaning is not None else None


def _taps(session: Session, dialogue_id: int) -> tuple[tuple[int, int], ...]:
    """(card, theme) for each tap, 0 for one that fits nowhere; a heading counts for the theme that has it now."""
    rows = session.exec(
        select(Tap.card_id, Tap.theme_id, Tap.heading).where(
            Tap.dialogue_id == dialogue_id, col(Tap.skipped).is_(False), col(Tap.same_as).is_(None)
        )
    ).all()
    if not rows:
        return ()
    heirs, named = themes.heirs(session, dialogue_id), themes.named(session, dialogue_id)
    gone = themes.gone(session, dialogue_id)
    found = []
    for card, theme, heading in rows:
        heading = heading or gone.get(theme or 0, "")
        target = named.get(heading.casefold()) if heading else heirs.get(theme) if theme else 0
        if target is not None:
            found.append((card, target))
    return tuple(found)


def _has_sorted(session: Session, dialogue_id: int) -> bool:
    steps = select(Activity.id).where(
        Activity.dialogue_id == dialogue_id, Activity.kind == "sort", Activity.state != WAITING
    )
    return session.exec(steps).first() is not None


def _standing_card(
    card: Card, placement: Placement | None, meaning: Meaning | None, live: dict[int, Theme]
) -> StandingCard:
    theme = placement.theme_id if placement is not None and placement.theme_id in live else None
    return StandingCard(
        id=card.id or 0,
        text=card.text,
        theme=theme,
        by_person=placement is not None and (placement.by_person or (theme is not None and live[theme].locked)),
        placed=placement is not None,
        by_room=placement is not None and placement.by_room,
        near=placement.near if placement is not None else "",
        alike=placement.alike if placement is not None else "",
        meaning=_read(meaning),
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
    _place(tx, dialogue_id, _numbered(wanted.moves, numbers), by_room=False)
    _place(tx, dialogue_id, _numbered(wanted.by_room, numbers), by_room=True)
    likely = {card: ",".join(str(numbers.get(key, key)) for key in near) for card, near in wanted.near.items()}
    _suggest(tx, dialogue_id, "near", likely)
    _suggest(tx, dialogue_id, "alike", {card: doubles.packed(alike) for card, alike in wanted.alike.items()})
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


def _numbered(moves: dict[int, int | None], numbers: dict[int, int]) -> list[tuple[int, int | None]]:
    """Card and theme, with new themes by the ids they have got."""
    return [(card, None if key is None else numbers.get(key, key)) for card, key in moves.items()]


def _place(tx: Transaction, dialogue_id: int, moves: list[tuple[int, int | None]], by_room: bool) -> None:
    """All at once, save cards that a person has moved, that are no longer shown, or whose theme a person has shaped.

    CROSS JOIN keeps SQLite from reading the whole list of moves for each card.
    """
    if not moves:
        return
    tx.run(
        "INSERT INTO placement (card_id, dialogue_id, theme_id, by_person, by_room, near, alike)"
        " SELECT c.id, c.dialogue_id, t.id, false, :by_room, '', '' FROM each(:moves) e CROSS JOIN card c"
        " LEFT JOIN theme t ON t.id = CAST(e.value ->> 1 AS INTEGER) AND NOT t.retired AND NOT t.locked"
        " LEFT JOIN placement p ON p.card_id = c.id LEFT JOIN theme o ON o.id = p.theme_id AND NOT o.retired"
        " WHERE c.id = CAST(e.value ->> 0 AS INTEGER) AND c.dialogue_id = :dialogue AND c.state = 'shown'"
        " AND (p.card_id IS NULL"
        " OR (NOT p.by_person AND (o.id IS NULL OR (NOT o.locked AND (:by_room OR NOT o.edited)))))"
        " ON CONFLICT (card_id) DO UPDATE SET theme_id = excluded.theme_id, by_room = excluded.by_room",
        moves=moves,
        dialogue=dialogue_id,
        by_room=by_room,
    )


def _suggest(tx: Transaction, dialogue_id: int, column: str, words: dict[int, str]) -> None:
    """Set `near` or `alike` of placements that there are, all at once."""
    if words:
        tx.run(
            "INSERT INTO placement (card_id, dialogue_id, by_person, by_room, near, alike)"  # noqa: S608 - fixed text
            " SELECT p.card_id, p.dialogue_id, p.by_person, p.by_room, e.value ->> 1, e.value ->> 1"
            " FROM each(:words) e CROSS JOIN placement p"
            " WHERE p.card_id = CAST(e.value ->> 0 AS INTEGER) AND p.dialogue_id = :dialogue"
            f" ON CONFLICT (card_id) DO UPDATE SET {column} = excluded.{column}",
            words=list(words.items()),
            dialogue=dialogue_id,
        )


def remember(tx: Transaction, dialogue_id: int, read: dict[int, Read]) -> None:
    """Keep what a model has read in these cards. A few hundred at a time, so that votes go on in between."""
    there = tx.session.exec(select(Card.id).where(col(Card.id).in_(list(read)), Card.dialogue_id == dialogue_id)).all()
    tx.session.execute(delete(Meaning).where(col(Meaning.card_id).in_(there)))
    rows = [
        {"card_id": card, "dialogue_id": dialogue_id, "source": one.source, "digest": one.digest, "row": one.row}
        for card in there
        if card is not None and (one := read[card])
    ]
    if rows:
        tx.session.execute(insert(Meaning), rows)


def _retire(tx: Transaction, dialogue_id: int, candidates: set[int]) -> None:
    """Themes of the machine that ended up empty go; a person's theme stays, empty or not."""
    for theme_id in sorted(candidates):
        theme = tx.session.get(Theme, theme_id)
        if theme is None or theme.dialogue_id != dialogue_id or theme.edited or theme.locked:
            continue
        if tx.session.exec(select(Placement.card_id).where(Placement.theme_id == theme_id)).first() is None:
            theme.retired = True
            tx.session.add(theme)
