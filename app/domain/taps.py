"""A tap: what one participant says of where one card belongs. Each phone gets a few cards it has not written.

A tap sets a value and never toggles; a repeat is harmless, and the last word counts. Cards with the fewest taps are
dealt first, and those people disagree on come round again, so that every card is seen by several.
"""

from collections import Counter
from random import Random

from sqlmodel import Session, col, func, select

from app import errors
from app.domain import receipts, sortings, texts
from app.domain.participants import Me
from app.domain.sortings import ENOUGH, Choice, SortedCard
from app.models import Activity, Card, Participant, Placement, Tap, Theme
from app.settings import HEADING_MAX, ID_MAX
from app.store import Transaction

SUGGESTED = 3  # headings shown first
ALIKE = 6  # cards shown that may say the same


def choice(chosen: str = "", heading: str = "", skip: str = "") -> Choice:
    """What a form says, read and cleaned. Raises Unreadable, Empty or TooLong.

    `chosen` is "theme-ID", "same-ID", "nowhere", or "new" for the heading that was typed, which is also meant when
    nothing is chosen.
    """
    if skip:
        return Choice(skipped=True)
    if chosen == "nowhere":
        return Choice()
    if chosen in ("", "new"):
        written = texts.line(heading, HEADING_MAX)
        if not written:
            raise errors.Empty
        return Choice(heading=written)
    kind, _, number = chosen.partition("-")
    if kind not in ("theme", "same") or not (number.isascii() and number.isdecimal() and len(number) <= 12):
        raise errors.Unreadable
    if not 1 <= int(number) <= ID_MAX:
        raise errors.Unreadable
    return Choice(theme_id=int(number)) if kind == "theme" else Choice(same_as=int(number))


_CAST = (
    "INSERT INTO tap (activity_id, participant_id, card_id, dialogue_id, theme_id, same_as, heading, skipped)"
    " SELECT a.id, :me, c.id, a.dialogue_id, t.id, s.id, :heading, :skipped"
    " FROM activity a JOIN dialogue d ON d.id = a.dialogue_id"
    " JOIN card c ON c.id = :card AND c.dialogue_id = d.id AND c.state = 'shown' AND c.participant_id <> :me"
    " LEFT JOIN theme t ON t.id = CAST(:theme AS INTEGER) AND t.dialogue_id = d.id"
    " AND (NOT t.retired OR t.into_id IS NOT NULL)"
    " LEFT JOIN card s ON s.id = CAST(:same AS INTEGER) AND s.dialogue_id = d.id AND s.state = 'shown' AND s.id <> c.id"
    " WHERE a.id = :activity AND d.id = :dialogue AND a.kind = 'sort' AND a.state = 'open' AND d.state = 'open'"
    " AND (CAST(:theme AS INTEGER) IS NULL OR t.id IS NOT NULL)"
    " AND (CAST(:same AS INTEGER) IS NULL OR s.id IS NOT NULL)"
    " AND (NOT EXISTS (SELECT 1 FROM each(:steps) e)"
    " OR c.activity_id IN (SELECT CAST(e.value ->> 0 AS INTEGER) FROM each(:steps) e))"
    " ON CONFLICT (activity_id, participant_id, card_id) DO UPDATE SET theme_id = excluded.theme_id,"
    " same_as = excluded.same_as, heading = excluded.heading, skipped = excluded.skipped RETURNING card_id"
)


def cast(tx: Transaction, me: Me, activity_id: int, card_id: int, chosen: Choice, key: str) -> None:
    """Put a card where this participant thinks it belongs. Hot verb: prepared SQL, guards inside.

    Raises ActivityClosed, NotAnOption for a card that is one's own or not in the sorting, ThemeGone or KeyReused.
    """
    said = (chosen.theme_id, chosen.same_as, chosen.heading, chosen.skipped)
    if receipts.claim(tx, me, key, activity_id, card_id, *said) is not None:
        return
    activity = tx.session.get(Activity, activity_id)
    if activity is None or activity.dialogue_id != me.dialogue_id or activity.kind != "sort":
        raise errors.NotFound
    cast_ = tx.run(
        _CAST,
        me=me.id,
        activity=activity_id,
        dialogue=me.dialogue_id,
        card=card_id,
        theme=chosen.theme_id,
        same=chosen.same_as,
        heading=chosen.heading,
        skipped=chosen.skipped,
        steps=[(step,) for step in sortings.steps(activity)],
    )
    if not cast_:
        raise _refused(tx, activity, card_id, chosen)
    receipts.keep(tx, me, key, activity_id)
    tx.touch(me.dialogue_id, "board", "desk", "themes")


