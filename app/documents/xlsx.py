"""The summary as a workbook: a sheet each for the overview, cards, votes, answers and who was here.

Every text is written as text: nothing that people wrote is ever a formula or a link. A cell holds 32,767 characters,
which no card reaches.
"""

from io import BytesIO
from typing import Any

import xlsxwriter

from app import language
from app.documents import blocks
from app.documents.blocks import Bars, Cell, Heading, Prose, Table
from app.documents.docx import clean
from app.documents.summary import SummaryView
from app.language import N_, gettext

_SHEET = 31  # letters that the name of a sheet may have
_TEXTS = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)


def render(view: SummaryView) -> bytes:
    """The whole summary as an .xlsx file."""
    out = BytesIO()
    with language.speaking(view.language):
        book = xlsxwriter.Workbook(out, {"in_memory": True, **_TEXTS})
        book.set_properties({"title": clean(view.title), "comments": clean(view.status), "author": "Tovholder"})
        pen = _Pen(book)
        _overview(pen, view)
        _cards(pen, view)
        _tables(pen, view)
        book.close()
    return out.getvalue()


class _Pen:
    """A workbook with its few formats, and how a sheet looks."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._names: set[str] = set()

    def sheet(self, name: str, widths: tuple[int, ...]) -> Any:
        """A sheet that prints on pages of A4, one page wide."""
        plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in clean(name)).strip()[:_SHEET] or "-"
        number = 2
        while plain.casefold() in self._names:
            plain = f"{plain[: _SHEET - 4]} ({number})"
            number += 1
        self._names.add(plain.casefold())
        sheet = self._book.add_worksheet(plain)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def title(self, sheet: Any, row: int, text: str) -> None:
        sheet.write_string(row, 0, clean(text), self._title)

    def line(self, sheet: Any, row: int, cells: tuple[Cell, ...], head: bool = False) -> None:
        for column, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(row, column, clean(value), self._head if head else self._text)
            else:
                sheet.write_number(row, column, value, self._text)

    def chart(self, sheet: Any, name: str, first: int, last: int, columns: tuple[int, ...], at: str) -> None:
        """Bars from nought over the rows of a table."""
        chart = self._book.add_chart({"type": "bar"})
        for column in columns:
            chart.add_series(
                {
                    "name": [sheet.get_name(), first - 1, column],
                    "categories": [sheet.get_name(), first, 0, last, 0],
                    "values": [sheet.get_name(), first, column, last, column],
                }
            )
        chart.set_title({"name": clean(name)[:200], "overlay": False})
        chart.set_x_axis({"min": 0})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": len(columns) == 1})
        sheet.insert_chart(at, chart, {"description": clean(name)})


def _overview(pen: _Pen, view: SummaryView) -> None:
    sheet = pen.sheet(gettext("Summary"), (46, 60))
    pen.title(sheet, 0, view.title)
    lines = [(gettext("Series"), view.series), (gettext("The day"), _day(view)), ("", view.lead), ("", view.status)]
    lines += [(promise.label, promise.text) for promise in view.mandate if promise.text]
    if view.follow_up_on:
        lines.append((gettext("When we meet again"), view.follow_up_on))
    lines += [(group.name, str(group.count)) for group in view.groups]
    for row, (label, text) in enumerate(lines, start=2):
        pen.line(sheet, row, (label, text))


def _day(view: SummaryView) -> str:
    return language.day(view.event_date) if view.event_date is not None else ""


def _cards(pen: _Pen, view: SummaryView) -> None:
    """One row a card, with a head that stays and can filter."""
    sheet = pen.sheet(gettext("Cards"), (8, 16, 60, 40, 30, 12))
    head = tuple(map(gettext, (N_("No."), N_("Kind"), N_("Card"), N_("The other half"), N_("Theme"), N_("Same as"))))
    pen.line(sheet, 0, head, head=True)
    for row, card in enumerate(view.cards, start=1):
        same: Cell = card.same_as or ""
        pen.line(sheet, row, (card.number, card.kind_name, card.first, card.second, card.theme, same))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(view.cards)), len(head) - 1)
    sheet.repeat_rows(0)


def _tables(pen: _Pen, view: SummaryView) -> None:
    """A sheet for every table of the summary but that of cards, with its chart beside it."""
    heading, said, bars = "", "", None
    for block in blocks.of(view):
        if isinstance(block, Heading):
            heading, said, bars = block.text, "", None
        elif isinstance(block, Prose):
            said = block.text
        elif isinstance(block, Bars):
            bars = block
        elif isinstance(block, Table):
            sheet = pen.sheet(heading, (50, *([16] * (len(block.head) - 1))))
            pen.title(sheet, 0, heading)
            sheet.write_string(1, 0, clean(said))
            texts_first = _texts_first(block)
            pen.line(sheet, 3, texts_first.head, head=True)
            for row, cells in enumerate(texts_first.rows, start=4):
                pen.line(sheet, row, cells)
            sheet.freeze_panes(4, 1)
            sheet.repeat_rows(3)
            if bars is not None and block.rows:
                names = [name for name, _ in bars.series]
                columns = tuple(at for at, name in enumerate(texts_first.head) if name in names)
                pen.chart(sheet, heading, 4, 3 + len(block.rows), columns, f"B{len(block.rows) + 7}")
            bars = None


def _texts_first(block: Table) -> Table:
    """The same with a column of places after what they are places of: a chart takes its labels from the first."""
    if not block.rows or isinstance(block.rows[0][0], str):
        return block
    head = (block.head[1], block.head[0], *block.head[2:])
    return Table(block.title, head, tuple((row[1], row[0], *row[2:]) for row in block.rows))
