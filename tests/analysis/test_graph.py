import numpy as np
import pytest
from scipy import sparse

from app.analysis import graph
from app.analysis.embedding import LexicalVectors
from app.analysis.graph import Graph
from app.analysis.vectors import Vectors
from tests.analysis import measures

TEXTS = ["tid til møder", "møder tager tid", "tid", "frivillige hjælper", "hjælp fra frivillige", "frivillig", "", "😀"]


def two_pairs() -> Graph:
    ties = np.zeros((4, 4))
    ties[0, 1] = ties[1, 0] = ties[2, 3] = ties[3, 2] = 1
    return Graph(sparse.csr_matrix(ties), np.arange(4))


def test_nearest_gives_equal_rows_one_node_and_empty_rows_none():
    found = graph.nearest(LexicalVectors().encode(["tid", "møder", "Tid!", ""]))
    assert found.node_of[0] == found.node_of[2] != found.node_of[1]
    assert found.node_of[3] == -1
    assert found.weights.shape == (2, 2)


def test_nearest_is_the_same_for_shuffled_rows():
    vectors = LexicalVectors().encode(TEXTS)
    order = [5, 2, 7, 0, 3, 6, 1, 4]
    one, other = graph.nearest(vectors), graph.nearest(vectors[order])
    assert other.node_of.tolist() == one.node_of[order].tolist()
    assert (one.weights != other.weights).nnz == 0


def test_nearest_ties_no_strangers():
    assert graph.nearest(LexicalVectors().encode(["samskabelse", "bugt", "knæ"])).weights.nnz == 0


def test_communities_part_what_has_nothing_in_common():
    found = graph.communities(graph.nearest(LexicalVectors().encode(TEXTS))).tolist()
    assert found[0] == found[1] == found[2] != found[3] == found[4] == found[5]
    assert found[6:] == [-1, -1]


def test_communities_of_nothing_are_nothing():
    assert graph.communities(graph.nearest(LexicalVectors().encode([]))).tolist() == []
    assert graph.communities(graph.nearest(LexicalVectors().encode(["", "😀"]))).tolist() == [-1, -1]


def test_modularity_of_two_pairs_is_a_half():
    assert graph.modularity(two_pairs(), np.array([0, 0, 1, 1])) == pytest.approx(0.5)
    assert graph.modularity(two_pairs(), np.array([0, 0, 0, 0])) == pytest.approx(0)
    assert graph.modularity(two_pairs(), np.array([-1, -1, -1, -1])) == pytest.approx(-0.25)


def test_modularity_counts_parted_equal_rows_where_most_of_them_are():
    crowded = Graph(two_pairs().weights, np.array([0, 1, 2, 3, 3, 3]))
    assert graph.modularity(crowded, np.array([0, 0, 1, 1, 0, 1])) == pytest.approx(0.5)


def test_modularity_without_ties_is_zero():
    assert graph.modularity(Graph(sparse.csr_matrix((3, 3)), np.arange(3)), np.array([0, 1, 2])) == 0


def spoken(subjects: int, each: int, apart: float) -> tuple[Vectors, list[int], list[int]]:
    """Rows of meaning alone: subjects of `each` Danish and `each` English rows, the two languages `apart`. The rows,
    their subjects and their languages."""
    chance = np.random.default_rng(1)
    about, language = np.eye(subjects + 1)[:subjects], np.eye(subjects + 1)[subjects]
    rows, truth, tongue = [], [], []
    for subject in range(subjects):
        for number in range(2 * each):
            row = about[subject] + number % 2 * apart * language + chance.normal(0, 0.05, subjects + 1)
            rows.append(row / np.linalg.norm(row) * (0.7 if number % 2 else 0.9))
            truth.append(subject)
            tongue.append(number % 2)
    return Vectors(sparse.csr_matrix((len(rows), 1), dtype=np.float32), np.array(rows, np.float32)), truth, tongue


def test_a_language_ties_nobody_to_anybody():
    vectors, truth, tongue = spoken(subjects=4, each=30, apart=2.0)
    found = graph.communities(graph.nearest(vectors)).tolist()
    assert measures.ari(truth, found) == pytest.approx(1)
    assert measures.nmi(tongue, found) == pytest.approx(0, abs=0.01)


def test_of_a_few_rows_no_middle_is_taken_away():
    vectors, _, _ = spoken(subjects=1, each=3, apart=0.0)
    assert set(graph.communities(graph.nearest(vectors)).tolist()) == {0}
