"""Known or unknown: the open-set gate and its calibration on the class itself.

The evidence for the best candidate is the cosine to that person's templates (raised by the margin to the
runner-up where an embedder gains by it). Two things let somebody in: evidence that few strangers reach, and a
margin that is not a toss-up between two students.

The threshold is set from the class's own enrolment photos: each student's photos play strangers against
everybody else's templates. Scores between different people fall close to a normal distribution, and a
stranger is named when the best of N such scores reaches the threshold, so the threshold is the class's mean
plus its deviation times the normal quantile of (1 - FPIR)^(1/N). Unlike the empirical quantile of the best
scores, which one pair of look-alikes decides, this holds for a class of ten. A prior stands in for what few
people cannot tell: the spread of scores hardly differs from population to population, so it is held firmly;
their mean does differ, so a handful of students overrules it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from recognition.gallery import SHORTLIST_FROM, Gallery
from recognition.shortlist import Embeddings

DEFAULT_TARGET_FPIR = 0.003

# How often a masked stranger may be named: half of the face tells less, so masked students need the room.
MASKED_TARGET_FPIR = 0.01

# How a masked probe's parts count against an unmasked one's: FaceNet sees more of the mask, so in a fused
# embedding it has 15 instead of 25 % of the say (length of each part, factor). Chosen with masks drawn on the
# tuning half of LFW (docs/accuracy.md).
MASKED_EMPHASIS = {"fusion": ((512, 0.15 / 0.25), (128, 0.85 / 0.75))}

# Below this lead over the runner-up the two are told apart by chance: such a visit is "unknown". It costs
# nothing measurable on LFW or among look-alikes (docs/accuracy.md) and is there for twins.
MINIMUM_MARGIN = 0.05

# In large galleries the templates that play strangers, and the people whom they are compared with, are
# sampled: more would not change the moments.
MAX_STRANGERS = 2000


@dataclass(frozen=True)
class Prior:
    """What is known of an embedder before a class is seen, as pairs of different people.

    margin_weight: how much the margin to the runner-up adds to the evidence. mean, deviation: of cosines
    between a photo of one person and the templates of another. mean_pairs, deviation_pairs: the number of
    pairs of students that each of the two is worth. The mean is set high on purpose: before a class has
    shown otherwise, its people may look alike. tail: how much further the scores of strangers reach than
    those of a normal distribution.
    """

    margin_weight: float
    mean: float
    deviation: float
    mean_pairs: float = 3.0
    deviation_pairs: float = 60.0
    tail: float = 1.0


# Measured on the tuning half of LFW, which the figures in docs/accuracy.md for unseen people do not contain.
PRIORS = {
    "fusion": Prior(margin_weight=0.0, mean=0.16, deviation=0.093, tail=1.04),
    "sface": Prior(margin_weight=0.0, mean=0.16, deviation=0.088),
    "facenet": Prior(margin_weight=0.5, mean=0.16, deviation=0.160),
}


def prior_of(embedder_id: str) -> Prior:
    """The prior of an embedder by the first part of its id; the one of the fusion for others."""
    return next((p for name, p in PRIORS.items() if embedder_id.startswith(name)), PRIORS["fusion"])


def masked_emphasis(embedder_id: str, dimensions: int) -> NDArray[np.float32] | None:
    """(D,) factors for a masked probe of this embedder, None where all its parts count as ever."""
    parts = MASKED_EMPHASIS.get(embedder_id.partition("(")[0])
    if parts is None or sum(size for size, _ in parts) != dimensions:
        return None
    return np.repeat([factor for _, factor in parts], [size for size, _ in parts]).astype(np.float32)


@dataclass(frozen=True)
class Gate:
    """The calibrated gate and how its threshold came about.

    threshold: evidence from which on a visit is a match; masked_threshold: the same for a masked visitor.
    target_fpir: the share of strangers it may let in. people: students in the class; stranger_scores: scores
    between different people behind the threshold; stranger_mean, stranger_deviation: of those, prior
    included. fnir_estimate: share of enrolment photos that their owner's other photos would miss, None where
    nobody has two photos; photos taken in one sitting make it look better than the kiosk will be.
    """

    threshold: float
    masked_threshold: float
    target_fpir: float
    margin_weight: float
    people: int
    stranger_scores: int
    stranger_mean: float
    stranger_deviation: float
    fnir_estimate: float | None

    def evidence(self, best: NDArray[np.floating], runner_up: NDArray[np.floating]) -> NDArray[np.float64]:
        """Gate evidence from cosines to the best candidate and to the runner-up (NaN where there is none)."""
        best = np.asarray(best, dtype=np.float64)
        margin = np.nan_to_num(best - runner_up, nan=0.0)
        evidence: NDArray[np.float64] = best + self.margin_weight * margin
        return evidence

    def admits(
        self, evidence: NDArray[np.floating], margin: NDArray[np.floating], *, masked: bool = False
    ) -> NDArray[np.bool_]:
        """Whether a visit is a match. A margin of NaN (no runner-up) never stands in the way."""
        threshold = self.masked_threshold if masked else self.threshold
        return (evidence >= threshold) & ~(np.asarray(margin) < MINIMUM_MARGIN)


def calibrate(
    gallery: Gallery,
    background: Embeddings | None = None,
    *,
    target_fpir: float = DEFAULT_TARGET_FPIR,
    prior: Prior = PRIORS["fusion"],
    emphasis: NDArray[np.float32] | None = None,
) -> Gate:
    """The gate at which strangers should be named at most `target_fpir` of the time.

    emphasis: (D,) factors by which masked probes are multiplied (`masked_emphasis`).

    background: (M, D) embeddings of people who are not on the roster, if the operator has any; they count
    like students who play strangers. Raises ValueError for a target that is not between 0 and 1.
    """
    if not 0 < target_fpir < 1:
        raise ValueError(f"the target FPIR must lie between 0 and 1, not be {target_fpir}")
    people = len(gallery)
    scores = _stranger_scores(gallery, background)
    masked = scores if emphasis is None else _stranger_scores(gallery, background, emphasis)
    pairs = people * (people - 1) / 2 + (0 if background is None else len(background) * people / 2)
    mean, deviation = moments = _moments(scores, pairs, prior)

    def threshold(fpir: float, mean: float, deviation: float) -> float:
        quantile = prior.tail * NormalDist().inv_cdf((1 - fpir) ** (1 / max(people, 1)))
        cosine = mean + deviation * quantile
        if not prior.margin_weight or people < 2:
            return cosine
        return cosine + prior.margin_weight * (cosine - (mean + deviation * _typical_best(people - 1)))

    gate = Gate(
        threshold=threshold(target_fpir, *moments),
        masked_threshold=threshold(max(target_fpir, MASKED_TARGET_FPIR), *_moments(masked, pairs, prior)),
        target_fpir=target_fpir,
        margin_weight=prior.margin_weight,
        people=people,
        stranger_scores=scores.size,
        stranger_mean=mean,
        stranger_deviation=deviation,
        fnir_estimate=None,
    )
    return replace(gate, fnir_estimate=_fnir_estimate(gallery, gate))


def _stranger_scores(
    gallery: Gallery, background: Embeddings | None, emphasis: NDArray[np.float32] | float = 1.0
) -> NDArray[np.float64]:
    """Scores of photos of one person, times `emphasis`, against the templates of another, flat."""
    parts = []
    people = np.arange(0, len(gallery), _step(len(gallery)))
    if len(gallery) > 1:
        step = _step(len(gallery.templates))
        owners = gallery.owners[::step]
        scores = gallery.scores(gallery.templates[::step] * emphasis, people, leave_out=owners)
        parts.append(scores[people != owners[:, None]])
    if background is not None and len(background) and len(gallery):
        parts.append(gallery.scores(background[:: _step(len(background))] * emphasis, people).ravel())
    return np.concatenate(parts).astype(np.float64) if parts else np.empty(0)


def _step(count: int) -> int:
    """Every how-many-eth of so many to take, so that at most `MAX_STRANGERS` are."""
    return max(1, -(-count // MAX_STRANGERS))


def _moments(scores: NDArray[np.float64], pairs: float, prior: Prior) -> tuple[float, float]:
    """Mean and deviation of strangers' scores: the class's, drawn towards the prior, and widened by what is
    not known of the mean."""
    own_mean, own_variance = (float(scores.mean()), float(scores.var())) if scores.size else (0.0, 0.0)
    mean = (pairs * own_mean + prior.mean_pairs * prior.mean) / (pairs + prior.mean_pairs)
    pooled = pairs * own_variance + prior.deviation_pairs * prior.deviation**2
    variance = pooled / (pairs + prior.deviation_pairs)
    return mean, float(np.sqrt(variance * (1 + 1 / (pairs + prior.mean_pairs))))


def _typical_best(people: int) -> float:
    """Median of the best of `people` standard normal scores."""
    return NormalDist().inv_cdf(0.5 ** (1 / people))


def _fnir_estimate(gallery: Gallery, gate: Gate) -> float | None:
    """Each photo against its owner's other photos and everybody else's templates."""
    step = _step(len(gallery.templates))
    step *= 4 if len(gallery) >= SHORTLIST_FROM else 1  # There each search takes milliseconds.
    templates, owners = gallery.templates[::step], gallery.owners[::step]
    several = gallery.counts[owners] > 1 if len(gallery) else np.empty(0, dtype=bool)
    if not several.any():
        return None
    templates, owners = templates[several], owners[several]
    own = gallery.scores_without_self(templates, owners)
    runner_up = np.full(len(owners), np.nan)
    if len(gallery) > 1:
        runner_up = gallery.nearest(templates, 1, leave_out=owners)[1][:, 0]
    margin = own - runner_up
    return float((~gate.admits(gate.evidence(own, runner_up), margin)).mean())
