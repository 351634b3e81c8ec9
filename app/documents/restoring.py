"""A dialogue made again from the JSON of its summary: card for card, with the figures of its day.

Texts are cleaned like those of a phone. Who wrote and who voted is in no file, so it is nobody: the cards belong to one
stand-in, and the figures are kept as they were counted.
"""

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, time

import msgspec
from sqlmodel import select

from app import errors, language
from app.documents import sentences
from app.documents.json import VERSION
from app.documents.stands import PactView
from app.documents.summary import CardView, SummaryView
from app.domain import agreements, card_kinds, cards, dialogues, participants, texts
from app.domain.dialogues import MANDATE
from app.models import CLOSED, UNKNOWN, Activity, Agreement, Card, Dialogue, Imported, Placement, Series, Theme, now
from app.models.circle import SCOPES, STATUSES
from app.models.dialogue import SAY
from app.settings import CARDS_PER_DIALOGUE, HEADING_MAX, ID_MAX, LOOKING_BACK_MAX, MANDATE_MAX, TEXT_MAX, TITLE_MAX
from app.store import Transaction

FILE_MAX = 32 * 1024 * 1024  # bytes


class _Version(msgspec.Struct):
    tovholder: int


def read(content: bytes) -> SummaryView:
    """The summary in a file. Raises TooLarge, RoomFull, or FileWrong, which names the place where it goes wrong."""
    if len(content) > FILE_MAX:
        raise errors.TooLarge
    try:
        version = msgspec.json.decode(content, type=_Version).tovholder
        if version != VERSION:
            raise errors.FileWrong(where=f"tovholder {version}")
        view = msgspec.json.decode(content, type=SummaryView)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        place = re.search(r"`\$\.([\w.\[\]]+)`", str(wrong))
        raise errors.FileWrong(where=place[1] if place else "JSON") from wrong
    numbers = [card.number for card in view.cards]
    if len(numbers) > CARDS_PER_DIALOGUE:
        raise errors.RoomFull
    if len(set(numbers)) != len(numbers) or not all(1 <= number <= ID_MAX for number in numbers):
        raise errors.FileWrong(where="number")
    if view.language not in language.LANGUAGES or len(view.mandate) > len(MANDATE) + 1:
        raise errors.FileWrong(where="language" if view.language not in language.LANGUAGES else "mandate")
    return view


def restore(tx: Transaction, view: SummaryView, retention_days: int) -> int:
    """Make the dialogue again, closed, in a series of its own. All of it or nothing. Returns its id.

    Raises FileWrong with the number of the first card that cannot be kept, or TooLong.
    """
    dialogue_id = dialogues.make(tx, "empty", view.title, retention_days)
    dialogue = dialogues.get(tx.session, dialogue_id)
    me, _ = participants.join(tx, dialogue_id, "other", view.language, proxy=True)
    _set(tx, dialogue, view)
    step = tx.session.exec(select(Activity).where(Activity.dialogue_id == dialogue_id)).one()
    step.kind, step.settings = "collect", {"kinds": sorted({card.kind for card in view.cards}) or ["advice"]}
    step.state, step.opened_at, step.closed_at, step.revealed = CLOSED, dialogue.started_at, dialogue.closed_at, True
    tx.session.add(step)
    ids = {card.number: _card(tx, dialogue_id, step.id or 0, me.id, card) for card in view.cards}
    _place(tx, dialogue_id, view, ids)
    with language.speaking(view.language):
        for sort, pacts in ((agreements.AGREED, view.pacts), (agreements.PRODUCT, view.to_do)):
            tx.session.add_all(_pact(dialogue_id, sort, pact, ids) for pact in pacts)
    figures = replace(view, themes=(), unplaced=(), pacts=(), to_do=())
    tx.session.add(Imported(dialogue_id=dialogue_id, figures=msgspec.json.encode(figures).decode()))
    return dialogue_id


