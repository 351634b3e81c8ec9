"""Measures the themes against labelled texts: agreement, steadiness while cards arrive, and the track-2 scenario.

Run from the project's folder as `python -m tests.load.bench_themes [--seeds N]`; not part of the test run.
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # with two threads the small products wait for each other

import time

import numpy as np

from app.analysis import embedding, graph, labels
from tests.analysis import measures

SETS = ("da_xsid", "da_sib200", "en_xsid", "en_sib200", "en_banking77", "en_clinc150")


def agreement(source: embedding.VectorSource, seeds: int) -> None:
    print(f"{source.name}: ARI/NMI. communities = Leiden alone; themes = what the board shows, unplaced cards apart")
    print(f"{'set':14}{'n':>5}  communities  themes      unplaced  found/true")
    for name in SETS:
        rows = measures.labelled(name)
        for size in (40, 100, 300, 1000):
            lines = []
            for seed in range(1, seeds + 1):
                texts, truth = measures.sample(rows, size, seed)
                vectors = source.encode(texts)
                alone = graph.communities(graph.nearest(vectors)).tolist()
                shown = measures.grouped(vectors, len(texts))
                apart = measures.apart(shown)
                line = [measures.ari(truth, alone), measures.nmi(truth, alone)]
                line += [measures.ari(truth, apart), measures.nmi(truth, apart), shown.count(None) / len(shown)]
                line += [len(set(shown) - {None}), len(set(truth))]
                lines.append(line)
            a, b, c, d, e, found, true = np.mean(lines, axis=0)
            print(f"{name:14}{size:5}  {a:.2f}/{b:.2f}    {c:.2f}/{d:.2f}   {e:8.0%}  {found:.1f}/{true:.1f}")


def steadiness(source: embedding.VectorSource, seeds: int) -> None:
    print("\n200 cards one by one: share of earlier cards per arrival that left a theme / left the pool;")
    print("jumps = arrivals at which over a tenth left a theme; ARI at the end / when grouped at once")
    for name in SETS:
        lines = []
        for seed in range(1, seeds + 1):
            texts, truth = measures.sample(measures.labelled(name), 200, seed)
            vectors = source.encode(texts)
            filling = measures.filled(vectors, len(texts))
            once = measures.apart(measures.grouped(vectors, len(texts)))
            end = measures.ari(truth, measures.apart(filling.themes))
            lines.append([filling.changed, filling.settled, filling.jumps, end, measures.ari(truth, once)])
        a, b, c, d, e = np.mean(lines, axis=0)
        print(f"{name:14} changed {a:.2%}  settled {b:.2%}  jumps {c:.1%}  ARI {d:.2f} / {e:.2f}")


def scenario(source: embedding.VectorSource) -> None:
    cards = measures.scenario(2)
    texts, truth = [text for text, _ in cards], [theme for _, theme in cards]
    vectors = source.encode(texts)
    for name, shown in (
        ("at once", measures.grouped(vectors, len(texts))),
        ("one by one", measures.filled(vectors, len(texts)).themes),
    ):
        piles: dict[int | None, list[str]] = {}
        for text, theme in zip(texts, shown, strict=True):
            piles.setdefault(theme, []).append(text)
        rest = piles.pop(None, [])
        headings = [
            label.heading for label in labels.labels({key: pile for key, pile in piles.items() if key}, rest).values()
        ]
        print(f"\ntrack 2, {name}: {len(piles)} themes, {len(rest) / len(texts):.0%} unplaced, ", end="")
        print(f"ARI {measures.ari(truth, measures.apart(shown)):.2f}: {', '.join(headings)}")


def speed(source: embedding.VectorSource) -> None:
    texts = [text for name in ("da_sib200", "da_xsid", "en_xsid") for text, _ in measures.labelled(name)][:2000]
    start = time.perf_counter()
    vectors = source.encode(texts)
    read = time.perf_counter()
    measures.grouped(vectors, len(texts))
    print(f"\n{len(texts)} cards: read {read - start:.2f} s, grouped {time.perf_counter() - read:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    embedding.warm()
    source = embedding.LexicalVectors()
    agreement(source, seeds)
    steadiness(source, seeds)
    scenario(source)
    speed(source)


if __name__ == "__main__":
    main()
