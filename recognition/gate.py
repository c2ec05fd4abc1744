"""Known or unknown: the open-set gate and its calibration on the class itself.

The evidence for the best candidate is the cosine to that person's templates, raised by the margin to the
runner-up. Its threshold is set from the class's own enrolment photos: each student in turn plays a stranger
against everybody else's templates (leave-own-out), so no foreign population decides who is let in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognition.gallery import Embeddings, Gallery

DEFAULT_TARGET_FPIR = 0.003
MARGIN_WEIGHT = 0.5
# Stands in for the runner-up where nobody, or nobody alike, is left to be one.
RUNNER_UP_FLOOR = 0.1
PRIOR_MEAN = 0.3
PRIOR_DEVIATION = 0.07
PRIOR_STRENGTH = 20.0


@dataclass(frozen=True)
class Calibration:
    """How the threshold came about.

    strangers: number of leave-own-out and background scores behind it; people: students in the class;
    fnir_estimate: share of enrolment photos that their owner's other photos would miss, None where nobody
    has two photos.
    """

    threshold: float
    target_fpir: float
    people: int
    strangers: int
    fnir_estimate: float | None


def evidence(scores: NDArray[np.floating], choice: NDArray[np.intp] | None = None) -> NDArray[np.float64]:
    """Gate evidence of the chosen person in each row of (F, P) scores; the best-scoring one by default."""
    scores = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    rows = np.arange(len(scores))
    chosen = scores.argmax(axis=1) if choice is None else choice
    best = scores[rows, chosen]
    others = scores.copy()
    others[rows, chosen] = -np.inf
    runner_up = np.maximum(others.max(axis=1), RUNNER_UP_FLOOR)
    return best + MARGIN_WEIGHT * (best - runner_up)


def calibrate(
    gallery: Gallery, background: Embeddings | None = None, target_fpir: float = DEFAULT_TARGET_FPIR
) -> Calibration:
    """The threshold at which strangers should be named at most `target_fpir` of the time."""
    strangers = _stranger_evidence(gallery, background)
    count = len(strangers)
    mean = (strangers.sum() + PRIOR_STRENGTH * PRIOR_MEAN) / (count + PRIOR_STRENGTH)
    spread = ((strangers - mean) ** 2).sum() + PRIOR_STRENGTH * PRIOR_DEVIATION**2
    deviation = np.sqrt(spread / (count + PRIOR_STRENGTH))
    threshold = float(mean + deviation * np.sqrt(2 * np.log(1 / target_fpir)))
    genuine = _genuine_evidence(gallery)
    fnir = float((genuine < threshold).mean()) if len(genuine) else None
    return Calibration(threshold, target_fpir, len(gallery), count, fnir)


def _stranger_evidence(gallery: Gallery, background: Embeddings | None) -> NDArray[np.float64]:
    parts = []
    if len(gallery) > 1:
        scores = gallery.scores(gallery.templates)
        scores[np.arange(len(scores)), gallery.owners] = -1.0
        parts.append(evidence(scores))
    if background is not None and len(background) and len(gallery):
        parts.append(evidence(gallery.scores(background)))
    return np.concatenate(parts) if parts else np.empty(0)


def _genuine_evidence(gallery: Gallery) -> NDArray[np.float64]:
    """Each photo against its owner's other photos and everybody else's."""
    repeated = gallery.counts[gallery.owners] > 1
    if not repeated.any():
        return np.empty(0)
    scores = gallery.scores(gallery.templates).astype(np.float64)
    sums = np.zeros_like(gallery.centres)
    np.add.at(sums, gallery.owners, gallery.templates)
    rest = sums[gallery.owners] - gallery.templates
    rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-12)
    own = (rest * gallery.templates).sum(axis=1)
    scores[np.arange(len(scores)), gallery.owners] = own
    return evidence(scores, gallery.owners)[repeated]
