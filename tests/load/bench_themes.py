"""Measures the themes against labelled texts: agreement, two languages on one board, steadiness while cards arrive, the
track-2 scenario with and without help, labels, time and memory.

Run from the project's folder as `python -m tests.load.bench_themes [--seeds N] [--json]`; not part of the test run. The
texts lie outside the product, in `../shared/data`. What it is held against stands in docs/themes.md.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # with two threads the small products wait for each other

import resource
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.analysis import embedding, gloss, graph, labels, placing, text, themes
from app.analysis.embedding import LexicalVectors, MeaningVectors, VectorSource
from app.analysis.placing import Headings
from app.analysis.sentences import SentenceModel
from tests.analysis import measures

SETS = ("da_sib200", "da_xsid", "en_sib200", "en_xsid", "en_banking77", "en_clinc150")
SIZES = (100, 300, 1000)
TAPS, RIGHT = 3, 0.7
CARRIED = {  # theme of track 1: the same in track 2, and its heading
    "tid_oekonomi": ("tid_ressourcer", "Tid og økonomi"),
    "deltagelse_lighed": ("ulighed_deltagelse", "Deltagelse og lighed"),
    "job_trivsel": ("job_afvikling", "Job og trivsel"),
    "roller_kompetencer": ("roller_kompetencer", "Roller og kompetencer"),
    "ansvar_styring": ("ansvar_styring", "Ansvar og styring"),
    "ledelse_organisering": ("ledelse_organisering", "Ledelse og organisering"),
}


class AsWritten(SentenceModel):
    """The model on the text as written: what the glosses are worth."""

    def __init__(self) -> None:
        super().__init__()
        self.english = False


def seeds_of(size: int, seeds: int) -> range:
    return range(1, (seeds if size < 1000 else min(seeds, 2)) + 1)


def agreement(sources: dict[str, VectorSource], seeds: int) -> dict[str, Any]:
    """ARI and NMI of the communities with the labels, and the error in their number."""
    found: dict[str, Any] = {}
    for name in SETS:
        rows = measures.labelled(name)
        place = {written: number for number, (written, _) in enumerate(rows)}
        for source_name, source in sources.items():
            vectors = source.encode([written for written, _ in rows])
            for size in SIZES:
                lines = []
                for seed in seeds_of(size, seeds):
                    texts, truth = measures.sample(rows, size, seed)
                    own = vectors[[place[written] for written in texts]]
                    group = graph.communities(graph.nearest(own)).tolist()
                    error = abs(len(set(group)) - len(set(truth))) / len(set(truth))
                    lines.append([measures.ari(truth, group), measures.nmi(truth, group), error])
                ari, nmi, error = np.mean(lines, axis=0)
                found.setdefault(name, {}).setdefault(size, {})[source_name] = {"ari": ari, "nmi": nmi, "error": error}
    return found


def coverage() -> dict[str, float]:
    """Share of the running words of each Danish set that have a gloss."""
    return {
        name: gloss.coverage([word for written, _ in measures.labelled(name) for word in text.words(written)])
        for name in SETS
        if name.startswith("da")
    }


def two_languages(source: VectorSource, seeds: int) -> dict[str, Any]:
    """200 Danish and 100 English texts of the same labels on one board. Leak: NMI of theme and language, 0 is best."""
    found = {}
    for kind in ("xsid", "sib200"):
        lines = []
        for seed in range(1, seeds + 1):
            danish, of_danish = measures.sample(measures.labelled(f"da_{kind}"), 200, seed)
            chosen = halved(measures.labelled(f"en_{kind}"), of_danish, seed)
            vectors = source.encode([*danish, *(written for written, _ in chosen)])
            truth = [*of_danish, *(label for _, label in chosen)]
            group = graph.communities(graph.nearest(vectors)).tolist()
            spoken = ["da"] * len(danish) + ["en"] * len(chosen)
            lines.append([measures.ari(truth, group), measures.nmi(truth, group), measures.nmi(spoken, group)])
        found[kind] = dict(zip(("ari", "nmi", "leak"), np.mean(lines, axis=0), strict=True))
    return found


def halved(rows: Sequence[tuple[str, str]], labels_: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """Half as many rows of each label as there are in `labels_`, so that perfect themes leak no language."""
    chance = np.random.default_rng(seed)
    found: list[tuple[str, str]] = []
    for label in sorted(set(labels_)):
        own = [row for row in rows if row[1] == label]
        wanted = min(len(own), round(list(labels_).count(label) / 2))
        found += [own[at] for at in chance.choice(len(own), wanted, replace=False)]
    return found


def steadiness(source: VectorSource, seeds: int) -> dict[str, Any]:
    """200 cards one by one: the share of earlier cards that leave a theme, and of arrivals that move a tenth."""
    found = {}
    for name in SETS:
        lines = []
        for seed in range(1, seeds + 1):
            texts, truth = measures.sample(measures.labelled(name), 200, seed)
            vectors = source.encode(texts)
            filling = measures.filled(vectors, len(texts))
            once = measures.apart(measures.grouped(vectors, len(texts)))
            end = measures.ari(truth, measures.apart(filling.themes))
            lines.append([filling.changed, filling.jumps, end, measures.ari(truth, once)])
        found[name] = dict(zip(("changed", "jumps", "ari", "ari_at_once"), np.mean(lines, axis=0), strict=True))
    return found


def edited(source: VectorSource, seeds: int) -> dict[str, float]:
    """At 120 cards all themes are edited and 12 cards locked; the share of both that is where it was at 200 cards."""
    stayed, locked_stayed = [], []
    for name in SETS:
        for seed in range(1, seeds + 1):
            texts, _ = measures.sample(measures.labelled(name), 200, seed)
            vectors = source.encode(texts)
            home = dict(enumerate(measures.grouped(vectors[:120], 120), start=1))
            kept = [theme for theme in set(home.values()) if theme is not None]
            number = {theme: place for place, theme in enumerate(kept, start=1)}
            at: dict[int, int | None] = {card: number.get(theme) for card, theme in home.items()}
            locked = {card for card in np.random.default_rng(seed).choice(120, 12, replace=False) + 1 if at[int(card)]}
            before = dict(at)
            for last in range(121, 201):
                at[last] = None
                board = themes.Board(
                    [themes.Card(card, theme, card in locked) for card, theme in at.items()],
                    [themes.Theme(theme, edited=True) for theme in number.values()],
                )
                plan = themes.place(board, vectors[:last], [last])
                if last % 12 == 0:
                    plan = themes.tidy(board, vectors[:last], regroup=False)
                at |= {card: theme for card, theme in plan.moves.items() if theme is None or theme > 0}
            mine = [card for card, theme in before.items() if theme is not None]
            stayed.append(np.mean([at[card] == before[card] for card in mine]))
            locked_stayed.append(np.mean([at[card] == before[card] for card in locked]))
    return {"edited": float(np.mean(stayed)), "locked": float(np.mean(locked_stayed))}


def offered(source: VectorSource, seeds: int) -> dict[str, float]:
    """At 120 cards every other theme is edited; at 200 a new grouping is adopted where one is offered.

    Shares of boards with an offer, of cards in edited themes that stay and of all that move; ARI before and after.
    """
    lines = []
    for name in SETS:
        for seed in range(1, seeds + 1):
            texts, truth = measures.sample(measures.labelled(name), 200, seed)
            vectors = source.encode(texts)
            first = [theme and -theme for theme in measures.grouped(vectors[:120], 120)]
            kept = [themes.Theme(theme, edited=theme % 2 == 1) for theme in sorted({*first} - {None})]
            placed = dict(enumerate(first + [None] * 80, start=1))
            board = themes.Board([themes.Card(card, theme) for card, theme in placed.items()], kept)
            placed |= themes.place(board, vectors, range(121, 201)).moves
            board = themes.Board([themes.Card(card, theme) for card, theme in placed.items()], kept)
            offer = themes.anew(board, vectors)
            after = placed | offer.moves
            stayed = np.mean([after[card] == theme for card, theme in placed.items() if theme and theme % 2])
            scores = [measures.ari(truth, measures.apart(list(one.values()))) for one in (placed, after)]
            lines.append([offer.adopted, stayed, len(offer.moves) / 200, *scores])
    names = ("offered", "edited_stay", "moved", "ari_before", "ari_after")
    return dict(zip(names, np.mean(lines, axis=0), strict=True))


def scenario(source: VectorSource) -> dict[str, Any]:
    """Track 2 without help, and its 75 cards of the six headings of track 1: first guess, first three, after taps."""
    cards = [card for card in measures.scenario(2) if card[1] not in ("", "ingen")]
    vectors = source.encode([written for written, _ in cards])
    truth = [theme for _, theme in cards]
    shown = measures.filled(vectors, len(cards)).themes
    names = [theme for theme, _ in CARRIED.values()]
    examples = [(written, CARRIED[theme][0]) for written, theme in measures.scenario(1) if theme in CARRIED]
    headings = Headings(
        source.encode([heading for _, heading in CARRIED.values()]),
        source.encode([written for written, _ in examples]),
        np.array([names.index(theme) for _, theme in examples]),
    )
    rows = [row for row, theme in enumerate(truth) if theme in names]
    right = np.array([names.index(truth[row]) for row in rows])
    guess = placing.guesses(vectors[rows], headings)
    order = (-guess).argsort(axis=1)
    after, majority = [], []
    for seed in range(20):
        taps = tapped(right, len(names), seed)
        after.append(np.mean(placing.learned(vectors[rows], headings, taps)[0].argmax(axis=1) == right))
        even = placing.decide(np.full(guess.shape, 1 / len(names)), taps)[0]
        broken = even + np.random.default_rng(seed).random(even.shape) * 1e-9
        majority.append(np.mean(broken.argmax(axis=1) == right))
    return {
        "cards": len(cards),
        "ari": measures.ari(truth, measures.apart(shown)),
        "unplaced": shown.count(None) / len(cards),
        "carried": len(rows),
        "first": float(np.mean(order[:, 0] == right)),
        "first_three": float(np.mean([own in best for own, best in zip(right, order[:, :3], strict=True)])),
        "after_taps": float(np.mean(after)),
        "majority_of_taps": float(np.mean(majority)),
    }


def tapped(right: Sequence[int], headings: int, seed: int) -> list[tuple[int, int]]:
    """TAPS on each card by people who are right RIGHT of the time; a wrong one falls evenly on the others."""
    chance = np.random.default_rng(seed)
    return [
        (card, int(own) if chance.random() < RIGHT else int(chance.choice([h for h in range(headings) if h != own])))
        for card, own in enumerate(right)
        for _ in range(TAPS)
    ]


def labelling(seeds: int) -> dict[str, Any]:
    """Coverage: share of a theme's texts with one of its terms. Precision: share of the texts with one that are its."""
    found = {}
    for name in ("da_xsid", "da_sib200"):
        lines = []
        for seed in range(1, seeds + 1):
            texts, truth = measures.sample(measures.labelled(name), 200, seed)
            piles: dict[str, list[str]] = {}
            for written, label in zip(texts, truth, strict=True):
                piles.setdefault(label, []).append(written)
            keys = dict(enumerate(piles))
            said = labels.labels({number: piles[label] for number, label in keys.items()})
            for number, label in keys.items():
                stems = [stems_of(term) for term in said[number].terms]
                hits = [any(one <= stems_of(written) for one in stems) for written in texts]
                own = [hit for hit, theme in zip(hits, truth, strict=True) if theme == label]
                if len(own) > 1 and any(hits):
                    lines.append([sum(own) / len(own), sum(own) / sum(hits)])
        found[name] = dict(zip(("coverage", "precision"), np.mean(lines, axis=0), strict=True))
    return found


