"""Every card that was not taken back, one row each, for a spreadsheet.

UTF-8 with BOM, all fields quoted, rows end with CR LF, line breaks inside a text stay LF. Columns, the same in both
languages:

key         the client key the card was sent with
number      what board and paper call the card
kind        dilemma, barrier, advice, example, question, resource ...
text        the first field, word for word
second      the second field, word for word; empty where the kind has none
theme       the heading the card lies under; empty while it is not placed
state       shown, held or hidden
reason      why it is hidden
activity    the step it was written in
question    what that step asked
dots        dots in closed votes together; in a stance vote those who agreed less those who disagreed; else empty
voters      people who gave it a dot, or agreed, in closed votes together; else empty
written     when it was written, to the nearest minute, ISO 8601 with offset
taps        how often people said where it belongs, in all sortings together; else empty
agreement   the share of them that chose the commonest heading, in per cent, in the last of the sortings; else empty
same_as     the number of the card that stands for it; else empty

A field that a spreadsheet would calculate (= + - @ tab or return, also full-width, after blanks or quotation marks)
gets one ' in front. Taking that one ' away gives the text as written. A key stays exact, so that a phone can find its
card: it has only letters, digits, - and _, which can call nothing.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

from sqlmodel import Session

from app import language
from app.documents import summary
from app.domain import agenda, dialogues, doubles, sortings, themes
from app.models import SHOWN, Activity, Card

COLUMNS = (
    "key", "number", "kind", "text", "second", "theme", "state", "reason",
    "activity", "question", "dots", "voters", "written", "taps", "agreement", "same_as",
)  # fmt: skip
_FORMULA = re.compile(r"""[\s"'“”„‘’‚«»‹›]*[=+\-@＝＋－＠]|[ "']*[\t\r]""")


def render(session: Session, dialogue_id: int, spoken: str, delimiter: str = ";", *, texts_of_hidden: bool) -> bytes:
    """The cards of a dialogue. `texts_of_hidden` is for the organiser alone: else held and hidden cards have no texts.

    `delimiter` is ";" for Danish spreadsheets, or ",". Raises NotFound.
    """
    out = StringIO()
    rows = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    with language.speaking(spoken):
        for row in _rows(session, dialogue_id, texts_of_hidden):
            key, *fields = row
            rows.writerow([key, *(harmless(field) if isinstance(field, str) else field for field in fields)])
    return out.getvalue().encode("utf-8-sig")


def harmless(field: str) -> str:
    """The field as a spreadsheet may have it: text, never a formula."""
    return f"'{field}" if _FORMULA.match(field) else field


def _rows(session: Session, dialogue_id: int, texts_of_hidden: bool) -> Iterator[tuple[object, ...]]:
    dialogue = dialogues.get(session, dialogue_id)
    rows = [*agenda.steps(session, dialogue_id), *agenda.outside(session, dialogue_id)]
    steps = {step.id: (agenda.title(step), agenda.prompt(step, dialogue)) for step in rows}
    heading = {card.id: theme.label for theme in themes.view(session, dialogue_id) for card in theme.cards}
    dots, voters = _scores(session, dialogue_id)
    taps, agreement = _sorted(session, rows)
    same = doubles.stands_for(session, dialogue_id)
    numbers = {card.id: card.number for card in summary.standing(session, dialogue_id)}
    for card in summary.standing(session, dialogue_id):
        readable = card.state == SHOWN or texts_of_hidden
        yield (
            card.key,
            card.number,
            card.kind,
            card.first if readable else "",
            card.second if readable else "",
            heading.get(card.id, ""),
            card.state,
            card.reason,
            *steps[card.activity_id],
            dots.get(card.id, ""),
            voters.get(card.id, ""),
            _written(card),
            taps.get(card.id or 0, ""),
            agreement.get(card.id, ""),
            numbers.get(same.get(card.id or 0, 0), ""),
        )


def _sorted(session: Session, steps: list[Activity]) -> tuple[Counter[int], dict[int | None, int]]:
    """Taps on each card in all sortings, and the agreement on it in the last one, by card id."""
    taps: Counter[int] = Counter()
    agreement: dict[int | None, int] = {}
    for step in steps:
        for card in sortings.of(session, step) if step.kind == "sort" and step.opened_at is not None else []:
            if card.count:
                taps[card.id] += card.count
                agreement[card.id] = round(100 * card.agreement)
    return taps, agreement


def _scores(session: Session, dialogue_id: int) -> tuple[Counter[int | None], Counter[int | None]]:
    """Dots (or agreeing less disagreeing) and voters of each card that stood in a closed vote."""
    dots: Counter[int | None] = Counter()
    voters: Counter[int | None] = Counter()
    for _, tally in summary.ballots(session, dialogue_id):
        for result in tally.results:
            dots[result.card.id] += result.total - result.against
            voters[result.card.id] += result.voters
    return dots, voters


def _written(card: Card) -> str:
    return (card.created_at + timedelta(seconds=30)).astimezone(language.ZONE).isoformat(timespec="minutes")
