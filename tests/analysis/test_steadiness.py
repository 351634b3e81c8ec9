import numpy as np
import pytest

from app.analysis import labels
from app.analysis.embedding import LexicalVectors
from tests.analysis import cards, measures

SOURCE = LexicalVectors()


def test_a_small_board_that_fills_ends_as_if_grouped_at_once():
    texts = [text for six in zip(*(subject * 2 for subject in cards.SUBJECTS), strict=False) for text in six]
    vectors = SOURCE.encode(texts)
    filling = measures.filled(vectors, len(texts))
    once = measures.grouped(vectors, len(texts))
    assert measures.ari(measures.apart(once), measures.apart(filling.themes)) == pytest.approx(1)
    assert filling.changed == 0


def test_themes_do_not_jump_while_200_texts_arrive():
    """The mean of three samples, as the goal is: one board of 200 may end well above or below."""
    found = []
    for seed in (1, 2, 3):
        texts, truth = measures.sample(measures.labelled("da_xsid"), 200, seed)
        vectors = SOURCE.encode(texts)
        filling = measures.filled(vectors, len(texts))
        end = measures.ari(truth, measures.apart(filling.themes))
        once = measures.ari(truth, measures.apart(measures.grouped(vectors, len(texts))))
        found.append([filling.changed, filling.jumps, end - once])
    changed, jumps, gained = np.mean(found, axis=0)
    assert changed <= 0.01
    assert jumps <= 0.02
    assert gained >= -0.02


@pytest.mark.parametrize("arriving", [False, True], ids=["at once", "one by one"])
def test_track_2_gets_a_handful_of_themes_and_leaves_noise_unplaced(arriving: bool):
    texts = [text for text, _ in measures.scenario(2)]
    vectors = SOURCE.encode(texts)
    shown = measures.filled(vectors, len(texts)).themes if arriving else measures.grouped(vectors, len(texts))
    unplaced = [text for text, theme in zip(texts, shown, strict=True) if theme is None]
    assert 5 <= len(set(shown) - {None}) <= 14
    assert 0.10 <= len(unplaced) / len(texts) <= 0.35
    assert {"test", "hvornår er der frokost? 🍕"} <= set(unplaced)


def test_track_2_headings_fit_and_differ():
    texts = [text for text, _ in measures.scenario(2)]
    shown = measures.grouped(SOURCE.encode(texts), len(texts))
    piles = {
        key: [text for text, theme in zip(texts, shown, strict=True) if theme == key] for key in set(shown) - {None}
    }
    headings = [label.heading for label in labels.labels(piles).values()]
    assert len(set(headings)) == len(headings)
    assert all(0 < len(heading) <= labels.LONGEST for heading in headings)


def test_agreement_with_labels_is_at_least_what_was_measured_before():
    scores = []
    for seed in (1, 2, 3):
        texts, truth = measures.sample(measures.labelled("da_xsid"), 300, seed)
        shown = measures.grouped(SOURCE.encode(texts), len(texts))
        scores.append(measures.ari(truth, measures.apart(shown)))
    assert sum(scores) / 3 >= 0.58
