"""Groups of vectors: how near each row is to each group's centre, which rows fit, which old group a new one continues.

A group is a number from 0; -1 is in no group. Everything is a function of arrays; order of rows changes nothing.
"""

import numpy as np
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from app.analysis.graph import Labels
from app.analysis.vectors import Matrix, Vectors


def nearness(vectors: Vectors, group: Labels, weight: Matrix, rows: Labels, count: int) -> Matrix:
    """Cosine of each of `rows` to the centre of each of `count` groups (rows x count), 0 for an empty group.

    `weight`: what each row counts in its group's centre. A row is compared with its own group's other rows.
    """
    inside = np.flatnonzero(group >= 0)
    shares = sparse.csr_matrix((weight[inside], (group[inside], inside)), shape=(count, vectors.count))
    centres = vectors.sums(shares)
    dots = vectors[rows].likeness(centres)
    squares = centres.squares()
    squares = np.repeat(squares[None, :], len(rows), axis=0)
    mine = np.flatnonzero(group[rows] >= 0)
    home, own_weight = group[rows[mine]], weight[rows[mine]]
    length = vectors[rows[mine]].squares()
    squares[mine, home] += own_weight**2 * length - 2 * own_weight * dots[mine, home]
    dots[mine, home] -= own_weight * length
    return np.where(squares > 1e-4, dots / np.sqrt(np.maximum(squares, 1e-4)), 0.0)


def fitting(vectors: Vectors, group: Labels, floor: float, born: int, coherence: float) -> Labels:
    """The groups without the rows that fit badly: cosine below `floor`, or nearer another group.

    A group with fewer than `born` rows left, or a mean cosine below `coherence`, is no group. Renumbered from 0.
    """
    count = int(group.max(initial=-1)) + 1
    if count == 0:
        return group
    everyone = np.arange(len(group))
    near = nearness(vectors, group, np.ones(len(group)), everyone, count)
    own = np.where(group >= 0, near[everyone, group], 0.0)
    kept = np.where((own >= floor) & (own >= near.max(axis=1)), group, -1)
    for number in range(count):
        members = kept == number
        if np.count_nonzero(members) < born or own[members].mean() < coherence:
            kept[members] = -1
    return renumbered(kept)


def renumbered(group: Labels) -> Labels:
    """The same groups numbered 0, 1, 2 ... without gaps."""
    numbers = np.unique(group[group >= 0])
    return np.where(group >= 0, np.searchsorted(numbers, group), -1)


def continued(overlap: Matrix) -> Labels:
    """For each new group (column) the old group (row) it continues by the best assignment, -1 where it is new."""
    result = np.full(overlap.shape[1], -1, dtype=np.int64)
    old, new = linear_sum_assignment(-overlap)
    shared = overlap[old, new] > 0
    result[new[shared]] = old[shared]
    return result
