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
class Visits:
    """Best candidates of n visits: labels (n names), scores and margins (n,) as in `Ranking`."""

    labels: tuple[str, ...]
    scores: NDArray[np.float64]
    margins: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def gated(self) -> NDArray[np.float64]:
        """(n,) scores, -inf where a toss-up between two students forbids a match at any threshold."""
        return np.where(self.margins < MINIMUM_MARGIN, -np.inf, self.scores)

    @classmethod
    def to(
        cls,
        model: RosterModel,
        probes: NDArray[np.float32],
        leave_out: Sequence[str] | None = None,
        masked: NDArray[np.bool_] | None = None,
    ) -> Visits:
        """One visit of one frame for each of (n, D) probes; on an empty roster nobody is a candidate.

        masked: (n,) who wears a mask. Their scores are shifted by the difference of the two thresholds, so
        that each visit ends as the model would end it.
        """
        left = len(model.labels) - (leave_out is not None)
        if not len(probes) or left < 1:
            return cls(("",) * len(probes), np.full(len(probes), -np.inf), np.full(len(probes), np.nan))
        bare = model.rank(probes, leave_out)
        if masked is None or not masked.any():
            return cls(bare.labels, bare.scores, bare.margins)
        worn = model.rank(probes, leave_out, masked=True)
        lift = model.threshold - model.gate.masked_threshold
        return cls(
            tuple(np.where(masked, worn.labels, bare.labels).tolist()),
            np.where(masked, worn.scores + lift, bare.scores),
            np.where(masked, worn.margins, bare.margins),
        )

    def chosen(self, which: NDArray[np.bool_]) -> Visits:
        """Only these of the visits; which: (n,)."""
        labels = tuple(label for label, wanted in zip(self.labels, which, strict=True) if wanted)
        return Visits(labels, self.scores[which], self.margins[which])


@dataclass(frozen=True, eq=False)
class Trials:
    """What a model said of every probe, before any threshold.

    known: visits of enrolled people, truth: who they were; strangers: visits of others; sources: one name per
    known visit; stranger_people: who the strangers were, empty where nobody said.
    """

    known: Visits
    truth: tuple[str, ...]
    strangers: Visits
    sources: tuple[str, ...] = ()
    stranger_people: tuple[str, ...] = ()

    def chosen(self, known: NDArray[np.bool_], strangers: NDArray[np.bool_]) -> Trials:
        """Only these of the visits; known: (K,), strangers: (S,)."""
        names = [index for index, wanted in enumerate(known) if wanted]
        return Trials(
            known=self.known.chosen(known),
            truth=tuple(self.truth[index] for index in names),
            strangers=self.strangers.chosen(strangers),
            sources=tuple(self.sources[index] for index in names) if self.sources else (),
            stranger_people=tuple(
                name for name, wanted in zip(self.stranger_people, strangers, strict=False) if wanted
            ),
        )

    @property
    def right(self) -> NDArray[np.bool_]:
        """(K,) whether the best candidate of each known visit is the right person."""
        return np.array(self.truth, dtype=object) == np.array(self.known.labels, dtype=object)

    @property
    def rank1(self) -> Proportion:
        """Known visits whose best candidate is right, whatever its score."""
        return Proportion(int(self.right.sum()), len(self.right))

    def fnir(self, threshold: float) -> Proportion:
        """Known visits that end without the right name."""
        missed = ~(self.right & (self.known.gated >= threshold))
        return Proportion(int(missed.sum()), len(missed))

    def fpir(self, threshold: float) -> Proportion:
        """Strangers' visits that end with a name."""
        return Proportion(int((self.strangers.gated >= threshold).sum()), len(self.strangers))

    def misidentified(self, threshold: float) -> Proportion:
        """Known visits that end with a wrong name."""
        wrong = ~self.right & (self.known.gated >= threshold)
        return Proportion(int(wrong.sum()), len(wrong))

    def threshold_at(self, fpir: float) -> float:
        """The lowest threshold at which at most that share of the strangers is named."""
        return threshold_at(self.strangers.gated, fpir)


def joined(parts: Sequence[tuple[Trials, float]], threshold: float) -> Trials:
    """The trials of several models as one: the scores of each are shifted from its own threshold to the
    common one, so that each visit ends as it did with its own model."""

    def join(visits: Sequence[tuple[Visits, float]]) -> Visits:
        return Visits(
            tuple(label for part, _ in visits for label in part.labels),
            np.concatenate([part.scores + threshold - own for part, own in visits]),
            np.concatenate([part.margins for part, _ in visits]),
        )

    return Trials(
        known=join([(trials.known, own) for trials, own in parts]),
        truth=tuple(label for trials, _ in parts for label in trials.truth),
        strangers=join([(trials.strangers, own) for trials, own in parts]),
        sources=tuple(source for trials, _ in parts for source in trials.sources),
        stranger_people=tuple(person for trials, _ in parts for person in trials.stranger_people),
    )


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
    stranger_people: Sequence[str] = (),
    masked: tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None] = (None, None),
) -> Trials:
    """Every (K, D) known and (S, D) stranger embedding as a visit of one frame.

    strangers_to: for each stranger the student who is taken off the roster for the visit, when students play
    the strangers; stranger_people: who they are, otherwise. masked: (K,) and (S,), which of them wear a mask.
    """
    return Trials(
        known=Visits.to(model, known, masked=masked[0]),
        truth=tuple(truth),
        strangers=Visits.to(model, strangers, strangers_to, masked=masked[1]),
        sources=tuple(sources),
        stranger_people=tuple(stranger_people if strangers_to is None else strangers_to),
    )


def figures(trials: Trials, threshold: float) -> dict[str, Any]:
    """Counts, rates and 95 % intervals, ready for JSON.

    `at_fpir` sets its thresholds on the very strangers it is measured on, as the literature does; the
    figures at the model's own threshold do not know those strangers.
    """
    points = {}
    for fpir in OPERATING_POINTS if len(trials.strangers) else ():
        at = trials.threshold_at(fpir)
        points[f"{fpir:g}"] = {"threshold": at, "fnir": trials.fnir(at).to_json()}
    return {
        "known_probes": len(trials.truth),
        "known_people": len(set(trials.truth)),
        "stranger_probes": len(trials.strangers),
        "rank1": trials.rank1.to_json(),
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
            named=trials.known.labels[index],
            score=float(trials.known.scores[index]),
            let_in=bool(trials.known.gated[index] >= threshold),
        )
        for index in np.flatnonzero(~trials.right)
    ]
    return sorted(found, key=lambda confusion: -confusion.score)
