"""PDF: the summary's figures in the text layer, tagged, without links; no text can stop the paper from being made."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.documents import pdf
from app.documents.stands import AnswerView, LineView, PactView, ProfileView
from app.documents.summary import CardView, SummaryView
from tests.documents.room import NOT_SHOWN, WITHDRAWN

# Meaningless on purpose: marks no font can place, a cluster typst panics on, private and unassigned signs.
NASTY = ("\u05de\u1ac2\u200d", "a\u1ab0b\\\u08dc", "\ue000 \U000f0000", "\u0378", "□ \u2603\ufe0f", "1\ufe0f\u20e3")


def text_of(packed: bytes) -> str:
    """The text layer without blanks: lines break where the paper ends, not where the writer did."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(packed)).pages).split())


def tight(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def paper(view: SummaryView) -> str:
    return text_of(pdf.render(view))


def readable(card: CardView) -> bool:
    return "😊" not in card.first  # whether signs from other fonts show depends on the machine


def test_pdf_holds_every_card_on_show_word_for_word(view: SummaryView, paper: str) -> None:
    fields = [field for card in view.cards if readable(card) for field in (card.first, card.second)]
    lacking = fields if "＝" in paper else [field.replace("＝", "□") for field in fields]  # no font here may have it
    assert [field for field in lacking if tight(field) not in paper] == []
    assert [text for text in (*NOT_SHOWN, WITHDRAWN) if tight(text) in paper] == []


def test_pdf_gives_the_figures_of_the_summary(view: SummaryView, paper: str) -> None:
    rows = [f"{theme.label}{len(theme.cards)}" for theme in view.themes]
    rows += [f"{group.name}{group.count}" for group in view.groups]
    rows += [f"{row.reason}{row.count}" for row in view.reasons]
    rows += [vote.turnout for vote in view.votes] + [vote.method for vote in view.votes]
    rows += [view.lead, view.left_out, view.status, *(promise.text for promise in view.mandate)]
    for vote in view.votes:
        for row in vote.results:
            figures = [row.total, row.voters] if vote.form == "dots" else [row.voters, row.against, row.passed]
            rows.append(f"{row.card.number}" + "".join(map(str, figures)))
    rows += [f"{step.title}·{step.kind_name}" for step in view.steps]
    assert [row for row in rows if tight(row) not in paper] == []


def test_pdf_is_tagged_and_speaks_its_language(view: SummaryView) -> None:
    reader = PdfReader(BytesIO(pdf.render(view)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == view.language
    assert reader.metadata is not None
    assert str(reader.metadata.title).endswith(view.title)
    assert [link for page in reader.pages for link in page.get("/Annots", [])] == []
    pages = len(reader.pages)
    footers = [tight(page.extract_text()) for page in reader.pages]
    word = {"da": "af", "en": "of"}[view.language]
    shown = [f"{at}{word}{pages}" in foot or f"{at}of{pages}" in foot for at, foot in enumerate(footers, start=1)]
    assert shown == [True] * pages


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler's pdfinfo is not installed")
def test_pdf_is_tagged_in_the_eyes_of_another_reader(view: SummaryView, tmp_path: Path) -> None:
    file = tmp_path / "summary.pdf"
    file.write_bytes(pdf.render(view))
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert [line.split()[-1] for line in told.splitlines() if line.startswith("Tagged")] == ["yes"]


def test_pdf_is_the_same_each_time(view: SummaryView) -> None:
    assert pdf.render(view) == pdf.render(view)


def with_texts(blank: SummaryView, *texts: str) -> SummaryView:
    cards = tuple(CardView(at, "advice", "Advice", text, "", "", "") for at, text in enumerate(texts, start=900))
    return replace(blank, unplaced=cards, shown=len(cards))


@pytest.mark.parametrize("blank", ["en"], indirect=True)
@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_pdf_is_made_whatever_is_written(blank: SummaryView, text: str) -> None:
    paper = text_of(pdf.render(with_texts(blank, "Før", text, "Efter")))
    assert paper.count("“Før”") == 1
    assert paper.count("“Efter”") == 1


@pytest.mark.parametrize("blank", ["en"], indirect=True)
def test_pdf_says_when_a_sign_cannot_be_shown(blank: SummaryView) -> None:
    whole = text_of(pdf.render(with_texts(blank, "Kun bogstaver")))
    lacking = text_of(pdf.render(with_texts(blank, "Et tegn \U000f0000 uden skrift")))
    assert whole.count("□") == 0
    assert lacking.count("Ettegn□udenskrift") == 2  # under its heading and in the register
    assert lacking.count("□") == 3  # and where it is explained


@pytest.mark.parametrize("blank", ["en"], indirect=True)
def test_pdf_wraps_a_word_as_long_as_a_card(blank: SummaryView) -> None:
    long = "Speciallægepraksisplanlægning" * 17
    packed = pdf.render(with_texts(blank, long, "ש" * 500))
    assert text_of(packed).count(long) == 2
    lines = [line for page in PdfReader(BytesIO(packed)).pages for line in page.extract_text().split("\n")]
    assert max(len(line) for line in lines if "praksis" in line) < 90


def test_pdf_of_nothing_is_one_page(blank: SummaryView) -> None:
    packed = pdf.render(blank)
    assert len(PdfReader(BytesIO(packed)).pages) == 1
    assert text_of(packed).count(tight(blank.lead)) == 1


def test_pdf_says_where_the_room_stands_and_who_promised_what(blank: SummaryView) -> None:
    lines = (LineView("Leder", 7, 4.0), LineView("Borger", 9, 1.7))
    answered = AnswerView("Vi begynder sammen <tidligt>", 16, 3, 2.75, (), lines, 2.3, True)
    poles = AnswerView("Frit initiativ – kommunal styring", 16, 0, 4.25, (), (), 0, False)
    counted = AnswerView("Sam-produktion", 6, 0, 0, (("bakker op", 4), ("gør ikke", 2)), (), 0, False)
    profiles = (
        ProfileView("Principper", "Hvor godt?", "1-5", False, "19 af 20 har svaret.", (answered,), "Før 2, nu 3."),
        ProfileView("Poler", "", "spectrum", False, "16 af 20 har svaret.", (poles,), ""),
        ProfileView("Holdning", "", "stance", False, "6 af 6 har svaret.", (counted,), ""),
        ProfileView("Senere", "", "1-5", True, "2 af 6 har svaret.", (), ""),
    )
    promise = PactView("Et fast møde", "Frivilligcentret", date(2027, 5, 1), "Sammen", "i gang", "Dato sat", 25)
    paper = text_of(pdf.render(replace(blank, profiles=profiles, pacts=(promise,), absent=("Forsker",))))
    mean = "2,75" if blank.language == "da" else "2.75"
    told = ("Leder4", "Vibegyndersammen<tidligt>", "Sam-produktion420", "Før2,nu3.", "Etfastmøde·", "Frivilligcentret")
    for said in (f"{mean}163", *told, "Datosat", "Forsker"):
        assert said in paper


def test_the_paper_for_a_board_is_one_tagged_page_with_the_figures_of_the_summary(view: SummaryView) -> None:
    packed = pdf.render(view, "board")
    reader = PdfReader(BytesIO(packed))
    assert len(reader.pages) == 1
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    paper = text_of(packed)
    best = [vote.results[0] for vote in view.votes if vote.results]
    for said in (view.lead, *(row.card.first for row in best), *(pact.what for pact in view.pacts)):
        assert tight(said) in paper
    assert [text for text in (*NOT_SHOWN, WITHDRAWN) if tight(text) in paper] == []


def test_the_paper_for_a_board_stays_on_one_page_whatever_there_is(view: SummaryView, blank: SummaryView) -> None:
    long = "Et ord " * 39
    votes = tuple(
        replace(vote, results=tuple(replace(row, card=replace(row.card, first=long)) for row in vote.results))
        for vote in view.votes
    )
    pacts = tuple(replace(view.pacts[0], what=long, who=long) for _ in range(12))
    much = replace(view, votes=votes, pacts=pacts, looking_back=long * 6)
    for each in (much, blank):
        assert len(PdfReader(BytesIO(pdf.render(each, "board"))).pages) == 1