def stems_of(written: str) -> set[str]:
    found = text.words(written)
    return {text.stem(word, text.guess(found)) for word in found}


def cost(source: VectorSource) -> dict[str, float]:
    """Seconds and megabytes, one thread."""
    texts = [written for name in ("da_sib200", "da_xsid", "en_xsid") for written, _ in measures.labelled(name)][:2000]
    begun = time.perf_counter()
    vectors = source.encode(texts)
    read = (time.perf_counter() - begun) / len(texts)
    begun = time.perf_counter()
    shown = measures.grouped(vectors, len(texts))
    regroup = time.perf_counter() - begun
    board = themes.Board(
        [themes.Card(row + 1, theme and -theme) for row, theme in enumerate(shown)],
        [themes.Theme(-theme) for theme in set(shown) - {None}],
    )
    begun = time.perf_counter()
    fresh = source.encode(["Vi mangler hænder og tid i weekenden"])
    themes.place(board, vectors, [next(row + 1 for row, theme in enumerate(shown) if theme is None)])
    add = time.perf_counter() - begun
    assert fresh.count == 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"texts": len(texts), "read_ms": read * 1000, "regroup_s": regroup, "add_ms": add * 1000, "peak_mb": memory}


def show(found: dict[str, Any]) -> None:
    print(f"{'set':14}{'n':>5}  " + "".join(f"{name:>24}" for name in ("words", "with model", "with model and gloss")))
    for name, sizes in found["agreement"].items():
        for size, sources in sizes.items():
            cells = [f"{one['ari']:.3f}/{one['nmi']:.3f} ({one['error']:.2f})" for one in sources.values()]
            print(f"{name:14}{size:5}  " + "".join(f"{cell:>24}" for cell in cells))
    for size in SIZES:
        columns = zip(*(sizes[size].values() for sizes in found["agreement"].values()), strict=True)
        means = [[np.mean([one[key] for one in column]) for key in ("ari", "nmi", "error")] for column in columns]
        cells = [f"{ari:.3f}/{nmi:.3f} ({error:.2f})" for ari, nmi, error in means]
        print(f"{'mean':14}{size:5}  " + "".join(f"{cell:>24}" for cell in cells))
    for part in ("coverage", "two_languages", "steadiness", "edited", "offered", "scenario", "labels", "cost"):
        print(f"\n{part}")
        for name, value in found[part].items():
            inside = value if isinstance(value, dict) else {"": value}
            print(f"  {name:18}" + "  ".join(f"{key} {number:.3f}".strip() for key, number in inside.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    arguments = parser.parse_args()
    embedding.source()
    best = MeaningVectors(SentenceModel())
    sources: dict[str, VectorSource] = {
        "words": LexicalVectors(),
        "model": MeaningVectors(AsWritten()),
        "model_and_gloss": best,
    }
    found = {
        "cost": cost(best),  # first, while nothing else has been loaded
        "agreement": agreement(sources, arguments.seeds),
        "coverage": coverage(),
        "two_languages": two_languages(best, arguments.seeds),
        "steadiness": steadiness(best, arguments.seeds),
        "edited": edited(best, arguments.seeds),
        "offered": offered(best, arguments.seeds),
        "scenario": scenario(best),
        "labels": labelling(arguments.seeds),
    }
    if arguments.json:
        json.dump(found, sys.stdout, indent=2)
    else:
        show(found)


if __name__ == "__main__":
    main()
