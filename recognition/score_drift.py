"""Whether the scores of visits still fall where the calibration of the roster put them.

A recognised visitor is a stranger to everybody else on the roster, so the score of the runner-up is the best
of as many strangers' scores as there are other people: what the calibration says of strangers
(`recognition.gate`) gives its distribution, without anybody labelling anything. A visitor who was not
recognised is compared with the best of all strangers' scores in the same way. docs/observability.md says what
this can tell and what not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

from recognition.gate import prior_of
from recognition.roster_model import Decision, RosterModel

BINS = 20
"""Of quantiles, all equally wide: where the calibration holds, each gets as many visits as the next."""
TIGHT = 1.0
"""An accepted visit with less headroom than so many deviations is a tight one."""
NEAR = 0.9
"""A refused visit beyond this quantile of strangers' best scores nearly was a match."""

_NORMAL = NormalDist()
_EDGE = 1e-12


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one visit's scores stand in the calibration; deviations are those of strangers' scores.

    quantile: of the runner-up among the best scores of the others (accepted), of the best score among the
    best scores of strangers (refused), 0 to 1. shift: by how many deviations that score lies above the mean
    of its distribution. headroom: deviations from the threshold up to the score. people: on the roster.
    """

    accepted: bool
    quantile: float
    shift: float
    headroom: float
    people: int


def standing(model: RosterModel, decision: Decision) -> Standing | None:
    """How a decision of this model stands; None without a score or a runner-up, and with a mask.

    Masked faces have scores of another distribution, of which too few are seen to say much.
    """
    if decision.reason not in {"match", "unknown"} or decision.masked:
        return None
    if decision.score is None or decision.margin is None or decision.threshold is None:
        return None
    accepted = decision.reason == "match"
    look = model.first_look
    decided = look if accepted and look is not None and decision.threshold == look.threshold else model
    gate, people = decided.gate, len(decided.gallery)
    deviation = gate.stranger_deviation * prior_of(decided.embedder_id).tail
    best = decision.score - gate.margin_weight * decision.margin
    others = people - 1 if accepted else people
    height = ((best - decision.margin if accepted else best) - gate.stranger_mean) / deviation
    return Standing(
        accepted=accepted,
        quantile=_NORMAL.cdf(height) ** others,
        shift=height - _mean_of_best(others),
        headroom=(decision.score - decision.threshold) / deviation,
        people=people,
    )


@dataclass(slots=True)
class Scores:
    """The standings of many visits, added up, so that processes and minutes can be added to each other.

    runners_up, refused: visits by bin of their quantile, accepted and refused ones. shifts, people: sums over
    the accepted ones. tight: how many of them had little headroom.
    """

    runners_up: list[int] = field(default_factory=lambda: [0] * BINS)
    refused: list[int] = field(default_factory=lambda: [0] * BINS)
    shifts: float = 0.0
    people: int = 0
    tight: int = 0

    def add(self, one: Standing) -> None:
        """Counts a visit."""
        bins = self.runners_up if one.accepted else self.refused
        bins[min(BINS - 1, int(one.quantile * BINS))] += 1
        if one.accepted:
            self.shifts += one.shift
            self.people += one.people
            self.tight += one.headroom < TIGHT

    def to_json(self) -> dict[str, Any]:
        """For storing."""
        names = ("runners_up", "refused", "shifts", "people", "tight")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def summed(cls, parts: Iterable[Mapping[str, Any]]) -> Scores:
        """The sum of what `to_json` gave."""
        total = cls()
        for part in parts:
            total.runners_up = [a + b for a, b in zip(total.runners_up, part["runners_up"], strict=True)]
            total.refused = [a + b for a, b in zip(total.refused, part["refused"], strict=True)]
            total.shifts += part["shifts"]
            total.people += part["people"]
            total.tight += part["tight"]
        return total

    @property
    def accepted_count(self) -> int:
        return sum(self.runners_up)

    @property
    def refused_count(self) -> int:
        return sum(self.refused)

    def drift(self, target_fpir: float) -> Drift | None:
        """What the visits say; None before the first accepted one."""
        count = self.accepted_count
        if not count:
            return None
        reached, gap = 0, 0.0
        for number, visits in enumerate(self.runners_up, 1):
            reached += visits
            gap = max(gap, abs(reached / count - number / BINS))
        shift = self.shifts / count
        near = sum(self.refused[round(NEAR * BINS) :])
        return Drift(
            visits=count,
            ks=gap,
            shift=shift,
            fpir_estimate=shifted_fpir(target_fpir, max(2, round(self.people / count)), shift),
            refused_share=self.refused_count / (count + self.refused_count),
            near_share=near / self.refused_count if self.refused_count else 0.0,
            tight_share=self.tight / count,
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """How far visits have moved from the calibration.

    visits: accepted ones, on which the first three stand. ks: largest gap between the distribution of
    runners-up and the calibrated one, read at the bins' edges (Kolmogorov-Smirnov, 0 to 1; chance alone gives
    1.36 / √visits in one case of twenty). shift: mean height of runners-up over the calibration, in
    deviations; above 0 strangers come closer to the threshold than the model believes. fpir_estimate: what
    would follow if all strangers' scores had moved by that shift. refused_share: visits with a face that
    was not recognised; near_share: of those, who nearly was; tight_share: accepted visits close to refusal.
    """

    visits: int
    ks: float
    shift: float
    fpir_estimate: float
    refused_share: float
    near_share: float
    tight_share: float


def shifted_fpir(target_fpir: float, people: int, shift: float) -> float:
    """The FPIR of a gate made for `target_fpir` when strangers' scores lie `shift` deviations higher."""
    reach = _NORMAL.inv_cdf((1 - target_fpir) ** (1 / people))
    return 1 - _NORMAL.cdf(reach - shift) ** people


def _mean_of_best(count: int) -> float:
    """Mean of the best of `count` standard normal scores (Blom 1958, good to two decimals)."""
    return _NORMAL.inv_cdf(min(1 - _EDGE, (count - 0.375) / (count + 0.25)))
