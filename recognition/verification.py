"""Verification: are these two faces the same person? One to one, or every pair of two sets."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recognition.embedding import EMBEDDER_IDS, normalise

Metric = Literal["cosine", "euclidean", "euclidean_l2"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "euclidean_l2")

# Cosine distance that 0.1 % of the pairs of different people stay below (false match rate), as `python -m
# benchmarks crops` measures it on LFW's tuning people: 1.35 million such pairs; of 2,140 pairs of one person
# 99.4 % are within it by the fusion, 99.2 % by SFace, 96.4 % by FaceNet. A class of people who look alike
# needs a stricter one: identification calibrates its own.
_COSINE_THRESHOLDS: dict[str, float] = {
    EMBEDDER_IDS["facenet"]: 0.457,
    EMBEDDER_IDS["sface"]: 0.630,
    EMBEDDER_IDS["fusion"]: 0.625,
}


@dataclass(frozen=True, slots=True)
class Verification:
    """The comparison of two faces.

    Attributes:
        same: whether the distance is within the threshold.
        distance: in the units of ``metric``; smaller is more alike.
        threshold: largest distance that counts as the same person.
        metric: how the distance was measured.
    """

    same: bool
    distance: float
    threshold: float
    metric: Metric


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
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric!r}; choose one of {', '.join(METRICS)}")
    if metric != "euclidean":
        a, b = normalise(a), normalise(b)
    products = a @ b.T
    if metric == "cosine":
        return (1.0 - products).clip(0.0, 2.0)
    squared = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2.0 * products
    return np.sqrt(squared.clip(0.0))


def threshold(embedder_id: str, metric: Metric = "cosine") -> float:
    """Largest distance that counts as the same person, false acceptance one in a thousand.

    Raises:
        ValueError: the embedder or the metric is unknown.
    """
    if embedder_id not in _COSINE_THRESHOLDS:
        raise ValueError(f"no threshold is known for the embedder {embedder_id!r}")
    if metric not in METRICS:
        raise ValueError(f"there is no metric {metric!r}; choose one of {', '.join(METRICS)}")
    cosine = _COSINE_THRESHOLDS[embedder_id]
    # On the unit sphere |a − b|² = 2 (1 − cos).
    return cosine if metric == "cosine" else float(np.sqrt(2.0 * cosine))


def verify(a: np.ndarray, b: np.ndarray, embedder_id: str, metric: Metric = "cosine") -> Verification:
    """Compare two embeddings ``(D,)`` of the same embedder.

    Raises:
        ValueError: unknown embedder or metric, or lengths that differ.
    """
    limit = threshold(embedder_id, metric)
    distance = float(distances(a, b, metric)[0, 0])
    return Verification(same=distance <= limit, distance=distance, threshold=limit, metric=metric)
