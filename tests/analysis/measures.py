"""How good a grouping is: samples of labelled texts, agreement with the labels, and a board that fills card by card.

The labelled texts lie outside the product, in `../shared/data`; without them the tests that need them are skipped.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.analysis import themes

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LABELS = {40: 5, 100: 8, 200: 9, 300: 10, 1000: 15}


def labelled(name: str) -> list[tuple[str, str]]:
    """(text, label) rows of one set."""
    path = DATA / "texts" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"needs the measuring texts: {path} is not there")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["text"], row["label"]) for row in rows]


def scenario(track: int) -> list[tuple[str, str]]:
    """(text, theme) of every card of a scenario, both fields of a card as one text."""
    path = DATA / f"scenario_track{track}.csv"
    if not path.exists():
        pytest.skip(f"needs the scenario: {path} is not there")
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (f"{row['text']}\n{row['second_pole_or_remedy']}".strip(), row["theme"]) for row in csv.DictReader(file)
        ]


def sample(rows: Sequence[tuple[str, str]], size: int, seed: int) -> tuple[list[str], list[str]]:
    """`size` texts of some labels drawn at random, in skewed numbers (the r-th label ~ r ** -0.7), shuffled."""
    chance = np.random.default_rng(seed)
    by_label: dict[str, list[str]] = {}
    for text, label in rows:
        by_label.setdefault(label, []).append(text)
    names = sorted(by_label)
    count = min(LABELS[size], len(names))
    chosen = [names[i] for i in chance.choice(len(names), count, replace=False)]
    weight = np.arange(1, count + 1) ** -0.7
    chance.shuffle(weight)
    held = np.array([len(by_label[name]) for name in chosen])
    taken = np.zeros(count, dtype=int)
    while taken.sum() < min(size, held.sum()):
        open_ = np.flatnonzero(taken < held)
        taken[open_[np.argmax(weight[open_] / (taken[open_] + 1))]] += 1
    pairs = [
        (by_label[name][i], name)
        for name, many in zip(chosen, taken, strict=True)
        for i in chance.choice(len(by_label[name]), many, replace=False)
    ]
    shuffled = [pairs[i] for i in chance.permutation(len(pairs))]
    return [text for text, _ in shuffled], [label for _, label in shuffled]


def _table(one: Sequence[object], other: Sequence[object]) -> np.ndarray:
    _, rows = np.unique(np.asarray(one), return_inverse=True)
    _, columns = np.unique(np.asarray(other), return_inverse=True)
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1)
    return table


def ari(truth: Sequence[object], found: Sequence[object]) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985)."""
    table = _table(truth, found)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns, total = pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), pairs(table.sum())
    expected, most = rows * columns / total, (rows + columns) / 2
    return 1.0 if most == expected else (pairs(table) - expected) / (most - expected)


def nmi(truth: Sequence[object], found: Sequence[object]) -> float:
    """Normalised mutual information, by the mean of the two entropies."""
    share = _table(truth, found)
    share /= share.sum()

    def entropy(parts: np.ndarray) -> float:
        parts = parts[parts > 0]
        return float(-(parts * np.log(parts)).sum())

    one, other = entropy(share.sum(axis=1)), entropy(share.sum(axis=0))
    return 1.0 if one + other == 0 else 2 * (one + other - entropy(share.ravel())) / (one + other)


def apart(placed: Sequence[int | None]) -> list[int]:
    """Theme keys with every unplaced card as a group of its own, for a fair comparison with labels."""
    return [10**6 + row if key is None else key for row, key in enumerate(placed)]


def grouped(vectors: object, count: int) -> list[int | None]:
    """The theme of each of `count` cards when all are there at once; None is not placed."""
    plan = themes.tidy(themes.Board([themes.Card(row + 1) for row in range(count)]), vectors)
    return [plan.moves.get(row + 1) for row in range(count)]


@dataclass
class Filling:
    """A board that fills card by card. Shares are per arrival, over the cards that were there before it."""

    themes: list[int | None]
    changed: float  # cards that left the theme they were in
    settled: float  # cards that left the pool
    jumps: float  # share of arrivals at which over a tenth left the theme they were in


def filled(vectors: object, count: int) -> Filling:
    """Cards 1 to `count` arrive in order; each is placed, and the board is tidied when it is due."""
    home: dict[int, int | None] = {}
    live: set[int] = set()
    born, tidied_at = 0, 0
    changed, settled = [], []
    for card in range(1, count + 1):
        before = dict(home)
        home[card] = None
        for tidying in (False, True):
            board = themes.Board([themes.Card(one, home[one]) for one in home], [themes.Theme(one) for one in live])
            if not tidying:
                plan = themes.place(board, vectors[:card], [card])
            elif themes.due(card, tidied_at):
                plan, tidied_at = themes.tidy(board, vectors[:card]), card
            else:
                break
            ids = {key: born + 1 + place for place, key in enumerate(plan.founded)}
            born += len(ids)
            live = live.union(ids.values()).difference(plan.retired)
            home |= {one: ids.get(theme, theme) for one, theme in plan.moves.items()}
        moved = [one for one in before if before[one] != home[one]]
        changed.append(sum(before[one] is not None for one in moved) / max(1, len(before)))
        settled.append(sum(before[one] is None for one in moved) / max(1, len(before)))
    return Filling(
        themes=[home[card] for card in range(1, count + 1)],
        changed=float(np.mean(changed)),
        settled=float(np.mean(settled)),
        jumps=float(np.mean([share > 0.1 for share in changed])),
    )
