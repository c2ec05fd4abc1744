"""Open-set identification figures: how often the right student is named, and how often a stranger is.

Terms and definitions of ISO/IEC 19795-1 and of NIST IR 8271 (FRVT 1:N): FPIR is the share of strangers for
whom anybody is named; FNIR is the share of enrolled people who are not named, or named wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.gate import MINIMUM_MARGIN
from recognition.roster_model import RosterModel

OPERATING_POINTS = (0.01, 0.003, 0.001)


@dataclass(frozen=True)
class Proportion:
    """`count` of `total` with its 95 % Wilson interval (Wilson, JASA 22, 1927); rate is None for 0 of 0."""

    count: int
    total: int

    @property
    def rate(self) -> float | None:
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end, 0 and 1 where nothing was counted."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.959964, self.total, self.count / self.total
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - reach), min(1.0, centre + reach)

    def to_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "total": self.total,
            "rate": self.rate,
            "interval_95": list(self.interval),
        }


@dataclass(frozen=True, eq=False)
class Trials:
    """What the model said of every probe, before any threshold.

    truth and named: (K,) labels of the known probes and of their best candidates; known_scores: (K,) and
    stranger_scores: (S,) gate evidence of the best candidate, -inf where it is a toss-up between two people;
    sources: one name per known probe.
    """

    truth: tuple[str, ...]
    named: tuple[str, ...]
    known_scores: NDArray[np.float64]
    stranger_scores: NDArray[np.float64]
    sources: tuple[str, ...] = ()

    @property
    def right(self) -> NDArray[np.bool_]:
        """(K,) whether the best candidate of each known probe is the right person."""
        return np.array(self.truth, dtype=object) == np.array(self.named, dtype=object)

    def fnir(self, threshold: float) -> Proportion:
        missed = ~(self.right & (self.known_scores >= threshold))
        return Proportion(int(missed.sum()), len(missed))

    def fpir(self, threshold: float) -> Proportion:
        return Proportion(int((self.stranger_scores >= threshold).sum()), len(self.stranger_scores))

    def misidentified(self, threshold: float) -> Proportion:
        """Known probes that are named, but wrongly."""
        wrong = ~self.right & (self.known_scores >= threshold)
        return Proportion(int(wrong.sum()), len(wrong))

    def threshold_at(self, fpir: float) -> float:
        """The lowest threshold at which at most that share of the strangers is named."""
        return threshold_at(self.stranger_scores, fpir)


def threshold_at(stranger_scores: NDArray[np.floating], fpir: float) -> float:
    """The lowest threshold that at most `fpir` of the scores reach; -inf where there are no scores."""
    if not len(stranger_scores):
        return -math.inf
    allowed = math.floor(fpir * len(stranger_scores) + 1e-9)
    if allowed >= len(stranger_scores):
        return -math.inf
    highest_refused = np.partition(stranger_scores, -(allowed + 1))[-(allowed + 1)]
    return float(np.nextafter(highest_refused, np.inf))


def run_trials(
    model: RosterModel,
    known: NDArray[np.float32],
    truth: Sequence[str],
    strangers: NDArray[np.float32],
    sources: Sequence[str] = (),
    *,
    strangers_to: Sequence[str] | None = None,
) -> Trials:
    """Every (K, D) known and (S, D) stranger embedding as a visit of one frame.

    strangers_to: for each stranger the student who is taken off the roster for the visit, when students play
    the strangers. On an empty roster nobody is named.
    """
    named, known_scores = _best(model, known, None)
    _, stranger_scores = _best(model, strangers, strangers_to)
    return Trials(tuple(truth), named, known_scores, stranger_scores, tuple(sources))


def _best(
    model: RosterModel, probes: NDArray[np.float32], leave_out: Sequence[str] | None
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Best candidates and their evidence; -inf where the margin alone forbids a match at any threshold."""
    left = len(model.labels) - (leave_out is not None)
    if not len(probes) or left < 1:
        return ("",) * len(probes), np.full(len(probes), -np.inf)
    ranking = model.rank(probes, leave_out)
    return ranking.labels, np.where(ranking.margins < MINIMUM_MARGIN, -np.inf, ranking.scores)


def figures(trials: Trials, threshold: float) -> dict[str, Any]:
    """Counts, rates and 95 % intervals, ready for JSON.

    `at_fpir` sets its thresholds on the very strangers it is measured on, as the literature does; the
    figures at the model's own threshold do not know those strangers.
    """
    rank1 = Proportion(int(trials.right.sum()), len(trials.right))
    points = {}
    for fpir in OPERATING_POINTS if len(trials.stranger_scores) else ():
        at = trials.threshold_at(fpir)
        points[f"{fpir:g}"] = {"threshold": at, "fnir": trials.fnir(at).to_json()}
    return {
        "known_probes": len(trials.truth),
        "known_people": len(set(trials.truth)),
        "stranger_probes": len(trials.stranger_scores),
        "rank1": rank1.to_json(),
        "own_threshold": {
            "threshold": threshold,
            "fnir": trials.fnir(threshold).to_json(),
            "fpir": trials.fpir(threshold).to_json(),
            "misidentified": trials.misidentified(threshold).to_json(),
        },
        "at_fpir": points,
    }


@dataclass(frozen=True)
class Confusion:
    """A known probe whose best candidate was somebody else."""

    source: str
    truth: str
    named: str
    score: float
    let_in: bool


def confusions(trials: Trials, threshold: float) -> list[Confusion]:
    """Probes taken for somebody else, the most confident first."""
    sources = trials.sources or trials.truth
    found = [
        Confusion(
            source=sources[index],
            truth=trials.truth[index],
            named=trials.named[index],
            score=float(trials.known_scores[index]),
            let_in=bool(trials.known_scores[index] >= threshold),
        )
        for index in np.flatnonzero(~trials.right)
    ]
    return sorted(found, key=lambda confusion: -confusion.score)
