"""Is the person before the camera the one they claim to be? A burst against the templates of one person.

Biometric verification after ISO/IEC 19795-1: unlike on a roster nobody else is compared, so the threshold is
a fixed one. It was chosen on the tuning half of LFW, for a false match rate well below one in a thousand,
without a mask and with one; docs/security.md has what it does to other people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from recognition.gallery import normalise
from recognition.gate import masked_emphasis
from recognition.masks import MASKED_FROM
from recognition.quality import PROBE_LIMITS
from recognition.roster_model import combine
from recognition.shortlist import Embeddings

if TYPE_CHECKING:
    from recognition.engine import FaceEngine, Subject

ClaimProblem = Literal["no_face", "several_faces", "low_quality", "another_person"]


@dataclass(frozen=True, slots=True)
class ClaimThresholds:
    """Cosine to a person's templates from which on a claim holds: of a bare face, and of a masked one."""

    bare: float
    masked: float


THRESHOLDS = {
    "fusion": ClaimThresholds(bare=0.435, masked=0.415),
    "facenet": ClaimThresholds(bare=0.60, masked=0.61),
    "sface": ClaimThresholds(bare=0.425, masked=0.425),
}
"""By the first part of an embedder's id."""


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What became of a claim; ``problem`` is None where it holds.

    Attributes:
        score: cosine to the templates, None where no face was shown well enough.
        masked: whether a mask is worn, likewise.
    """

    problem: ClaimProblem | None
    score: float | None = None
    masked: bool | None = None


def thresholds_of(embedder_id: str) -> ClaimThresholds:
    """The thresholds for embeddings of this kind.

    Raises:
        KeyError: none were measured.
    """
    return THRESHOLDS[embedder_id.partition("(")[0].partition("-")[0]]


def likeness(probes: Embeddings, templates: Embeddings, embedder_id: str, *, masked: bool) -> np.ndarray:
    """(F,) cosines of (F, D) probes, all masked or none, to the centre of one person's (N, D) templates."""
    centre = normalise(normalise(templates).sum(axis=0, keepdims=True))[0]
    emphasis = masked_emphasis(embedder_id, len(centre)) if masked else None
    cosines: np.ndarray = (probes if emphasis is None else probes * emphasis) @ centre
    return cosines


def judge_claim(subjects: Sequence[Subject | str], templates: Embeddings, engine: FaceEngine) -> ClaimVerdict:
    """Whether a burst shows the person whose templates ``(N, D)`` these are.

    As `FaceEngine.identify_subjects`: the frames that show a face well enough count by their quality, and
    whether a mask is worn is seen in the best of them.
    """
    shown, reasons = [], Counter[ClaimProblem]()
    for subject in subjects:
        if isinstance(subject, str):
            reasons["several_faces" if subject == "several_faces" else "no_face"] += 1
        elif subject.quality.problems(PROBE_LIMITS):
            reasons["low_quality"] += 1
        else:
            shown.append(subject)
    if not shown:
        return ClaimVerdict(reasons.most_common(1)[0][0] if reasons else "no_face")
    evidence = np.array([subject.quality.weight for subject in shown], dtype=np.float32)
    best = shown[int(evidence.argmax())]
    masked = engine.mask_detector.probability(best.image, best.face) >= MASKED_FROM
    probe = combine(engine.embed(shown), evidence)
    score = float(likeness(probe, templates, engine.embedder_id, masked=masked)[0])
    limits = thresholds_of(engine.embedder_id)
    holds = score >= (limits.masked if masked else limits.bare)
    return ClaimVerdict(None if holds else "another_person", score, masked)
