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

from recognition.gallery import Embeddings, normalise

# Rank-1 is flat from 0.01 to 1 (docs/accuracy.md); smaller is faster where there are many copies.
PENALTY = 0.1

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
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import Normalizer
        from sklearn.svm import LinearSVC

        pipeline = make_pipeline(
            Normalizer(), LinearSVC(multi_class="crammer_singer", C=PENALTY, random_state=seed)
        )
        pipeline.fit(embeddings, np.asarray(labels, dtype=str))
        svc = pipeline[-1]
        return cls(
            tuple(svc.classes_.tolist()), svc.coef_.astype(np.float32), svc.intercept_.astype(np.float32)
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