def _refused(tx: Transaction, activity: Activity, card_id: int, chosen: Choice) -> errors.Fact:
    """Why a tap was not taken."""
    [(state, of_dialogue)] = tx.run(
        "SELECT a.state, d.state FROM activity a JOIN dialogue d ON d.id = a.dialogue_id WHERE a.id = :activity",
        activity=activity.id,
    )
    if (state, of_dialogue) != ("open", "open"):
        return errors.ActivityClosed()
    theme = tx.session.get(Theme, chosen.theme_id) if chosen.theme_id is not None else None
    if chosen.theme_id is not None and tx.session.get(Card, card_id) is not None:
        gone = theme is None or theme.dialogue_id != activity.dialogue_id or (theme.retired and theme.into_id is None)
        if gone:
            return errors.ThemeGone()
    return errors.NotAnOption()


def deal(session: Session, me: Me, activity: Activity, most: int = 1) -> list[Card]:
    """The next cards for this participant: not their own, not tapped or skipped by them, the fewest taps first, then
    those people disagree on. None when there is nothing left.

    Everybody begins at another place in one shuffled row, so that phones that ask at the same moment get other cards.
    """
    tapped = set(session.exec(select(Tap.card_id).where(Tap.activity_id == activity.id, Tap.participant_id == me.id)))
    row = sorted(sortings.of(session, activity), key=lambda each: _chance(activity.id, each.id))
    before = select(func.count()).where(Participant.dialogue_id == me.dialogue_id, col(Participant.id) < me.id)
    start = session.exec(before).one() * sortings.wanted(activity)

    def turn(place: int, each: SortedCard) -> tuple[int, bool, int]:
        count = ENOUGH if each.decided else min(each.count, ENOUGH)
        return count, not each.unsure, (place - start) % len(row)

    able = [(place, each) for place, each in enumerate(row) if me.id != each.writer and each.id not in tapped]
    able.sort(key=lambda one: turn(*one))
    dealt = [session.get(Card, each.id) for _, each in able[:most]]
    return [card for card in dealt if card is not None]


def _chance(*numbers: int | None) -> float:
    """Chance that is the same every time it is asked."""
    return Random(":".join(map(str, numbers))).random()  # noqa: S311 - no secret


def given(session: Session, me: Me, activity: Activity) -> int:
    """How many cards this participant has placed."""
    rows = select(func.count()).where(
        Tap.activity_id == activity.id, Tap.participant_id == me.id, col(Tap.skipped).is_(False)
    )
    return session.exec(rows).one()


def suggestions(session: Session, me: Me, card: Card) -> tuple[list[Theme], list[Theme]]:
    """Headings to choose from: the likeliest three in an order of this participant's own, and all the others.

    Likely are the heading the card lies under now, those the machine finds near, and then the largest.
    """
    live = select(Theme).where(Theme.dialogue_id == card.dialogue_id, col(Theme.retired).is_(False))
    themes = {theme.id or 0: theme for theme in session.exec(live).all() if not theme.locked}
    placement = session.get(Placement, card.id)
    near = [int(each) for each in placement.near.split(",") if each] if placement is not None else []
    if placement is not None and placement.theme_id is not None:
        near.insert(0, placement.theme_id)
    placed = select(Placement.theme_id, func.count()).where(Placement.dialogue_id == card.dialogue_id)
    sizes = Counter(dict(session.exec(placed.group_by(col(Placement.theme_id))).all()))
    ranked = dict.fromkeys([*near, *sorted(themes, key=lambda number: (-sizes[number], number))])
    likely = [number for number in ranked if number in themes][:SUGGESTED]
    likely.sort(key=lambda number: _chance(me.id, card.id, number))  # no place is favoured
    rest = [theme for number, theme in themes.items() if number not in likely]
    return [themes[number] for number in likely], sorted(rest, key=lambda theme: theme.label.casefold())
