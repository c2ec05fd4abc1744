"""Distances between embeddings, and the decision that a distance leads to: each a function of its own.

`recognition.verifier` puts them together with pictures and networks.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recognition.embedding import normalise

Metric = Literal["cosine", "euclidean", "euclidean_l2"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "euclidean_l2")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether some face of one picture is that of some face of another.

    Attributes:
        same: whether the smallest distance is within the threshold.
        distance: the smallest of all pairs; smaller is more alike.
        pair: which faces these are, ``(row, column)`` of the matrix.
    """

    same: bool
    distance: float
    pair: tuple[int, int]


def distances(a: np.ndarray, b: np.ndarray, metric: Metric = "cosine") -> np.ndarray:
    """Distance of every row of ``a`` ``(M, D)`` to every row of ``b`` ``(N, D)``: ``(M, N)`` float32.

    ``cosine`` is 1 − cosine similarity (0..2), ``euclidean`` the straight distance of the vectors as given,
    ``euclidean_l2`` that of the vectors scaled to unit length (0..2). Embeddings of this package have unit
    length, so the last two agree on them.

    Raises:
        ValueError: unknown metric, or shapes that do not fit.
    """
    a, b = np.atleast_2d(a).astype(np.float32), np.atleast_2d(b).astype(np.float32)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"cannot compare embeddings of shapes {a.shape} and {b.shape}")
    _check(metric)
    if metric != "euclidean":
        a, b = normalise(a), normalise(b)
    products = a @ b.T
    if metric == "cosine":
        distances: np.ndarray = (1.0 - products).clip(0.0, 2.0)
        return distances
    squared = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2.0 * products
    roots: np.ndarray = np.sqrt(squared.clip(0.0))
    return roots


def in_metric(cosine: float, metric: Metric) -> float:
    """A cosine distance of unit vectors in the units of another metric.

    Raises:
        ValueError: unknown metric.
    """
    _check(metric)
    # On the unit sphere |a − b|² = 2 (1 − cos).
    return cosine if metric == "cosine" else float(np.sqrt(2.0 * cosine))


def decide(matrix: np.ndarray, threshold: float) -> Verdict:
    """The verdict on an ``(M, N)`` matrix of distances: the same person is present if one is small enough.

    Raises:
        ValueError: there is no pair to decide on.
    """
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"no pair of faces in a matrix of shape {matrix.shape}")
    row, column = (int(place) for place in np.unravel_index(matrix.argmin(), matrix.shape))
    nearest = float(matrix[row, column])
    return Verdict(same=nearest <= threshold, distance=nearest, pair=(row, column))


def _check(metric: str) -> None:
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric!r}; choose one of {', '.join(METRICS)}")
