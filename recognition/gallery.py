"""Templates of the people on a roster and how alike a probe is to each of them.

Vocabulary of ISO/IEC 19795-1: a *template* is the embedding of one enrolment photo, a *probe* the embedding
of the face at the kiosk, the *gallery* all templates of one roster.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recognition.shortlist import Embeddings, Shortlist

# From this many people on a shortlist is sooner done than comparing everybody (docs/performance.md).
SHORTLIST_FROM = 10_000

# How much of what a class has in common is taken out before people are compared, where they look more
# alike than people do (mean cosine between the centres of two people, measured on the tuning half of
# LFW). What all of a class share tells none of them apart; in a class like any other that would favour
# those who look least like the rest, and let in more strangers who look like them (docs/accuracy.md).
COMMON_SHARE = 0.75
ORDINARY_LIKENESS = 0.13

# The mean of few people is theirs more than the class's: as if so many who share nothing were there too.
_SHARING_NOTHING = 2

# From this many people on, one of them hardly moves what all have in common.
_ONE_HARDLY_COUNTS = 300

# How many scores are held at a time when many probes are compared with many people.
_CELLS = 16_000_000

_EVERYBODY = slice(None)


def normalise(vectors: Embeddings) -> Embeddings:
    """Rows of (N, D) scaled to unit length; rows of zeros stay zeros."""
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / _lengths(vectors)


def _lengths(vectors: Embeddings) -> Embeddings:
    """(N, 1), never 0."""
    lengths: Embeddings = np.sqrt(np.einsum("...d,...d->...", vectors, vectors))[..., None]
    return np.maximum(lengths, np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Gallery:
    """The templates of each person.

    labels: one per person, sorted; templates: (T, D) float32 of unit length, grouped by person;
    owners: (T,) index into `labels`, ascending.
    """

    labels: tuple[str, ...]
    templates: Embeddings
    owners: NDArray[np.intp]

    @classmethod
    def from_labelled(cls, embeddings: Embeddings, labels: Sequence[str], dimensions: int = 0) -> Gallery:
        """Group (N, D) embeddings by their labels; `dimensions` gives D where N is 0.

        Raises ValueError when the numbers of embeddings and labels differ, or a value is not finite.
        """
        embeddings = np.asarray(embeddings, dtype=np.float32)
        if embeddings.size == 0:
            embeddings = embeddings.reshape(0, embeddings.shape[-1] if embeddings.ndim == 2 else dimensions)
        if embeddings.ndim != 2 or len(embeddings) != len(labels):
            raise ValueError(f"{len(labels)} labels do not fit embeddings of shape {embeddings.shape}")
        if not np.isfinite(embeddings).all():
            raise ValueError("an embedding holds a value that is not finite")
        people, owners = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
        order = np.argsort(owners, kind="stable")
        templates = embeddings[order]
        templates /= _lengths(templates)  # In place: a campus's templates are gigabytes.
        return cls(tuple(people.tolist()), templates, owners[order].astype(np.intp))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def dimensions(self) -> int:
        return int(self.templates.shape[1])

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """(P,) number of templates of each person."""
        return np.bincount(self.owners, minlength=len(self.labels))

    @cached_property
    def centres(self) -> Embeddings:
        """(P, D) unit vectors: the direction of the sum of each person's templates."""
        return normalise(self._sums_of(np.arange(len(self))))

    def scores(
        self,
        probes: Embeddings,
        people: NDArray[np.intp] | slice = _EVERYBODY,
        leave_out: NDArray[np.intp] | None = None,
    ) -> Embeddings:
        """How alike (F, D) probes and these people are, by default (F, P).

        That is the scalar product of probe and centre after a share of what the others in the class have in
        common was taken from both and the centre was brought to unit length again: 1 at most, about 0
        between strangers, and linear in the probe, so that the score of a mean of frames is the mean of
        their scores.

        leave_out: (F,) for each probe the position of one person who does not count among the others, because
        the probe plays a stranger.
        """
        probes = np.atleast_2d(probes)
        if leave_out is None or len(self) >= _ONE_HARDLY_COUNTS:
            return probes @ self._directions[people].T - self._offsets[people]
        scores = np.empty((len(probes), len(self.centres[people])), dtype=np.float32)
        for position in np.unique(leave_out):
            rows = leave_out == position
            directions, offsets = self._compared(self.centres[people], without=self.centres[position])
            scores[rows] = probes[rows] @ directions.T - offsets
        return scores

    def nearest(
        self, probes: Embeddings, count: int = 2, leave_out: NDArray[np.intp] | None = None
    ) -> tuple[NDArray[np.intp], Embeddings]:
        """The people most like each of (F, D) probes, most alike first: (F, count) positions and `scores`.

        leave_out: (F,) the position of one person whom each probe passes over. In a large gallery the search
        goes through a shortlist; scores are exact there too. Raises ValueError where fewer people are left.
        """
        if count > len(self) - (leave_out is not None):
            raise ValueError(f"there are no {count} people to be the nearest")
        probes = np.atleast_2d(np.asarray(probes, dtype=np.float32))
        people = np.empty((len(probes), count), dtype=np.intp)
        scores = np.empty((len(probes), count), dtype=np.float32)
        step = max(1, _CELLS // len(self))
        for start in range(0, len(probes), step):
            rows = slice(start, start + step)
            left_out = None if leave_out is None else leave_out[rows]
            people[rows], scores[rows] = self._nearest(probes[rows], count, left_out)
        return people, scores

    def _nearest(
        self, probes: Embeddings, count: int, leave_out: NDArray[np.intp] | None
    ) -> tuple[NDArray[np.intp], Embeddings]:
        if len(self) < SHORTLIST_FROM:
            candidates = np.broadcast_to(np.arange(len(self)), (len(probes), len(self)))
            scores = self.scores(probes, leave_out=leave_out)
        else:
            candidates = self._shortlist.candidates(probes)
            scores = np.stack(
                [
                    self._directions[own] @ probe - self._offsets[own]
                    for own, probe in zip(candidates, probes, strict=True)
                ]
            )
        if leave_out is not None:
            scores[candidates == leave_out[:, None]] = -np.inf
        best = np.empty((len(probes), count), dtype=np.intp)
        rows, kept = np.arange(len(probes)), scores.copy()
        for place in range(count):
            best[:, place] = kept.argmax(axis=1)
            kept[rows, best[:, place]] = -np.inf
        return np.take_along_axis(candidates, best, axis=1), np.take_along_axis(scores, best, axis=1)

    def scores_without_self(self, templates: Embeddings, owners: NDArray[np.intp]) -> Embeddings:
        """(n,) score of each of these templates with its owner known by the *other* templates only."""
        rest = normalise(self._sums_of(owners) - templates)
        common = self._common_of_others(self.centres[owners])
        scores: Embeddings = np.einsum("nd,nd->n", normalise(rest - common), templates - common)
        return scores

    def position(self, label: str) -> int:
        """Where somebody stands in `labels`; KeyError for somebody who is not in the gallery."""
        return self._positions[label]

    def of(self, label: str) -> Embeddings:
        """The templates of one person; KeyError for somebody who is not in the gallery."""
        return self.templates[self._rows(self.position(label))]

    def with_person(self, label: str, templates: Embeddings) -> Gallery:
        """A gallery in which `label` has exactly these (n, D) templates, n at least 1.

        Raises ValueError where there is none, or a value is not finite.
        """
        templates = np.atleast_2d(np.asarray(templates, dtype=np.float32))
        if not templates.size:
            raise ValueError(f"{label} needs at least one template")
        kept = self.without_person(label) if label in self._positions else self
        added = Gallery.from_labelled(templates, [label] * len(templates))
        if not len(kept):
            return added
        place = bisect_left(kept.labels, label)
        row = int(np.searchsorted(kept.owners, place))
        owners = kept.owners + (kept.owners >= place)
        return Gallery(
            (*kept.labels[:place], label, *kept.labels[place:]),
            np.concatenate([kept.templates[:row], added.templates, kept.templates[row:]]),
            np.insert(owners, row, np.full(len(templates), place)),
        )

    def without_person(self, label: str) -> Gallery:
        """A gallery without `label`; KeyError for somebody who is not in it."""
        place = self.position(label)
        rows = self._rows(place)
        owners = np.delete(self.owners, rows)
        return Gallery(
            self.labels[:place] + self.labels[place + 1 :],
            np.delete(self.templates, rows, axis=0),
            owners - (owners > place),
        )

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {label: position for position, label in enumerate(self.labels)}

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        """(P + 1,) row of the first template of each person, and the number of templates."""
        return np.searchsorted(self.owners, np.arange(len(self) + 1))

    def _common_of_others(self, centres: Embeddings, without: Embeddings | None = None) -> Embeddings:
        """(n, D) what the class has in common as it is taken from each of these people's centres: a share of
        the mean of everybody else, `without` (D,) one more."""
        total, others = self._total - centres, len(self) - 1
        if without is not None:
            total, others = total - without, others - 1
        if others <= 0:
            return np.zeros_like(centres)
        shared: Embeddings = np.multiply(self.common_share, total) / (others + _SHARING_NOTHING)
        return shared

    def _compared(
        self, centres: Embeddings, without: Embeddings | None = None
    ) -> tuple[Embeddings, Embeddings]:
        """(n, D) unit vectors and (n,) offsets that give the scores of these people."""
        common = self._common_of_others(centres, without)
        directions = normalise(centres - common)
        return directions, np.einsum("nd,nd->n", directions, common)

    @cached_property
    def common_share(self) -> float:
        """The share of what this class has in common that does not count: 0 unless they look alike."""
        people = len(self)
        if people < 2:
            return 0.0
        likeness = (float(self._total @ self._total) - people) / (people * (people - 1))
        return COMMON_SHARE * max(0.0, 1 - ORDINARY_LIKENESS / max(likeness, ORDINARY_LIKENESS))

    @cached_property
    def _total(self) -> Embeddings:
        total: Embeddings = self.centres.sum(axis=0)
        return total

    @cached_property
    def _everybody_compared(self) -> tuple[Embeddings, Embeddings]:
        return self._compared(self.centres)

    @property
    def _directions(self) -> Embeddings:
        return self._everybody_compared[0]

    @property
    def _offsets(self) -> Embeddings:
        return self._everybody_compared[1]

    @cached_property
    def _shortlist(self) -> Shortlist:
        return Shortlist.of(self._directions, self._offsets)

    def _rows(self, position: int) -> slice:
        return slice(*self._starts[position : position + 2].tolist())

    def _sums_of(self, people: NDArray[np.intp]) -> Embeddings:
        """(n, D) sums of the templates of these people."""
        sums = np.zeros((len(people), self.dimensions), dtype=np.float32)
        counts = self.counts[people]
        for number in range(counts.max(initial=0)):
            several = counts > number
            sums[several] += self.templates[self._starts[people[several]] + number]
        return sums
