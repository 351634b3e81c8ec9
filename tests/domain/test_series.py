"""A series shows what was said and what came of it, warns when nothing is ever carried out, and writers are told."""

from datetime import date

import pytest

from app import errors
from app.domain import agenda, agreements, cards, carrying, dialogues, series, traces
from app.models import Lift
from tests.domain import hall
from tests.domain.hall import Hall
from tests.domain.test_carrying import keys, mark_all
from tests.domain.test_carrying import series as two


def shown(base, first: Hall) -> series.SeriesView:
    return base.read(series.view, first.dialogue.series_id)


def test_a_series_that_only_develops_is_told_so(base):
    first, later = two(base)
    first.do(agenda.end)
    assert not shown(base, first).only_develops
    later.do(dialogues.add_step, {"kind": "present", "title_da": "Velkommen"})
    later.do(dialogues.prepare, hall.preparation())
    later.do(agenda.begin)
    later.do(agenda.end)
    assert shown(base, first).only_develops
    later.do(series.set_phase, "carry_out")
    assert not shown(base, first).only_develops
    with pytest.raises(errors.Unreadable):
        later.do(series.set_phase, "celebrate")


def test_a_chapter_counts_what_was_said_and_what_went_on(base):
    first, later = two(base)
    first.write("Vi ringer til dem", second="Kommunen", kind="agreement")
    mark_all(first)
    base.do(carrying.carry, first.id, later.id, keys(first, "concept", "product", "advice"))
    [chapter, _] = shown(base, first).chapters
    assert (chapter.people, chapter.cards, chapter.onward, chapter.statuses) == (3, 7, 5, {"unknown": 1})
    base.do(agreements.tell, chapter.agreements[0].id, "done", "")
    assert shown(base, first).chapters[0].statuses == {"done": 1}


def test_a_follow_up_is_a_date_or_a_sentence_why_not(base):
    first, _ = two(base)
    first.do(series.set_follow_up, None, "Vi er færdige med emnet")
    assert (first.dialogue.follow_up_on, first.dialogue.follow_up) == (None, "Vi er færdige med emnet")
    first.do(series.set_follow_up, date(2027, 3, 1), "Vi er færdige med emnet")
    assert (first.dialogue.follow_up_on, first.dialogue.follow_up) == (date(2027, 3, 1), "")


def test_a_writer_is_told_what_became_of_the_card_and_nobody_elses(base):
    first, ballot, ids = hall.voting(base, people=3, options=2)
    first.cast(ballot, {ids[0]: 2}, by=first.people[1])
    me, other = first.people[0], first.people[1]
    assert base.read(traces.of, me, ids) == {}
    first.close(ballot)
    assert base.read(traces.of, me, ids) == {
        ids[0]: (traces.TraceView("voted", "Prikker", 2, form="dots"),),
        ids[1]: (traces.TraceView("voted", "Prikker", 0, form="dots"),),
    }
    assert base.read(traces.of, other, ids) == {}


def test_a_writer_is_told_where_the_card_went_and_that_it_was_done(base):
    first, later = two(base)
    agreed = first.write("Vi ringer til dem", second="Kommunen", kind="agreement").card_id
    mark_all(first)
    base.do(carrying.carry, first.id, later.id, keys(first, "agreement", "concept"))
    base.do(agreements.tell, first.read(agreements.all_of)[0].id, "under_way", "")
    concept, asked = (
        next(card.id for card in first.read(cards.shown) if card.kind == kind) for kind in ("concept", "question")
    )
    base.do(lambda tx: tx.session.add(Lift(card_id=asked, participant_id=first.people[1].id, dialogue_id=first.id)))
    assert base.read(traces.of, first.people[0], [agreed, concept, asked]) == {
        agreed: (traces.TraceView("status", status="under_way"),),
        concept: (traces.TraceView("onward", "Konferencen"),),
        asked: (traces.TraceView("lifted", number=1),),
    }
