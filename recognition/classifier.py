"""The linear support vector machine that says who, of the people it was taught, a face is most like.

One multi-class machine (Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based
vector machines", JMLR 2, 2001): only a person's nearest rivals shape the boundary, so with 150 people and 20
copies of each photo it is fitted seven times faster than one machine per person, at equal rank-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.gallery import normalise
from recognition.shortlist import Embeddings

# Rank-1 is flat from 0.01 to 1 (docs/accuracy.md); smaller is faster where there are many copies.
PENALTY = 0.1

# Where the solver stops: decision values are then within 0.003 of where it would end, a three hundredth of
# the usual lead over the runner-up, in half the time.
_TOLERANCE = 1e-2
# Part of the embeddings' energy that may lie outside the directions they are fitted in.
_OUTSIDE = 1e-5

# Above this many people nearest templates alone say who: the classifier names nobody better on LFW, whatever
# the size of the class, and the time to fit it grows faster than the class (docs/performance.md).
MOST_PEOPLE = 300


@dataclass(frozen=True)
class LinearClassifier:
    """Decision values of a fitted Normalizer + linear SVC.

    labels: one per class; coefficients: (P, D) float32; intercepts: (P,) float32. Plain arrays, so that a
    stored model does not depend on the version of scikit-learn that fitted it.
    """

    labels: tuple[str, ...]
    coefficients: Embeddings
    intercepts: Embeddings

    @classmethod
    def fit(cls, embeddings: Embeddings, labels: Sequence[str], *, seed: int = 0) -> LinearClassifier:
        """Fit (N, D) embeddings of at least three people."""
        # Serving needs the coefficients only: scikit-learn, slow to import, is for those who fit.
        from sklearn.svm import LinearSVC

        points = normalise(embeddings).astype(np.float64)
        axes = _span(points)
        svc = LinearSVC(multi_class="crammer_singer", C=PENALTY, tol=_TOLERANCE, random_state=seed)
        svc.fit(points @ axes, np.asarray(labels, dtype=str))
        return cls(
            tuple(svc.classes_.tolist()),
            (svc.coef_ @ axes.T).astype(np.float32),
            svc.intercept_.astype(np.float32),
        )

    def decision_values(self, embeddings: Embeddings) -> Embeddings:
        """(F, P) values of (F, D) embeddings; the largest is the choice."""
        return normalise(embeddings) @ self.coefficients.T + self.intercepts

    def without(self, label: str) -> LinearClassifier | None:
        """The classifier with one person forgotten; None where fewer than two would be left."""
        kept = [index for index, other in enumerate(self.labels) if other != label]
        if len(kept) < 2:
            return None
        return LinearClassifier(
            tuple(self.labels[index] for index in kept), self.coefficients[kept], self.intercepts[kept]
        )

    def to_payload(self) -> dict[str, Any]:
        """Plain values and arrays for `recognition.manifest`."""
        return {
            "labels": list(self.labels),
            "coefficients": self.coefficients,
            "intercepts": self.intercepts,
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> LinearClassifier:
        """The classifier that `to_payload` described."""
        return cls(tuple(payload["labels"]), payload["coefficients"], payload["intercepts"])


def _span(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(D, R) orthonormal axes of the directions in which (N, D) points lie.

    A linear machine with a Euclidean penalty puts no weight on others, so it is the same machine, and fitted
    faster: of the 640 numbers of the fusion about 180 are independent.
    """
    energy, axes = np.linalg.eigh(points.T @ points)
    outside = np.cumsum(energy.clip(0)) <= _OUTSIDE * energy.clip(0).sum()
    return axes[:, ~outside]
