import numpy as np
import pytest
from scipy import sparse

from app.analysis import groups
from app.analysis.vectors import Vectors

CORNERS = np.array([[1, 0], [0.6, 0.8], [0, 1], [0, 0]], dtype=np.float32)
ROWS = Vectors(sparse.csr_matrix(CORNERS), np.empty((4, 0), np.float32))


def test_nearness_compares_a_row_with_the_others_of_its_group():
    near = groups.nearness(ROWS, np.array([0, 0, -1, -1]), np.ones(4), np.arange(4), 1)
    assert near[:, 0].tolist() == pytest.approx([0.6, 0.6, 0.8 / np.hypot(1.6, 0.8), 0], abs=1e-6)


def test_nearness_follows_weights():
    near = groups.nearness(ROWS, np.array([0, -1, 0, -1]), np.array([3.0, 1, 1, 1]), np.array([1]), 1)
    assert near[0, 0] == pytest.approx((3 * 0.6 + 0.8) / np.hypot(3, 1), abs=1e-6)


def test_nearness_to_an_empty_group_or_of_a_row_alone_is_zero():
    near = groups.nearness(ROWS, np.array([0, -1, -1, -1]), np.ones(4), np.array([0, 1]), 2)
    assert near[0].tolist() == [0, 0]
    assert near[1].tolist() == pytest.approx([0.6, 0], abs=1e-6)


def test_fitting_drops_strangers_and_small_groups():
    group = np.array([0, 0, -1, 0])
    assert groups.fitting(ROWS, group, floor=0.1, born=2, coherence=0.1).tolist() == [0, 0, -1, -1]
    assert groups.fitting(ROWS, group, floor=0.1, born=3, coherence=0.1).tolist() == [-1, -1, -1, -1]
    assert groups.fitting(ROWS, group, floor=0.1, born=2, coherence=0.9).tolist() == [-1, -1, -1, -1]


def test_fitting_drops_a_row_nearer_another_group():
    assert groups.fitting(ROWS, np.array([0, 0, 1, -1]), floor=0.1, born=1, coherence=0).tolist() == [0, -1, -1, -1]


def test_renumbered_closes_gaps():
    assert groups.renumbered(np.array([7, -1, 3, 7])).tolist() == [1, -1, 0, 1]


def test_continued_gives_each_old_group_at_most_one_heir():
    assert groups.continued(np.array([[5.0, 4, 0], [6, 0, 0]])).tolist() == [1, 0, -1]
    assert groups.continued(np.zeros((2, 2))).tolist() == [-1, -1]


def test_meaning_counts_as_words_do():
    meant = Vectors(sparse.csr_matrix((4, 3), dtype=np.float32), CORNERS)
    group, weight = np.array([0, 0, -1, -1]), np.array([3.0, 1, 1, 1])
    one = groups.nearness(ROWS, group, weight, np.arange(4), 1)
    assert groups.nearness(meant, group, weight, np.arange(4), 1) == pytest.approx(one, abs=1e-6)
