"""Collect: everyone writes at once. First silence and a count, then the cards at one even size, then their themes."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import errors, language
from app.activities.scene import Count, Scene
from app.domain import agenda, card_kinds, cards, questions, themes
from app.domain.card_kinds import CardKind
from app.domain.participants import Me
from app.domain.questions import OTHERS, QuestionView
from app.domain.themes import ThemeView
from app.models import HELD, OPEN, WITHDRAWN, Activity, Card, Dialogue, now
from app.settings import THEMES_FROM


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with the words its kind gives its fields."""

    id: int
    number: int
    kind: CardKind
    first: str
    second: str
    state: str
    reason: str
    masked: bool
    theme: str
    activity_id: int
    lifts: int = 0  # how many others want an answer to this question


@dataclass(frozen=True, slots=True)
class WriteView:
    """The form on the phone and the participant's own cards, newest first."""

    activity_id: int
    prompt: str
    kinds: tuple[CardKind, ...]
    mine: tuple[CardView, ...]
    silent_seconds: int
    held: bool
    questions: tuple[QuestionView, ...] | None = None  # of others, where the step collects questions
    at_once: int = OTHERS


@dataclass(frozen=True, slots=True)
class DeskView:
    """How long it stays silent, and where the step collects questions, those most want answered."""

    silent_seconds: int
    questions: tuple[QuestionView, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetView:
    """What the wall shows of a collect: how many cards, and their texts once the silence is over."""

    prompt: str
    count: int
    silent_seconds: int
    silent_minutes: int
    cards: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class ThemesView:
    """Themes biggest first and the pile that is not placed yet. `total` is every card on show.

    Cards up to number `settled` decide which theme stands where, so that none changes place while people write.
    """

    prompt: str
    themes: tuple[ThemeView, ...]
    adrift: tuple[Card, ...]
    total: int
    settled: int


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [key for key in wanted.get("kinds", []) if key in card_kinds.all_kinds()]
    minutes = int(wanted.get("silent_minutes", 0) or 0)
    if not kinds or not 0 <= minutes <= 60:
        raise errors.Unreadable
    return {"kinds": kinds, "silent_minutes": minutes}


def kinds_of(activity: Activity) -> tuple[CardKind, ...]:
    """The kinds of card this step asks for, at least one."""
    return tuple(card_kinds.kind(key) for key in activity.settings.get("kinds") or ["question"])


def shown_as(card: Card, theme: str = "", lifts: int = 0) -> CardView:
    """A card as every face shows it."""
    return CardView(
        id=card.id or 0,
        number=card.number,
        kind=card_kinds.kind(card.kind),
        first=card.first,
        second=card.second,
        state=card.state,
        reason=card.reason,
        masked=card.masked,
        theme=theme,
        activity_id=card.activity_id,
        lifts=lifts,
    )


def mine(session: Session, me: Me) -> tuple[CardView, ...]:
    """My cards, newest first, with the heading each lies under."""
    headings = themes.headings(session, me.dialogue_id)
    return tuple(shown_as(card, headings.get(card.id or 0, "")) for card in cards.mine(session, me))


def _silent_seconds(activity: Activity) -> int:
    until = agenda.silent_until(activity)
    return max(1, round((until - now()).total_seconds())) if until else 0


def _count(session: Session, activity: Activity) -> int:
    written = select(func.count()).select_from(Card).where(Card.activity_id == activity.id, Card.state != WITHDRAWN)
    return session.exec(written).one()


def phone(session: Session, dialogue: Dialogue, activity: Activity, me: Me) -> Scene:
    view = WriteView(
        activity_id=activity.id or 0,
        prompt=agenda.prompt(activity, dialogue),
        kinds=kinds_of(activity),
        mine=mine(session, me),
        silent_seconds=_silent_seconds(activity),
        held=dialogue.holding,
        questions=tuple(questions.of_others(session, me, activity.id or 0)) if questions.asked_in(activity) else None,
    )
    return Scene("collect/_phone.html", view)


def board(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    """Silence, cards or themes. In auto the themes come by themselves once there are enough cards to group."""
    silent = _silent_seconds(activity)
    count = _count(session, activity)
    shown = cards.shown(session, dialogue.id or 0, activity.id)
    wanted = questions.lifts(session, dialogue.id or 0) if questions.asked_in(activity) else {}
    sheet = SheetView(
        prompt=agenda.prompt(activity, dialogue),
        count=count,
        silent_seconds=silent,
        silent_minutes=int(activity.settings.get("silent_minutes", 0)),
        cards=()
        if silent
        else tuple(_shuffled(activity, [shown_as(card, lifts=wanted.get(card.id or 0, 0)) for card in shown])),
    )
    counted = (Count(count, language.ngettext("card", "cards", count)),)
    if silent or not shown:
        return Scene("collect/_board_hush.html", sheet, counted, again_in=float(silent) if silent else None)
    if dialogue.board_view != "cards":
        grouped = themes_scene(session, dialogue, activity)
        if grouped is not None:
            return grouped
    return Scene("collect/_board_cards.html", sheet, counted)


def arena(session: Session, dialogue: Dialogue, activity: Activity, group_id: int) -> Scene:
    """The cards of one arena, or of another group, on a board of its own."""
    own = [shown_as(card) for card in cards.shown(session, dialogue.id or 0, activity.id) if card.group_id == group_id]
    silent = _silent_seconds(activity)
    sheet = SheetView(
        prompt=agenda.prompt(activity, dialogue),
        count=len(own),
        silent_seconds=silent,
        silent_minutes=int(activity.settings.get("silent_minutes", 0)),
        cards=() if silent else tuple(_shuffled(activity, own)),
    )
    counted = (Count(len(own), language.ngettext("card", "cards", len(own))),)
    form = "hush" if silent or not own else "cards"
    return Scene(f"collect/_board_{form}.html", sheet, counted, float(silent) if silent else None)


def _shuffled(activity: Activity, shown: list[CardView]) -> list[CardView]:
    """One fixed order that is nobody's, shuffled a dozen at a time, so that a new card moves none before its dozen."""
    order = {card.id: (place // 12, Random(f"{activity.id}:{card.id}").random()) for place, card in enumerate(shown)}  # noqa: S311
    return sorted(shown, key=lambda card: order[card.id])


def themes_scene(
    session: Session, dialogue: Dialogue, activity: Activity | None, least: int = THEMES_FROM
) -> Scene | None:
    """The themes of the whole dialogue, or None while there are no themes or fewer cards than `least`."""
    piles = themes.view(session, dialogue.id or 0)
    total = sum(len(pile.cards) for pile in piles)
    grouped = tuple(pile for pile in piles if pile.id)
    if total < least or not grouped:
        return None
    view = ThemesView(
        prompt=agenda.prompt(activity, dialogue) if activity else dialogue.title,
        themes=grouped,
        adrift=piles[-1].cards,
        total=total,
        settled=_settled(activity, [card for pile in piles for card in pile.cards]),
    )
    counted = (
        Count(total, language.ngettext("card", "cards", total)),
        Count(len(grouped), language.ngettext("theme", "themes", len(grouped))),
    )
    return Scene("themes/_board.html", view, counted)


def _settled(activity: Activity | None, shown: list[Card]) -> int:
    """The newest card there was when the step was opened. While people write it grows by half at a time, from 12."""
    newest = max(card.number for card in shown)
    if activity is None or activity.kind != "collect" or activity.state != OPEN or activity.opened_at is None:
        return newest
    number = max((card.number for card in shown if card.created_at < activity.opened_at), default=0)
    number = max(number, THEMES_FROM)
    while number * 3 // 2 <= newest:
        number = number * 3 // 2
    return number


def desk(session: Session, dialogue: Dialogue, activity: Activity) -> Scene:
    held = select(func.count()).select_from(Card).where(Card.activity_id == activity.id, Card.state == HELD)
    waiting = session.exec(held).one()
    shown = cards.shown(session, dialogue.id or 0, activity.id)
    counted = (
        Count(len(shown), language.ngettext("card", "cards", len(shown))),
        Count(waiting, language.gettext("waiting")),
    )
    asked = questions.ranked(session, dialogue.id or 0, activity.id) if questions.asked_in(activity) else []
    return Scene("collect/_desk.html", DeskView(_silent_seconds(activity), tuple(asked)), counted)


def written_by_step(session: Session, dialogue_id: int) -> dict[int, int]:
    """Cards not withdrawn, step by step."""
    rows = session.exec(
        select(Card.activity_id, func.count())
        .where(Card.dialogue_id == dialogue_id, Card.state != WITHDRAWN)
        .group_by(col(Card.activity_id))
    ).all()
    return dict(rows)
