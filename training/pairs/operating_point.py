"""The threshold for a wanted false acceptance rate, how sure it is, and what it does to other people.

Terms of ISO/IEC 19795-1: FAR, the share of pairs of two people that pass; FRR, the share of pairs of one
person that do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation import Proportion

_RESAMPLES = 1000


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold and how it does on held-out people.

    far, frr: counts with their intervals. interval_95: of the threshold, from pairs drawn again and again.
    """

    threshold: float
    interval_95: tuple[float, float]
    far: Proportion
    frr: Proportion

    def to_json(self) -> dict[str, Any]:
        return {
            "threshold": self.threshold,
            "interval_95": list(self.interval_95),
            "far": self.far.to_json(),
            "frr": self.frr.to_json(),
        }


@dataclass(frozen=True)
class Overlap:
    """The zone where pairs of one person and of two both occur: from the nearest two people to the farthest
    one person. pairs: how many of all pairs lie in it."""

    nearest_two: float
    farthest_one: float
    pairs: Proportion

    def to_json(self) -> dict[str, Any]:
        zone = {"nearest_of_two_people": self.nearest_two, "farthest_of_one_person": self.farthest_one}
        return zone | {"pairs_within": self.pairs.to_json()}


def threshold_at(different: np.ndarray, far: float) -> float:
    """The largest distance that at most this share of the distances between two people is within.

    Raises:
        ValueError: there is none to measure by.
    """
    if not len(different):
        raise ValueError("no pair of two people")
    ordered = np.sort(different)
    passing = int(np.floor(far * len(ordered)))
    if passing == 0:
        return float(np.nextafter(ordered[0], -np.inf))
    return float(ordered[passing - 1])


def operating_point(
    training: tuple[np.ndarray, np.ndarray], held_out: tuple[np.ndarray, np.ndarray], far: float, seed: int
) -> OperatingPoint:
    """The threshold for a false acceptance rate, chosen on one half, judged on the other.

    training, held_out: distances of pairs of one person, and of two.
    """
    _, different = training
    threshold = threshold_at(different, far)
    random = np.random.default_rng(seed)
    drawn = [
        threshold_at(different[random.integers(len(different), size=len(different))], far)
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    judged = judged_at(threshold, held_out)
    return OperatingPoint(threshold, (float(low), float(high)), *judged)


def judged_at(threshold: float, held_out: tuple[np.ndarray, np.ndarray]) -> tuple[Proportion, Proportion]:
    """FAR and FRR of a threshold."""
    same, different = held_out
    far = Proportion(int((different <= threshold).sum()), len(different))
    return far, Proportion(int((same > threshold).sum()), len(same))


def overlap(same: np.ndarray, different: np.ndarray) -> Overlap:
    """Where both kinds of pairs occur."""
    low, high = float(different.min()), float(same.max())
    both = np.concatenate([same, different])
    within = int(((both >= low) & (both <= high)).sum())
    return Overlap(low, high, Proportion(within, len(both)))
