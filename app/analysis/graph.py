"""Who is near whom: the nearest-neighbour graph of a set of vectors, its communities and their modularity.

Equal rows share one node and nodes are ordered by content, so neither the order of the rows nor 2,000 copies
of one text change what is found. Rows of zeros have no node.
"""

import math
from dataclasses import dataclass

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.analysis.vectors import Vectors

_BLOCK = 512  # rows compared with all others at a time: 8 MB at 2,000 nodes, instead of the square
_ALIKE = 0.05  # cosine below which two rows are no neighbours; from .15 on, hard sets fall apart
_REACH = 0.9  # neighbours a row has, as a share of the root of the number of rows
_FEWEST = 4  # neighbours a row has, however few rows there are
_HALFWAY = 20  # rows of a language from which their common middle counts more than half
_RESOLUTION = 1.0
_SEEDS = (1, 2, 3, 4, 5)  # one run of Leiden ends in a local best, and which one is chance

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """`weights`: m x m likeness of neighbours, symmetric; `node_of`: the node of each row, -1 for rows of zeros."""

    weights: sparse.csr_matrix
    node_of: Labels


def nearest(vectors: Vectors) -> Graph:
    """Each row tied to the max(4, 0.9 * sqrt(m)) rows most like it; one-sided ties count.

    Likeness is the cosine, with the meaning taken from the middle of all rows of the same language: what a whole board
    is about, and the language it is written in, ties nobody to anybody.
    """
    names = vectors.names()
    first = {name: row for row, name in reversed(list(enumerate(names))) if name}
    order = sorted(first)
    node = {name: position for position, name in enumerate(order)}
    node_of = np.array([node.get(name, -1) for name in names], dtype=np.int64)
    unique = vectors[[first[name] for name in order]]
    return Graph(_ties(_centred(unique), _neighbours(len(order))), node_of)


def _neighbours(nodes: int) -> int:
    return min(max(_FEWEST, round(_REACH * math.sqrt(nodes))), nodes - 1)


def _centred(vectors: Vectors) -> Vectors:
    """The same rows, as long as they were, with their meaning taken from the middle of their language's rows.

    A language is known by its share of the length. Of a few rows the middle is not known, and little is taken away.
    """
    meaning = vectors.meaning.astype(np.float64)
    length = np.linalg.norm(meaning, axis=1, keepdims=True)
    if not length.any():
        return vectors
    alone = meaning / np.where(length > 0, length, 1)
    middle = alone.sum(axis=0) / (vectors.count + _HALFWAY)
    _, language = np.unique(np.round(length.ravel(), 3), return_inverse=True)
    for each in range(language.max() + 1):
        own = language == each
        alone[own] -= (alone[own].sum(axis=0) + _HALFWAY * middle) / (np.count_nonzero(own) + _HALFWAY)
    spread = np.linalg.norm(alone, axis=1, keepdims=True)
    return Vectors(vectors.words, (alone / np.where(spread > 0, spread, 1) * length).astype(np.float32))


def _ties(unique: Vectors, count: int) -> sparse.csr_matrix:
    size = unique.count
    if count < 1:
        return sparse.csr_matrix((size, size))
    blocks = []
    for start in range(0, size, _BLOCK):
        likeness = unique[start : start + _BLOCK].likeness(unique)
        rows = np.arange(likeness.shape[0])
        likeness[rows, rows + start] = 0
        near = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        kept = likeness[rows[:, None], near].astype(np.float64)
        blocks.append(
            sparse.csr_matrix((kept.ravel(), near.ravel(), np.arange(len(rows) + 1) * count), (len(rows), size))
        )
    one_way = sparse.vstack(blocks, format="csr")
    both = one_way.maximum(one_way.T).tocsr()
    both.data[both.data < _ALIKE] = 0
    both.eliminate_zeros()
    both.sort_indices()
    return both


def communities(graph: Graph) -> Labels:
    """A community number for each row (-1 for rows of zeros) by Leiden at resolution 1 (Traag et al. 2019).

    Of several runs the one with the highest modularity.
    """
    size = graph.weights.shape[0]
    label = np.arange(size, dtype=np.int64)
    if graph.weights.nnz:
        label = max((_leiden(graph.weights, seed) for seed in _SEEDS), key=lambda found: _modularity(graph, found))
    return np.where(graph.node_of >= 0, np.append(label, -1)[graph.node_of], -1)


def _leiden(weights: sparse.csr_matrix, seed: int) -> Labels:
    """The community of each node."""
    size = weights.shape[0]
    _, found = graspologic_native.leiden_csr(
        weights.indptr.astype(np.int64),
        weights.indices.astype(np.int32),
        weights.data,
        size,
        resolution=_RESOLUTION,
        seed=seed,
    )
    # A node without ties may be missing from the answer; it is then a community of its own.
    return np.array([found.get(node, size + node) for node in range(size)], dtype=np.int64)


def modularity(graph: Graph, labels: Labels) -> float:
    """Modularity (Newman 2006) of a partition of the rows, -1 meaning alone.

    Equal rows that sit in different groups count where most of them are.
    """
    return _modularity(graph, _labels_of_nodes(graph, labels))


def _modularity(graph: Graph, node_labels: Labels) -> float:
    total = float(graph.weights.sum())
    if not total:
        return 0.0
    _, group = np.unique(node_labels, return_inverse=True)
    ties = graph.weights.tocoo()
    inside = ties.data[group[ties.row] == group[ties.col]].sum()
    reach = np.bincount(group, weights=np.asarray(graph.weights.sum(axis=1)).ravel())
    return float(inside / total - ((reach / total) ** 2).sum())


def _labels_of_nodes(graph: Graph, labels: Labels) -> Labels:
    size = graph.weights.shape[0]
    result = -1 - np.arange(size)
    placed = (graph.node_of >= 0) & (labels >= 0)
    pairs, count = np.unique(np.stack([graph.node_of[placed], labels[placed]]), axis=1, return_counts=True)
    for column in np.lexsort((-pairs[1], count)):  # the largest count, then the lowest label, is written last
        result[pairs[0, column]] = pairs[1, column]
    return result
