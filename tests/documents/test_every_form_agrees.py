"""Made dialogues of many shapes: every form of the summary says what the database holds, and none says more."""

import csv as sheets
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

import docx as word
import pytest
from sqlmodel import select

from app import errors
from app.documents import csv, docx, markdown, pdf, pptx, restoring, summary, xlsx
from app.documents import json as as_json
from app.documents.summary import SummaryView
from app.domain import agenda, answers, cards, dialogues, doubles, rounds, themes, votes
from app.models import SHOWN, Activity, Card, Participant, Perspective, Statement, Vote
from tests.conftest import based
from tests.documents.test_office_files import of_book, of_slides, of_word
from tests.documents.test_page import page
from tests.documents.test_pdf import text_of
from tests.domain import hall
from tests.domain.hall import Hall

SHAPES = ("empty", "one card", "all taken back", "no votes", "full 1", "full 2", "full 3", "full 4")
ROLES = ("medarbejder", "frivillig", "borger", "forsker", "other")
ODD = (
    "=1+1",
    "<b>fed</b>",
    "*stjerne* _streg_",
    "#show",
    "| rør",
    "\u05e9\u05dc\u05d5\u05dd",
    "æøå ÆØÅ",
    "\\begin{x}",
    "$x$",
)


def token(number: int) -> str:
    """A word that stands in one card alone."""
    return f"kort{number:03}ord"


def made(base: Any, shape: str) -> Hall:
    """A dialogue of this shape; what is written in it is odd, and each card has a word of its own."""
    chance = Random(shape)
    room = hall.opened(base, 0)
    if shape == "empty":
        return room
    for role in ROLES:
        room.join(1 if shape == "one card" else chance.randint(0, 9), role)
    if not room.people:
        room.join(2)
    for form in ("spectrum", "rank"):
        room.do(dialogues.add_step, {"kind": "vote", "title_da": form.title(), "settings": {"form": form}})
    words = [{"key": key, "text_da": f"Sætning {key} {chance.choice(ODD)}"} for key in "abc"]
    room.do(
        dialogues.add_step, {"kind": "assess", "title_da": "Vurdér", "settings": {"scale": "1-5"}, "statements": words}
    )
    room.go("Råd")
    for number in range(1 if shape == "one card" else chance.randint(8, 30)):
        kind = chance.choice(("advice", "dilemma"))
        second = f"og {chance.choice(ODD)}" if kind == "dilemma" else ""
        room.write(f"{token(number)} {chance.choice(ODD)}", chance.choice(room.people), kind=kind, second=second)
    sort_out(room, shape, chance)
    if shape.startswith("full"):
        decide(room, chance)
    return room


