"""The summary page: the same figures as the files, every text harmless and on its own."""

import html
import re

from app import language
from app.documents.summary import SummaryView
from app.web import render
from tests.documents.room import NOT_SHOWN, WITHDRAWN


def page(view: SummaryView) -> str:
    with language.speaking(view.language):
        return render.partial("summary/page.html", view=view, path="/dialogues/1/summary", settings=None)


def test_page_holds_every_card_on_show_word_for_word(view: SummaryView) -> None:
    drawn = page(view)
    found = re.findall(r'<li id="card-(\d+)">(.*?)</li>', drawn, re.DOTALL)
    texts = {int(number): re.findall(r"<bdi>(.*?)</bdi>", card, re.DOTALL) for number, card in found}
    assert {number: [html.unescape(text) for text in fields] for number, fields in texts.items()} == {
        card.number: [card.first, card.second] if card.second else [card.first] for card in view.cards
    }
    assert len(found) == view.shown
    assert [text for text in (*NOT_SHOWN, WITHDRAWN) if text in drawn] == []


def test_page_gives_the_figures_of_the_summary(view: SummaryView) -> None:
    drawn = page(view)
    sizes = re.findall(r'<dt>(?:<bdi>)?([^<]+)(?:</bdi>)?</dt><dd class="num">(\d+)</dd>', drawn)
    assert [(html.unescape(name), int(count)) for name, count in sizes] == [
        *((theme.label, len(theme.cards)) for theme in view.themes),
        (sizes[len(view.themes)][0], len(view.unplaced)),
        *((group.name, group.count) for group in view.groups),
        *((row.reason, row.count) for row in view.reasons),
    ]
    figures = [re.findall(r'data-name="[^"]+">(\d+)', row) for row in drawn.split("<tr ")[1:]]
    assert [list(map(int, row)) for row in figures if row] == [
        [row.total, row.voters] if vote.form == "dots" else [row.voters, row.against, row.passed]
        for vote in view.votes
        for row in vote.results
    ]
    assert [said for said in (view.lead, view.left_out, view.status) if said not in drawn] == []


def test_page_lets_no_text_become_markup(view: SummaryView) -> None:
    drawn = page(view)
    assert re.findall(r"<script|\son\w+=|\sstyle=|javascript:", drawn) == []
    assert re.findall(r'(?:href|src)="(?:https?:)?//', drawn) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn


def test_page_has_one_of_each_id(view: SummaryView) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page(view))
    assert sorted(set(ids)) == sorted(ids)


def test_page_of_nothing_is_whole(blank: SummaryView) -> None:
    drawn = page(blank)
    assert blank.lead in drawn
    assert re.findall(r'<li id="card-', drawn) == []
