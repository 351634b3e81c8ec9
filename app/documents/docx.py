"""The summary as a Word file: real headings, tables with heads that repeat, a language, bars with their numbers.

What people wrote is text: no field, no link. Control characters that XML cannot hold are left out.
"""

import re
from io import BytesIO
from typing import Any

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app import language
from app.documents import blocks, sentences
from app.documents.blocks import Bars, Block, Heading, Prose, Quotes, Table
from app.documents.summary import SummaryView

_UNFIT = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]")


def render(view: SummaryView) -> bytes:
    """The whole summary as a .docx file."""
    with language.speaking(view.language):
        document = docx.Document()
        _prepare(document, view)
        for block in blocks.of(view):
            _put(document, block)
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def clean(text: str) -> str:
    """A text as an office file can hold it."""
    return _UNFIT.sub("", text)


def _prepare(document: Any, view: SummaryView) -> None:
    """Page, title, language and the style of running text."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(24)
    properties = document.core_properties
    properties.title, properties.language = clean(view.title), view.language
    properties.author, properties.comments = "Tovholder", clean(view.status)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(11)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), "da-DK" if view.language == "da" else "en-GB")
    style.element.get_or_add_rPr().append(spoken)


def _put(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(clean(block.text), level=block.level)
    elif isinstance(block, Prose):
        document.add_paragraph(clean(block.text))
    elif isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Quotes):
        _quotes(document, block)
    elif isinstance(block, Bars):
        _bars(document, block)


def _table(document: Any, block: Table) -> None:
    """A grid whose first row is a head that is said again on every page."""
    table = document.add_table(rows=1, cols=len(block.head), style="Light Grid Accent 1")
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        cell.text = clean(text)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in block.rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = clean(language.number(value) if isinstance(value, float) else str(value))
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), clean(block.title))
    table._tbl.tblPr.append(caption)
    document.add_paragraph()


def _bars(document: Any, block: Bars) -> None:
    """Bars of letters, so that they print anywhere; the table below says the same in numbers."""
    most = max((value for _, values in block.series for value in values), default=0) or 1
    for at, label in enumerate(block.labels):
        line = document.add_paragraph(style="List Bullet")
        line.add_run(clean(label) + " ")
        for name, values in block.series:
            bar = line.add_run("█" * round(24 * values[at] / most))
            bar.font.size = Pt(7)
            number = line.add_run(f" {language.number(values[at])} {name} ")
            number.bold = True


def _quotes(document: Any, block: Quotes) -> None:
    for card in block.cards:
        line = document.add_paragraph(style="Quote")
        number = line.add_run(f"{card.number}  ")
        number.bold = True
        line.add_run(clean(card.first))
        if card.second:
            line.add_run(f"\n{clean(card.second_label)} ").italic = True
            line.add_run(clean(card.second))
        if card.same_as:
            line.add_run(f" ({sentences.same_as(card.same_as)})").font.highlight_color = WD_COLOR_INDEX.GRAY_25