def sort_out(room: Hall, shape: str, chance: Random) -> None:
    """Themes, doubles, hidden and held cards, and some that were taken back."""
    ids = [row["id"] for row in room.rows(Card)]
    chance.shuffle(ids)
    gone = ids if shape == "all taken back" else ids[: len(ids) // 8]
    for card in gone:
        room.base.do(cards.withdraw, next(me for me in room.people if me.id == room.card(card).participant_id), card)
    left = [card for card in ids if card not in gone]
    if len(left) > 6:
        room.do(cards.hide, left[:1], "Hård tone")
        room.do(cards.hold, left[1:2])
        room.do(doubles.join, left[2:4], left[2])
        room.do(themes.new, "Første | bunke", left[4:6])
        room.do(themes.new, "Anden <bunke>", left[6 : 6 + len(left) // 3])


def decide(room: Hall, chance: Random) -> None:
    """Votes of every form, one of them in two rounds, and an assessment."""
    for title in ("Prikker", "Holdning", "Rank", "Spectrum"):
        ballot(room, room.go(title), title, chance)
        if title == "Prikker":
            room.close(room.step(title).id or 0)
            ballot(room, room.do(rounds.again, room.step(title).id), title, chance)
    step = room.go("Vurdér")
    lines = [row["id"] for row in room.rows(Statement)]
    for me in room.people:
        values = {line: chance.choice((1, 2, 3, 4, 5, None)) for line in lines}
        room.base.do(answers.give, me, step, values, {}, hall.key())
    room.do(agenda.end)


def ballot(room: Hall, step: int, title: str, chance: Random) -> None:
    options = [card.id or 0 for card in room.base.read(votes.options, step)]
    for me in room.people:
        picked = chance.sample(options, k=min(3, len(options)))
        given = {
            "Prikker": dict.fromkeys(picked, 1),
            "Holdning": {card: chance.choice((1, 0, -1)) for card in options},
            "Rank": {card: place for place, card in enumerate(picked, start=1)},
            "Spectrum": {card: chance.randint(1, 7) for card in picked},
        }[title]
        room.cast(step, given, me)


@dataclass(frozen=True)
class Held:
    """What the database holds, counted here from its rows alone."""

    shown: dict[int, str]  # number -> first
    secret: list[str]  # words of cards that are not on show
    scores: list[dict[int, tuple[int, int]]]  # of each dots, rank or stance vote: card number -> points and voters
    people: Counter[str]


def held(room: Hall) -> Held:
    def query(session: Any) -> Held:
        rows = session.exec(select(Card).where(Card.dialogue_id == room.id)).all()
        shown = {card.number: card.first for card in rows if card.state == SHOWN}
        secret = [card.first.split()[0] for card in rows if card.state != SHOWN and card.first]
        of_number = {card.id: card.number for card in rows}
        scores = []
        for step in session.exec(select(Activity).where(Activity.dialogue_id == room.id).order_by(Activity.position)):
            form = step.settings.get("form", "dots")
            if step.kind == "vote" and step.opened_at is not None and form != "spectrum":
                got: dict[int, tuple[int, int]] = {}
                for vote in session.exec(select(Vote).where(Vote.activity_id == step.id, Vote.value > 0)).all():
                    worth = 6 - vote.value if form == "rank" else 1 if form == "stance" else vote.value
                    points, voters = got.get(of_number[vote.card_id], (0, 0))
                    got[of_number[vote.card_id]] = (points + worth, voters + 1)
                scores.append({number: score for number, score in got.items() if number in shown})
        roles = session.exec(
            select(Perspective.name_da)
            .join(Participant, Participant.perspective_id == Perspective.id)
            .where(Participant.dialogue_id == room.id)
        ).all()
        return Held(shown, secret, scores, Counter(roles))

    return room.base.read(query)


def words_of(text: str) -> list[str]:
    return re.findall(r"kort\d{3}ord", text)


def every_form(room: Hall, view: SummaryView) -> dict[str, str]:
    """Each form as the text that a person finds in it."""
    return {
        "page": html.unescape(re.sub(r"<[^>]+>", " ", page(view))),
        "pdf": text_of(pdf.render(view)),
        "docx": of_word(docx.render(view)),
        "pptx": of_slides(pptx.render(view)),
        "xlsx": of_book(xlsx.render(view)),
        "csv": room.base.read(csv.render, room.id, "da", ";", texts_of_hidden=False).decode("utf-8-sig"),
        "markdown": markdown.render(view),
        "json": as_json.render(view).decode(),
    }


@dataclass(frozen=True)
class Told:
    """A made dialogue, what its rows hold, and what its summary says in every form."""

    room: Hall
    truth: Held
    view: SummaryView
    forms: dict[str, str]


@pytest.fixture(scope="module", params=SHAPES)
def told(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Told]:
    with based(f"sqlite:///{tmp_path_factory.mktemp('made') / 'made.sqlite3'}") as base:
        room = made(base, request.param)
        view = room.base.read(summary.build, room.id, "da")
        yield Told(room, held(room), view, every_form(room, view))


def test_every_form_holds_the_cards_on_show_and_no_others(told: Told) -> None:
    truth, view = told.truth, told.view
    wanted = {text.split()[0] for text in truth.shown.values()}
    for form, text in told.forms.items():
        assert set(words_of(text)) == wanted, form
        assert [word for word in truth.secret if word in text] == [], form
    assert {card.number: card.first for card in view.cards} == truth.shown
    assert sum(len(theme.cards) for theme in view.themes) + len(view.unplaced) == view.shown == len(truth.shown)


def test_themes_hold_the_same_cards_in_the_same_order_in_every_form(told: Told) -> None:
    view = told.view
    piles = [*(theme.cards for theme in view.themes), view.unplaced]
    order = [card.first.split()[0] for pile in piles for card in pile]
    paragraphs = word.Document(io.BytesIO(docx.render(view))).paragraphs  # the tables of votes stand apart from them
    assert words_of(told.forms["markdown"])[: len(order)] == order  # the votes stand after the themes
    for text in (told.forms["page"], " ".join(each.text for each in paragraphs)):
        assert (words_of(text)[-len(order) :] if order else words_of(text)) == order
    board = told.room.read(themes.view)
    assert [[card.number for card in pile.cards] for pile in board if pile.cards] == [
        [card.number for card in pile] for pile in piles if pile
    ]


def test_votes_are_counted_alike_everywhere(told: Told) -> None:
    truth, view = told.truth, told.view
    counted = [
        {row.card.number: (row.total, row.voters) for row in vote.results if row.voters}
        for vote in view.votes
        if not vote.open
    ]
    assert counted == truth.scores
    total: Counter[int] = Counter()
    for vote in view.votes:
        for row in vote.results:
            total[row.card.number] += row.total - row.against
    text = told.forms["csv"]
    rows = {
        int(row["number"]): row["dots"].removeprefix("'") for row in sheets.DictReader(io.StringIO(text), delimiter=";")
    }
    assert {number: int(dots) for number, dots in rows.items() if dots} == dict(total)
    document = json.loads(told.forms["json"])
    assert [[row["total"] for row in vote["results"]] for vote in document["votes"]] == [
        [row.total for row in vote.results] for vote in view.votes
    ]
    paper = "".join(told.forms["pdf"].split())
    for vote in view.votes:
        for row in vote.results:
            figures = [row.voters, row.against, row.passed] if vote.form == "stance" else [row.total, row.voters]
            assert "".join([f"nr.{row.card.number}", *map(str, figures)]) in paper


def test_no_role_of_fewer_than_five_is_shown_or_can_be_worked_out(told: Told) -> None:
    truth, view = told.truth, told.view
    people = sum(truth.people.values())
    shown = {group.name: group.count for group in view.groups}
    assert view.people == people
    assert all(count >= 5 for count in shown.values()) or people < 5 or list(shown.values()) == [people]
    rest = people - sum(shown.values())
    assert rest == 0 or rest >= 5 or not shown
    for name, count in shown.items():
        assert count in (truth.people[name], people - sum(each for other, each in shown.items() if other != name))
    for profile in view.profiles:
        for row in profile.rows:
            assert all(line.n >= 5 for line in row.lines)
            assert not row.lines or row.n - sum(line.n for line in row.lines) in (0, *range(5, 100))


def test_what_is_exported_and_brought_in_again_says_the_same(told: Told) -> None:
    made_again = told.room.base.do(restoring.restore, restoring.read(told.forms["json"].encode()), 90)
    again = told.room.base.read(summary.build, made_again, "da")
    moments = ("made_at", "status")
    assert {name: value for name, value in asdict(again).items() if name not in moments} == {
        name: value for name, value in asdict(told.view).items() if name not in moments
    }
    third = told.room.base.do(restoring.restore, restoring.read(as_json.render(again)), 90)
    assert replace(told.room.base.read(summary.build, third, "da"), made_at=again.made_at, status="") == replace(
        again, status=""
    )


def test_a_file_with_one_bad_card_brings_in_nothing(told: Told) -> None:
    document = json.loads(told.forms["json"])
    bad = {"number": 900, "kind": "advice", "kind_name": "", "first": "æ" * 281, "second": "", "second_label": ""}
    before = told.room.base.read(dialogues.all_of)
    for change in ({}, {"first": ""}, {"first": "god", "kind": "dance"}):
        document["unplaced"] = [bad | {"theme": ""} | change]
        view = restoring.read(json.dumps(document).encode())
        with pytest.raises(errors.FileWrong) as wrong:
            told.room.base.do(restoring.restore, view, 90)
        assert "900" in str(wrong.value.values["where"])
    assert told.room.base.read(dialogues.all_of) == before
