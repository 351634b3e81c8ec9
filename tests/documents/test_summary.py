"""The read model behind page and files: the board's figures, and nobody's name."""

import json
from dataclasses import FrozenInstanceError, asdict, replace
from datetime import date, time, timedelta

import pytest
from sqlmodel import select

from app import errors, language
from app.documents import summary
from app.documents.summary import SummaryView
from app.domain import agenda, participants, themes, votes
from app.models import Card, Participant
from app.settings import SMALLEST_GROUP
from tests.documents.room import HOSTILE, MANDATE, NOT_SHOWN, PLAIN, WITHDRAWN, Room


def test_summary_counts_what_the_board_counts(room: Room, view: SummaryView) -> None:
    with room.reader() as session, language.speaking(view.language):
        *placed, pile = themes.view(session, room.id)
        assert [(theme.label, [card.number for card in theme.cards]) for theme in view.themes] == [
            (theme.label, [card.number for card in theme.cards]) for theme in placed
        ]
        assert [card.number for card in view.unplaced] == [card.number for card in pile.cards]
        assert list(view.groups) == participants.groups(session, room.id)
        assert view.people == participants.count(session, room.id)
        opened = [step for step in agenda.steps(session, room.id) if step.kind == "vote" and step.opened_at]
        tallies = [votes.tally(session, step) for step in opened]
    assert [(vote.here, vote.voted, vote.abstained) for vote in view.votes] == [
        (tally.here, tally.voted, tally.abstained) for tally in tallies
    ]
    assert [[figures(row) for row in vote.results] for vote in view.votes] == [
        [figures(row) for row in tally.results] for tally in tallies
    ]


def figures(row: summary.ResultView | votes.ResultView) -> tuple[int, ...]:
    return row.card.number, row.total, row.voters, row.against, row.passed


def test_summary_holds_the_room_as_it_was_made(view: SummaryView) -> None:
    assert (view.shown, view.waiting, view.hidden) == (25, 1, 2)
    assert [(row.reason, row.count) for row in view.reasons] == [("Hård tone", 1), ("Nævner en person", 1)]
    assert [(theme.label, len(theme.cards)) for theme in view.themes] == [
        ("=Magt & <tillid>", 8), ("Tid og hænder", 5), ("Råd", 3),
    ]  # fmt: skip
    assert [vote.open for vote in view.votes] == [True, False, False]
    assert view.votes[0].results == ()
    assert [(row.card.first, row.total, row.voters) for row in view.votes[1].results] == [
        ("Råd om Afstem forventninger tidligt", 18, 12),
        ("Råd om Tid til at mødes", 18, 9),
        ("Råd om Inviter ikke. Bank på.", 0, 0),
    ]
    assert [(row.voters, row.against, row.passed) for row in view.votes[2].results[:2]] == [(6, 0, 2), (0, 8, 0)]
    assert [(pact.who, pact.status) for pact in view.pacts] == [
        ("Kommunen, 1. juni", {"da": "ved ikke", "en": "not known"}[view.language])
    ]
    assert [promise.text for promise in view.mandate] == [*MANDATE.values(), ""]
    assert (view.follow_up, view.event_date, view.draft) == (MANDATE["mandate_hear_back"], date(2027, 4, 16), True)


def test_summary_keeps_texts_word_for_word(view: SummaryView) -> None:
    written = [*HOSTILE[:12], '"citat"; med, skilletegn og | rør \\ skråstreg', HOSTILE[13]]
    written += ["omvendt og xxxxxx-xxxx", HOSTILE[15]]
    assert [card.first for card in view.questions] == written
    assert [card.first for card in view.cards if card.kind == "barrier"] == list(PLAIN)
    assert {card.number for card in view.cards} == {card.number for theme in view.themes for card in theme.cards} | {
        card.number for card in view.unplaced
    }


def test_summary_points_nobody_out(room: Room, view: SummaryView) -> None:
    said = json.dumps(asdict(view), default=str, ensure_ascii=False)
    with room.reader() as session:
        codes = [row.return_code for row in session.exec(select(Participant)).all()]
        keys = [row.key for row in session.exec(select(Card)).all()]
    assert [secret for secret in (*codes, *keys, *NOT_SHOWN, WITHDRAWN) if secret in said] == []
    assert "participant" not in said
    assert [group.count for group in view.groups if group.count < SMALLEST_GROUP] == []


def test_summary_tells_the_day_as_it_ran(view: SummaryView) -> None:
    ran = [step for step in view.steps if step.opened]
    assert [step.cards for step in ran if step.kind == "collect"] == [16, 5, 3, 1]
    assert sum(step.cards for step in view.steps) == view.shown
    assert view.steps[2].planned == time(9, 45)
    on = next(step for step in ran if step.closed is None)
    assert (on.kind, on.minutes) == ("vote", None)
    assert all(step.minutes is not None and "–" in step.ran for step in ran if step is not on)
    assert [step.ran for step in view.steps if step.opened is None] == [""] * (len(view.steps) - len(ran))


def test_summary_of_nothing_is_whole(blank: SummaryView) -> None:
    assert (blank.people, blank.shown, blank.waiting, blank.hidden) == (0, 0, 0, 0)
    assert (blank.cards, blank.themes, blank.votes, blank.groups, blank.left_out) == ((), (), (), (), "")
    assert blank.draft


def test_summary_is_frozen(view: SummaryView) -> None:
    with pytest.raises(FrozenInstanceError):
        view.shown = 0  # type: ignore[misc]


def test_summary_of_a_dialogue_that_is_gone_says_so(room: Room) -> None:
    with room.reader() as session, pytest.raises(errors.NotFound):
        summary.build(session, room.id + 1, "da")


def test_summary_speaks_the_language_asked_for(room: Room) -> None:
    with room.reader() as session:
        danish, english = (summary.build(session, room.id, spoken) for spoken in ("da", "en"))
    assert [step.title for step in danish.steps[:3]] == ["Ankomst", "Velkommen", "Oplæg"]
    assert [step.title for step in english.steps[:3]] == ["Arrival", "Welcome", "Talk"]
    assert english.lead == "18 people took part. 25 cards can be read here."
    assert english.left_out == "1 card waits for the facilitator. 2 cards are hidden."
    assert english.votes[1].turnout == "12 of 18 have voted. 1 person skipped the vote."
    assert danish.language == "da"
    assert english.made_at - danish.made_at < timedelta(minutes=1)
    assert replace(english, language="da").cards == english.cards
