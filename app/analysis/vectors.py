"""A row a text: what its words say and, where there is a sentence model, what it means. Dot products are likeness.

The two parts stand side by side, each with its share of the length, so that a row's length is 1, or 0 for a text of
which nothing can be said.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Rows = NDArray[np.int64] | NDArray[np.bool_] | Sequence[int] | slice
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Vectors:
    """`words`: n x 2**18, sparse; `meaning`: n x d, d = 0 without a model. Both float32."""

    words: sparse.csr_matrix
    meaning: NDArray[np.float32]

    @property
    def count(self) -> int:
        return int(self.words.shape[0])

    def __getitem__(self, rows: Rows) -> "Vectors":
        return Vectors(self.words[rows], self.meaning[rows])

    def likeness(self, other: "Vectors") -> Matrix:
        """Dot products, self.count x other.count."""
        alike: Matrix = (self.words @ other.words.T.tocsr()).toarray().astype(np.float64)
        if self.meaning.shape[1]:
            alike += self.meaning @ other.meaning.T
        return alike

    def sums(self, shares: sparse.csr_matrix) -> "Vectors":
        """Weighted sums of rows: `shares` is k x n."""
        return Vectors((shares @ self.words).tocsr(), np.asarray(shares @ self.meaning, dtype=np.float32))

    def squares(self) -> Matrix:
        """The squared length of each row."""
        words = np.asarray(self.words.multiply(self.words).sum(axis=1), dtype=np.float64).ravel()
        meaning: Matrix = np.square(self.meaning, dtype=np.float64).sum(axis=1)
        return words + meaning

    def packed(self) -> list[bytes]:
        """The meaning of each row in 16-bit numbers at length 1, as `encode` takes it back; empty without a model."""
        length = np.linalg.norm(self.meaning, axis=1, keepdims=True)
        rows = (self.meaning / np.where(length > 0, length, 1)).astype(np.float16)
        return [row.tobytes() for row in rows]

    def names(self) -> list[bytes]:
        """A name for each row's content, equal for equal rows and empty for rows of zeros."""
        return [
            hashlib.blake2b(
                self.words.indices[a:b].tobytes() + self.words.data[a:b].tobytes() + self.meaning[row].tobytes(),
                digest_size=16,
            ).digest()
            if a < b or self.meaning[row].any()
            else b""
            for row, (a, b) in enumerate(pairwise(self.words.indptr))
        ]


def stacked(parts: Sequence[Vectors]) -> Vectors:
    """The rows of all parts, in order."""
    return Vectors(
        sparse.vstack([part.words for part in parts], format="csr"), np.vstack([part.meaning for part in parts])
    )
