"""CSV: every card that stands, once; texts as written; nothing a spreadsheet would calculate."""

import csv as reader
import re
from datetime import datetime
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app import errors
from app.documents import csv, summary
from app.documents.summary import SummaryView
from app.models import WITHDRAWN as GONE
from app.models import Card
from tests.documents.room import NOT_SHOWN, WITHDRAWN, Room

SPOKEN = pytest.mark.parametrize("spoken", ["da", "en"])


def rows(room: Room, spoken: str = "da", delimiter: str = ";", texts_of_hidden: bool = True) -> list[dict[str, str]]:
    with room.reader() as session:
        packed = csv.render(session, room.id, spoken, delimiter, texts_of_hidden=texts_of_hidden)
    return list(reader.DictReader(StringIO(packed.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def plain(field: str) -> str:
    """The field without the documented mark."""
    return field[1:] if field.startswith("'") and csv.harmless(field[1:]) == field else field


@SPOKEN
@pytest.mark.parametrize("delimiter", [";", ","])
def test_csv_holds_every_card_that_stands(room: Room, spoken: str, delimiter: str) -> None:
    with room.reader() as session:
        standing = session.exec(select(Card).where(Card.state != GONE).order_by(Card.number)).all()
    assert len(standing) == 28
    assert [
        (
            row["key"],
            int(row["number"]),
            row["kind"],
            plain(row["text"]),
            plain(row["second"]),
            row["state"],
            row["reason"],
        )
        for row in rows(room, spoken, delimiter)
    ] == [(card.key, card.number, card.kind, card.first, card.second, card.state, card.reason) for card in standing]


@SPOKEN
def test_csv_gives_the_figures_of_the_summary(room: Room, spoken: str) -> None:
    with room.reader() as session:
        view = summary.build(session, room.id, spoken)
    found = rows(room, spoken)
    scores = {row.card.number: (row.total - row.against, row.voters) for vote in view.votes for row in vote.results}
    assert {int(row["number"]): (int(row["dots"]), int(row["voters"])) for row in found if row["dots"]} == scores
    assert {int(row["number"]): plain(row["theme"]) for row in found if row["state"] == "shown"} == {
        card.number: card.theme for card in view.cards
    }
    assert [len([row for row in found if row["state"] == state]) for state in ("shown", "held", "hidden")] == [
        view.shown, view.waiting, view.hidden,
    ]  # fmt: skip
    asked = {step.title: step.prompt for step in view.steps}
    assert [row for row in found if row["question"] != asked[row["activity"]]] == []


def test_csv_keeps_texts_of_hidden_cards_for_the_organiser(room: Room) -> None:
    told, kept = rows(room), rows(room, texts_of_hidden=False)
    assert [row["text"] for row in told if row["state"] != "shown"] == list(NOT_SHOWN)
    assert [(row["text"], row["second"]) for row in kept if row["state"] != "shown"] == [("", "")] * 3
    assert [row["key"] for row in kept] == [row["key"] for row in told]
    assert [row for row in told if WITHDRAWN in row["text"]] == []


def test_csv_has_nothing_to_calculate(room: Room) -> None:
    fields = [field for row in rows(room) for name, field in row.items() if name not in ("dots", "voters")]
    assert [field for field in fields if re.match(r"[\s\"]*[=+\-@\t\r＝＋－＠]", field)] == []
    texts = [row["text"] for row in rows(room)]
    assert texts[:6] == [
        """'=HYPERLINK("http://evil.example","klik")""",
        "'+45 12 34 56 78",
        "'-1+1",
        "'@SUM(A1:A9)",
        "'＝1+1",
        "''=1+1",
    ]
    assert {row["theme"] for row in rows(room)} == {"'=Magt & <tillid>", "Tid og hænder", "Råd", ""}


@settings(deadline=None)
@given(st.text(alphabet="=+-@＝＋－＠'\"“ \t\rab1,;\n", max_size=12))
def test_csv_mark_can_be_taken_away_again(text: str) -> None:
    assert plain(csv.harmless(text)) == text
    assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]|[\t\r]", csv.harmless(text))


def test_csv_is_made_for_spreadsheets(room: Room) -> None:
    with room.reader() as session:
        packed = csv.render(session, room.id, "da", texts_of_hidden=False)
    head, *_, last = packed.decode("utf-8").split("\r\n")
    assert head == "\ufeff" + ";".join(f'"{name}"' for name in csv.COLUMNS)
    assert last == ""
    assert packed.startswith(b"\xef\xbb\xbf")


def test_csv_tells_when_a_card_was_written(room: Room) -> None:
    for row in rows(room):
        written = datetime.fromisoformat(row["written"])
        moment = room.card(int(row["number"])).created_at
        assert abs((written - moment).total_seconds()) <= 30
        assert len(row["written"]) == len("2027-04-16T11:05+02:00")


def test_csv_of_nothing_is_a_head(bare: Room, blank: SummaryView) -> None:
    assert rows(bare, blank.language) == []


def test_csv_of_a_dialogue_that_is_gone_says_so(room: Room) -> None:
    with room.reader() as session, pytest.raises(errors.NotFound):
        csv.render(session, room.id + 1, "da", texts_of_hidden=False)
