"""The command `tovholder themes`: any list of short texts in, themes out, by the same means as the live board.

The result goes to standard output alone. The same texts in another order give the same themes.
"""

import argparse
import csv
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Small products on two threads wait for each other: the same work takes ten times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from app.analysis import embedding, labels, openings, placing, themes
from app.analysis.placing import Headings
from app.analysis.vectors import Vectors
from app.documents.csv import harmless
from app.domain import texts

log = logging.getLogger("tovholder")

NEAR = 0.25  # likeness to a heading's examples and words together, below which a text is not put under it
MOST = 20_000  # texts


class Unusable(Exception):
    """A file that cannot be read as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Theme:
    """`terms` tell it from the others, `typical` is the row nearest its middle; rows are counted from 0."""

    id: str
    label: str
    terms: list[str]
    typical: int | None
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Every row stands in one theme, or is not placed."""

    themes: list[Theme]
    unplaced: list[int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a CSV file with a line of column names")
    parser.add_argument("--column", default="text", help="the column with the texts; default text")
    parser.add_argument("--headings", type=Path, metavar="FILE", help="CSV with heading and text: known headings")
    parser.add_argument("--language", choices=("da", "en", "auto"), default="auto")
    parser.add_argument("--format", choices=("json", "csv", "table"), default="table")
    parser.add_argument("--model", default="", metavar="DIR", help="a folder with a sentence model of your own")


def main(arguments: argparse.Namespace) -> int:
    """Exit code 0: done. 2: a file cannot be read as asked, and one line says why."""
    try:
        rows = _column(arguments.file, arguments.column)
        known = _examples(arguments.headings) if arguments.headings else []
    except Unusable as why:
        log.error("%s", why)
        return 2
    language = None if arguments.language == "auto" else arguments.language
    found = grouped(rows, known, embedding.source(arguments.model, language))
    if arguments.format == "json":
        json.dump(asdict(found), sys.stdout, ensure_ascii=False)
        print()
    elif arguments.format == "csv":
        _as_csv(found, rows)
    else:
        _as_table(found, rows)
    return 0


def grouped(rows: Sequence[str], known: Sequence[tuple[str, str]], source: embedding.VectorSource) -> Grouping:
    """Themes of these texts. `known`: (heading, example) pairs, the example may be empty: these headings come first."""
    cleaned = [texts.clean(row) for row in rows]
    common = openings.shared(cleaned)
    vectors = source.encode([openings.without(row, common) for row in cleaned])
    first = _under_headings(vectors, known, source)
    loose = np.flatnonzero([row not in first for row in range(len(rows))])
    piles = _found(vectors[loose], loose)
    headings = list(dict.fromkeys(heading for heading, _ in known))
    own = {number: [rows[row] for row in pile] for number, pile in enumerate(piles)}
    placed = {row for pile in piles for row in pile} | set(first)
    unplaced = [row for row in range(len(rows)) if row not in placed]
    said = labels.labels(own, [rows[row] for row in [*first, *unplaced]], taken=headings)
    under = [[row for row, at in first.items() if at == number] for number in range(len(headings))]
    themes_found = [
        Theme(f"heading-{number + 1}", heading, [], _typical(pile, rows, vectors), pile)
        for number, (heading, pile) in enumerate(zip(headings, under, strict=True))
    ]
    themes_found += [
        Theme(
            f"theme-{number + 1}",
            said[number].heading,
            list(said[number].terms),
            _typical(pile, rows, vectors),
            pile,
        )
        for number, pile in enumerate(piles)
    ]
    return Grouping(themes_found, unplaced)


def _under_headings(
    vectors: Vectors, known: Sequence[tuple[str, str]], source: embedding.VectorSource
) -> dict[int, int]:
    """Row -> number of its heading, for the rows that are near one."""
    headings = list(dict.fromkeys(heading for heading, _ in known))
    if not headings or not vectors.count:
        return {}
    examples = [(headings.index(heading), text) for heading, text in known if text.strip()]
    choice = Headings(
        source.encode(headings),
        source.encode([text for _, text in examples]),
        np.array([number for number, _ in examples], dtype=np.int64),
    )
    best = placing.guesses(vectors, choice).argmax(axis=1)
    near = placing.nearness(vectors, choice).max(axis=1)
    return {row: int(best[row]) for row in range(vectors.count) if near[row] >= NEAR}


def _found(vectors: Vectors, rows: Any) -> list[list[int]]:
    """Rows in themes, the largest first."""
    plan = themes.tidy(themes.Board([themes.Card(row + 1) for row in range(vectors.count)]), vectors)
    piles: dict[int, list[int]] = {key: [] for key in plan.founded}
    for card, theme in plan.moves.items():
        if theme is not None:
            piles[theme].append(int(rows[card - 1]))
    return [sorted(pile) for pile in piles.values()]


def _typical(pile: list[int], rows: Sequence[str], vectors: Vectors) -> int | None:
    """The row nearest the middle; of rows that say the same to the machine, the first by alphabet."""
    order = sorted(pile, key=lambda row: rows[row])
    return order[themes.typical(range(len(order)), vectors[order])[0]] if order else None


# --- reading


def _column(file: Path, column: str) -> list[str]:
    names, rows = _table(file)
    if column not in names:
        raise Unusable(f"{file} has no column {column}; it has: {', '.join(names)} (choose one with --column)")
    if len(rows) > MOST:
        raise Unusable(f"{file} has {len(rows)} rows; {MOST} are the most that are grouped at once")
    return [row.get(column) or "" for row in rows]


def _examples(file: Path) -> list[tuple[str, str]]:
    names, rows = _table(file)
    if "heading" not in names:
        raise Unusable(f"{file} has no column heading; it has: {', '.join(names)}")
    pairs = [((row["heading"] or "").strip(), row.get("text") or "") for row in rows]
    return [pair for pair in pairs if pair[0]]


def _table(file: Path) -> tuple[list[str], list[dict[str, str | None]]]:
    """Column names and rows of a CSV file, whatever a spreadsheet puts between its columns."""
    try:
        written = file.read_bytes()
    except OSError as wrong:
        raise Unusable(f"{file} cannot be read: {wrong.strerror}") from wrong
    try:
        content = written.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Unusable(f"{file} is not in UTF-8; save it as CSV UTF-8 and try again") from wrong
    head = content.partition("\n")[0]
    separator = max((",", ";", "\t"), key=head.count)
    csv.field_size_limit(1 << 24)
    try:
        reader = csv.DictReader(io.StringIO(content.replace("\0", ""), newline=""), delimiter=separator)
        names = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = names
        rows = list(reader)
    except csv.Error as wrong:
        raise Unusable(f"{file} is not a CSV file: {wrong}") from wrong
    if not names:
        raise Unusable(f"{file} is empty")
    return names, rows


# --- writing


def _as_csv(found: Grouping, rows: Sequence[str]) -> None:
    """The rows with their theme, in their own order."""
    place = {row: theme for theme in found.themes for row in theme.rows}
    out = csv.writer(sys.stdout)
    out.writerow(["row", "theme", "label", "text"])
    for number, text in enumerate(rows):
        theme = place.get(number)
        out.writerow([number, theme.id if theme else "", harmless(theme.label if theme else ""), harmless(text)])


def _as_table(found: Grouping, rows: Sequence[str]) -> None:
    for theme in found.themes:
        print(f"{len(theme.rows):5}  {theme.label}")
        if theme.typical is not None:
            print(f"       {' '.join(rows[theme.typical].split())[:100]}")
    print(f"{len(found.unplaced):5}  -")
