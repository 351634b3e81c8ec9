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
_ALIKE = 0.10  # cosine below which two rows are no neighbours; from .15 on, hard sets fall apart
_RESOLUTION = 1.0
_SEED = 1

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """`weights`: m x m likeness of neighbours, symmetric; `node_of`: the node of each row, -1 for rows of zeros."""

    weights: sparse.csr_matrix
    node_of: Labels


def nearest(vectors: Vectors) -> Graph:
    """Each row tied to the max(4, 0.55 * sqrt(m)) rows most like it, by their cosine; one-sided ties count."""
    names = vectors.names()
    first = {name: row for row, name in reversed(list(enumerate(names))) if name}
    order = sorted(first)
    node = {name: position for position, name in enumerate(order)}
    node_of = np.array([node.get(name, -1) for name in names], dtype=np.int64)
    unique = vectors[[first[name] for name in order]]
    return Graph(_ties(unique, _neighbours(len(order))), node_of)


def _neighbours(nodes: int) -> int:
    return min(max(4, round(0.55 * math.sqrt(nodes))), nodes - 1)


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
    """A community number for each row (-1 for rows of zeros) by Leiden at resolution 1 (Traag et al. 2019)."""
    size = graph.weights.shape[0]
    label = np.arange(size, dtype=np.int64)
    if graph.weights.nnz:
        _, found = graspologic_native.leiden_csr(
            graph.weights.indptr.astype(np.int64),
            graph.weights.indices.astype(np.int32),
            graph.weights.data,
            size,
            resolution=_RESOLUTION,
            seed=_SEED,
        )
        # A node without ties may be missing from the answer; it is then a community of its own.
        label = np.array([found.get(node, size + node) for node in range(size)], dtype=np.int64)
    return np.where(graph.node_of >= 0, np.append(label, -1)[graph.node_of], -1)


def modularity(graph: Graph, labels: Labels) -> float:
    """Modularity (Newman 2006) of a partition of the rows, -1 meaning alone.

    Equal rows that sit in different groups count where most of them are.
    """
    total = float(graph.weights.sum())
    if not total:
        return 0.0
    node_label = _labels_of_nodes(graph, labels)
    _, group = np.unique(node_label, return_inverse=True)
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