def _set(tx: Transaction, dialogue: Dialogue, view: SummaryView) -> None:
    """What the organiser had set, and when it was held."""
    for name, promise in zip(MANDATE, view.mandate, strict=False):
        setattr(dialogue, name, texts.paragraph(promise.text, MANDATE_MAX))
    with language.speaking(view.language):
        says = {dialogues.how_much_say(say): say for say in SAY}
    dialogue.mandate_say = says.get(view.mandate[-1].text, "") if len(view.mandate) > len(MANDATE) else ""
    dialogue.languages = f"{view.language},{'en' if view.language == 'da' else 'da'}"
    dialogue.event_date = view.event_date
    dialogue.delete_on = max(view.delete_on, dialogue.delete_on) if view.delete_on < now().date() else view.delete_on
    held = datetime.combine(view.event_date or view.made_at.date(), time(12), UTC)
    dialogue.started_at, dialogue.closed_at, dialogue.state = held, held, CLOSED
    dialogue.follow_up = texts.line(view.follow_up_on, TEXT_MAX)
    dialogue.looking_back = texts.paragraph(view.looking_back, LOOKING_BACK_MAX)
    dialogue.published_at = view.published
    dialogue.card_count = max((card.number for card in view.cards), default=0)
    dialogue.edited_themes = True
    tx.session.add(dialogue)
    series = tx.session.get_one(Series, dialogue.series_id)
    series.title = texts.line(view.series, TITLE_MAX) or series.title
    tx.session.add(series)


def _card(tx: Transaction, dialogue_id: int, step_id: int, writer: int, card: CardView) -> int:
    """A card as it stood. Returns its id."""
    if card.kind not in card_kinds.all_kinds():
        raise errors.FileWrong(where=f"cards.{card.number}.kind")
    try:
        text = cards.written(card.kind, card.first, card.second)
    except errors.Fact as fact:
        raise errors.FileWrong(where=f"cards.{card.number}") from fact
    row = Card(
        dialogue_id=dialogue_id,
        activity_id=step_id,
        participant_id=writer,
        key=secrets.token_hex(12),
        number=card.number,
        kind=text.kind,
        first=text.first,
        second=text.second,
    )
    tx.session.add(row)
    tx.session.flush()
    return row.id or 0


def _place(tx: Transaction, dialogue_id: int, view: SummaryView, ids: dict[int, int]) -> None:
    """Every card under its heading, in a theme that no machine changes; and the doubles under the card that stands."""
    for theme in view.themes:
        label = texts.line(theme.label, HEADING_MAX) or "?"
        row = Theme(dialogue_id=dialogue_id, label=label, edited=True)
        tx.session.add(row)
        tx.session.flush()
        for card in theme.cards:
            tx.session.add(_placement(dialogue_id, card, row.id, ids))
    tx.session.add_all(_placement(dialogue_id, card, None, ids) for card in view.unplaced)


def _placement(dialogue_id: int, card: CardView, theme_id: int | None, ids: dict[int, int]) -> Placement:
    same = ids.get(card.same_as) if card.same_as != card.number else None
    return Placement(card_id=ids[card.number], dialogue_id=dialogue_id, theme_id=theme_id, by_person=True, same_as=same)


def _pact(dialogue_id: int, sort: str, pact: PactView, ids: dict[int, int]) -> Agreement:
    """An agreement, from the words of the file; words it does not know say nothing."""
    scopes = {sentences.scope(scope): scope for scope in SCOPES}
    statuses = {sentences.became(status): status for status in STATUSES}
    return Agreement(
        dialogue_id=dialogue_id,
        card_id=ids.get(pact.number),
        sort=sort,
        what=texts.line(pact.what, TEXT_MAX),
        who=texts.line(pact.who, TEXT_MAX),
        due_on=pact.due,
        scope=scopes.get(pact.scope, ""),
        status=statuses.get(pact.status, UNKNOWN),
        note=texts.paragraph(pact.note, TEXT_MAX),
        nonce=secrets.token_urlsafe(12),
    )
