"""Markdown: the figures of the summary, and texts that are the same once a reader has undone the escapes."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import markdown
from app.documents.summary import SummaryView
from app.domain import texts
from tests.documents.room import HOSTILE, NOT_SHOWN, WITHDRAWN

HARMLESS = re.compile(r"\\[\\`*_{}\[\]#.\-+)]|&(?:amp|lt|gt|#\d+);")
MARKUP = re.compile(r"[\\`*_{}\[\]#<>&|~@$^=]|\w\.\w|\S:\S|^(?:[-+:]|\d+[.)])", re.MULTILINE)


def markup(text: str) -> list[str]:
    """What a reader could take for markup, once all that is escaped is looked away from."""
    return MARKUP.findall(HARMLESS.sub("§", text))


def undone(text: str) -> str:
    """What a reader shows: escapes and entities undone, hard line breaks kept."""
    return html.unescape(re.sub(r"\\([\\`*_{}\[\]#.\-+)])", r"\1", text.replace("  \n", "\n")))


def cards(page: str) -> dict[int, list[str]]:
    """The fields of every card, by number, as a reader would show them."""
    found: dict[int, list[str]] = {}
    for number, block in re.findall(r"^\*\*(\d+)\*\* · .+\n\n((?:>.*\n)+)", page, re.MULTILINE):
        lines = re.sub(r"^> ?", "", block, flags=re.MULTILINE)
        fields = re.split(r"\n\n\*[^*\n]+\*\n\n", lines.rstrip("\n"))
        found[int(number)] = [undone(field) for field in fields]
    return found


def test_markdown_holds_every_card_on_show_word_for_word(view: SummaryView) -> None:
    assert cards(markdown.render(view)) == {
        card.number: [card.first, card.second] if card.second else [card.first] for card in view.cards
    }


def test_markdown_gives_the_figures_of_the_summary(view: SummaryView) -> None:
    page = markdown.render(view)
    sizes = re.findall(r"^- (.+): (\d+)$", page, re.MULTILINE)
    assert [(undone(name), int(count)) for name, count in sizes] == [
        *((group.name, group.count) for group in view.groups),
        *((theme.label, len(theme.cards)) for theme in view.themes),
        (sizes[len(view.groups) + len(view.themes)][0], len(view.unplaced)),
        *((row.reason, row.count) for row in view.reasons),
    ]
    results = re.findall(r"^\d+\. \*\*(.+?)\*\* · .+ · \D+(\d+)$", page, re.MULTILINE)
    assert [([int(figure) for figure in re.findall(r"\d+", said)], int(number)) for said, number in results] == [
        ([row.total, row.voters] if vote.form == "dots" else [row.voters, row.against, row.passed], row.card.number)
        for vote in view.votes
        for row in vote.results
    ]
    assert [
        said
        for said in (view.lead, view.left_out, view.status, *(vote.turnout for vote in view.votes))
        if said not in page
    ] == []
    assert len(re.findall(r"^\| ", page, re.MULTILINE)) == len(view.steps) + 2


def test_markdown_keeps_back_what_is_not_shown(view: SummaryView) -> None:
    page = markdown.render(view)
    assert [text for text in (*NOT_SHOWN, WITHDRAWN) if text in page] == []


@pytest.mark.parametrize(
    "text", [*(texts.clean(text) for text in HOSTILE), "a@b.dk", "1) x\n2. y\n: z", "---\n***\n___"]
)
def test_markdown_makes_no_markup_of_texts(text: str) -> None:
    assert markup(markdown.literal(text)) == []
    assert undone(markdown.literal(text)) == text


@settings(deadline=None)
@given(st.text(alphabet="ab æ1.-+*_#`[]()<>&|~@$^=:!\\/\n", max_size=60).map(texts.clean))
def test_markdown_escapes_whatever_is_written(text: str) -> None:
    assert markup(markdown.literal(text)) == []
    assert undone(markdown.literal(text)) == text
    assert all(line.startswith(">") for line in markdown.quoted(text).split("\n"))


def test_markdown_of_nothing_is_whole(blank: SummaryView) -> None:
    page = markdown.render(blank)
    assert page.count("\n# ") == 1
    assert blank.lead in page
    assert cards(page) == {}


def test_markdown_keeps_line_breaks_in_one_line_places(view: SummaryView) -> None:
    page = markdown.render(replace(view, title="en\nto"))
    assert "\n# en / to\n" in page
