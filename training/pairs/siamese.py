"""A Siamese head: a small classifier over two frozen embeddings, to be compared with their plain distance.

It sees two embeddings number by number, their absolute differences and their products, and learns which of
them tell (Taigman, Yang, Ranzato, Wolf: "DeepFace", CVPR 2014, weigh such differences).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from training.pairs.embedded import PairVectors

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)


@dataclass(frozen=True, eq=False)
class SiameseHead:
    """A fitted head; `distance` is small for one person, as any other distance is."""

    scaler: StandardScaler
    classifier: LogisticRegression

    @classmethod
    def fit(cls, pairs: PairVectors, strength: float) -> SiameseHead:
        """Learn from pairs; strength: inverse of the regularisation."""
        features = _features(pairs.a, pairs.b)
        scaler = StandardScaler().fit(features)
        classifier = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000)
        classifier.fit(scaler.transform(features), pairs.same)
        return cls(scaler, classifier)

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """``(n,)`` for n pairs of ``(n, D)`` embeddings: the negative log-odds of being one person."""
        return -self.classifier.decision_function(self.scaler.transform(_features(a, b)))


def best_strength(fitting: PairVectors, choosing: PairVectors) -> float:
    """The regularisation that tells the pairs of other people best."""
    return max(STRENGTHS, key=lambda one: separation(SiameseHead.fit(fitting, one), choosing))


def separation(head: SiameseHead, pairs: PairVectors) -> float:
    """The share of (one person, two people) that the head puts into the right order: the area under its ROC
    curve."""
    return area(head.distance(pairs.a, pairs.b), pairs.same)


def area(distance: np.ndarray, same: np.ndarray) -> float:
    """Area under the ROC curve of a distance."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(same, -distance))


def _features(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.concatenate([np.abs(a - b), a * b], axis=1)
