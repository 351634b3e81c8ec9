"""Word, PowerPoint, Excel and JSON: opened again, they hold every text as it was written and nothing that runs."""

import json
from io import BytesIO

import docx as word
import openpyxl
import pptx as slides
import pytest

from app.documents import docx, pptx, xlsx
from app.documents import json as as_json
from app.documents.summary import SummaryView
from tests.documents.room import NOT_SHOWN, WITHDRAWN


def cells(book) -> list:
    return [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]


def texts_of(view: SummaryView) -> list[str]:
    return [text for card in view.cards for text in (card.first, card.second) if text]


def flat(text: str) -> str:
    return " ".join(text.split())


def of_word(content: bytes) -> str:
    document = word.Document(BytesIO(content))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return flat(" ".join([*(paragraph.text for paragraph in document.paragraphs), *tables]))


def of_slides(content: bytes) -> str:
    show = slides.Presentation(BytesIO(content))
    told = [shape.text_frame.text for slide in show.slides for shape in slide.shapes if shape.has_text_frame]
    told += [slide.notes_slide.notes_text_frame.text for slide in show.slides if slide.has_notes_slide]
    return flat(" ".join(told))


def of_book(content: bytes) -> str:
    return flat(" ".join(str(cell.value) for cell in cells(openpyxl.load_workbook(BytesIO(content)))))


@pytest.mark.parametrize(("render", "read"), [(docx.render, of_word), (pptx.render, of_slides), (xlsx.render, of_book)])
def test_every_text_stands_in_the_file_and_nothing_that_is_not_shown(view: SummaryView, render, read) -> None:
    found = read(render(view))
    missing = [text for text in texts_of(view) if flat(docx.clean(text)) not in found]
    assert missing == []
    assert [text for text in (*NOT_SHOWN, WITHDRAWN) if text in found] == []
    assert view.title in found


def test_a_workbook_has_no_formula_and_no_link_and_a_head_that_stays(view: SummaryView) -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx.render(view)))
    found = cells(book)
    assert [cell.value for cell in found if cell.data_type == "f"] == []
    assert [cell.value for cell in found if cell.hyperlink is not None] == []
    sheet = book[book.sheetnames[1]]
    assert (sheet.freeze_panes, sheet.auto_filter.ref is not None) == ("A2", True)
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [card.number for card in view.cards]
    assert sum(len(each._charts) for each in book.worksheets) >= 2


def test_a_word_file_has_real_headings_a_language_and_heads_that_repeat(view: SummaryView) -> None:
    document = word.Document(BytesIO(docx.render(view)))
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")]
    assert styles[0] == "Heading 1"
    assert "Heading 3" in styles
    assert document.core_properties.language == view.language
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    assert "w:hyperlink" not in document.element.xml


def test_slides_are_wide_their_charts_can_be_edited_and_say_what_they_show(view: SummaryView) -> None:
    show = slides.Presentation(BytesIO(pptx.render(view)))
    assert round(show.slide_width / show.slide_height, 2) == 1.78
    charts = [shape for slide in show.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) >= 2
    assert [shape for shape in charts if not shape._element.nvGraphicFramePr.cNvPr.get("descr")] == []
    sizes = list(charts[0].chart.plots[0].series[0].values)
    assert sorted(sizes) == sorted([len(theme.cards) for theme in view.themes] + [len(view.unplaced)])
    assert [slide for slide in show.slides if not slide.shapes.title.text] == []


def test_json_holds_the_same_figures(view: SummaryView) -> None:
    told = json.loads(as_json.render(view))
    assert (told["tovholder"], told["shown"], told["people"]) == (as_json.VERSION, view.shown, view.people)
    assert [(card["number"], card["first"]) for card in told["cards"]] == [
        (card.number, card.first) for card in view.cards
    ]
    assert not {"participant", "author", "key"} & set(told["cards"][0])


def test_an_empty_dialogue_makes_every_file(blank: SummaryView) -> None:
    for render in (docx.render, pptx.render, xlsx.render, as_json.render):
        assert len(render(blank)) > 200
