"""The summary as slides, 16:9: one idea a slide, charts that can be edited, the cards in the notes."""

from io import BytesIO
from typing import Any

import pptx
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.util import Emu, Pt

from app import language
from app.documents import blocks
from app.documents.blocks import Bars, Heading, Prose, Quotes, Table
from app.documents.docx import clean
from app.documents.summary import SummaryView

_WIDE, _TALL = Emu(12192000), Emu(6858000)
_EDGE = Emu(560000)
_ROWS = 9  # of a table on one slide
_LETTERS = 90  # of a label beside a bar
_TITLE_ONLY, _TITLE = 5, 0  # layouts of the plain template


def render(view: SummaryView) -> bytes:
    """The whole summary as a .pptx file."""
    with language.speaking(view.language):
        show = pptx.Presentation()
        show.slide_width, show.slide_height = _WIDE, _TALL
        show.core_properties.title, show.core_properties.language = clean(view.title), view.language
        slides = _Slides(show)
        for block in blocks.of(view):
            slides.put(block)
        slides.end()
        out = BytesIO()
        show.save(out)
    return out.getvalue()


class _Slides:
    """Slides being made. What is said under a heading goes to the notes of its first chart or table, or has a slide."""

    def __init__(self, show: Any) -> None:
        self._show = show
        self._heading = ""
        self._said: list[str] = []
        self._slide: Any = None
        self._shown = True  # whether what was said under the heading stands anywhere

    def put(self, block: blocks.Block) -> None:
        if isinstance(block, Heading):
            self.end()
            self._heading, self._said, self._shown = block.text, [], False
            if block.level == 1:
                self._new(_TITLE).shapes.title.top = Emu(1500000)
        elif isinstance(block, Prose):
            self._said.append(block.text)
        elif isinstance(block, Bars):
            self._chart(block)
        elif isinstance(block, Table):
            for first in range(0, len(block.rows), _ROWS):
                self._table(block, block.rows[first : first + _ROWS])
        elif isinstance(block, Quotes):
            self._cards(block)

    def end(self) -> None:
        """Let what was said and stands nowhere yet stand: under the title, or on a slide of its own."""
        if self._shown or not self._said:
            return
        if len(self._show.slides) == 1:
            body = self._slide.placeholders[1]
            body.left, body.top, body.width, body.height = _EDGE, Emu(2700000), _WIDE - 2 * _EDGE, Emu(3400000)
            body.text = clean("\n".join(self._said))
            for line in body.text_frame.paragraphs:
                line.font.size = Pt(18)
        else:
            box = self._new(_TITLE_ONLY).shapes.add_textbox(_EDGE, Emu(1400000), _WIDE - 2 * _EDGE, Emu(4800000))
            box.text_frame.word_wrap = True
            box.text_frame.text = clean("\n".join(self._said))
            box.text_frame.paragraphs[0].font.size = Pt(20)
        self._shown = True

    def _new(self, layout: int) -> Any:
        self._slide = self._show.slides.add_slide(self._show.slide_layouts[layout])
        title = self._slide.shapes.title
        title.left, title.top, title.width, title.height = _EDGE, Emu(300000), _WIDE - 2 * _EDGE, Emu(900000)
        title.text = clean(self._heading)
        title.text_frame.word_wrap = True
        title.text_frame.paragraphs[0].font.size = Pt(30)
        return self._slide

    def _chart(self, block: Bars) -> None:
        slide = self._new(_TITLE_ONLY)
        data = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = [clean(label)[:_LETTERS] for label in reversed(block.labels)]
        for name, values in block.series:
            data.add_series(clean(name), list(reversed(values)))  # type: ignore[no-untyped-call]
        frame = slide.shapes.add_chart(
            XL_CHART_TYPE.BAR_CLUSTERED, _EDGE, Emu(1300000), _WIDE - 2 * _EDGE, Emu(5200000), data
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(f"{block.title}: {_told(block)}"))
        chart = frame.chart
        chart.has_legend = len(block.series) > 1
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.value_axis.minimum_scale = 0
        chart.plots[0].has_data_labels = True
        chart.plots[0].gap_width = 60
        chart.font.size = Pt(14)
        self._tell()

    def _table(self, block: Table, rows: tuple[tuple[blocks.Cell, ...], ...]) -> None:
        slide = self._new(_TITLE_ONLY)
        shape = slide.shapes.add_table(
            len(rows) + 1, len(block.head), _EDGE, Emu(1300000), _WIDE - 2 * _EDGE, Emu(400000 * (len(rows) + 1))
        )
        shape._element.nvGraphicFramePr.cNvPr.set("descr", clean(block.title))
        for at, line in enumerate((block.head, *rows)):
            for column, value in enumerate(line):
                cell = shape.table.cell(at, column)
                cell.text = clean(language.number(value) if isinstance(value, float) else str(value))
                cell.text_frame.paragraphs[0].font.size = Pt(13)
        self._tell()

    def _cards(self, block: Quotes) -> None:
        """The first three on the slide, all of them in its notes."""
        slide = self._new(_TITLE_ONLY)
        box = slide.shapes.add_textbox(_EDGE, Emu(1400000), _WIDE - 2 * _EDGE, Emu(4800000)).text_frame
        box.word_wrap = True
        for at, card in enumerate(block.cards[:3]):
            line = box.paragraphs[0] if at == 0 else box.add_paragraph()
            line.text = clean(card.first)
            line.font.size, line.space_after = Pt(24 if len(card.first) < 160 else 18), Pt(18)
        self._note("\n".join(f"{card.number}  {card.first} {card.second}".strip() for card in block.cards))

    def _tell(self) -> None:
        if not self._shown:
            self._note(" ".join(self._said))
            self._shown = True

    def _note(self, text: str) -> None:
        if text:
            self._slide.notes_slide.notes_text_frame.text = clean(text)


def _told(block: Bars) -> str:
    """The chart in words, for those who hear it."""
    return "; ".join(
        f"{label}: " + ", ".join(f"{language.number(values[at])} {name}" for name, values in block.series)
        for at, label in enumerate(block.labels)
    )
