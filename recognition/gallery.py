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

# How many scores are held at a time when many probes are compared with many people.
_CELLS = 16_000_000

_EVERYBODY = slice(None)


def normalise(vectors: Embeddings) -> Embeddings:
    """Rows of (N, D) scaled to unit length; rows of zeros stay zeros."""
    vectors = np.asarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("...d,...d->...", vectors, vectors))[..., None]
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)


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
        return cls(tuple(people.tolist()), normalise(embeddings[order]), owners[order].astype(np.intp))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def dimensions(self) -> int:
        return self.templates.shape[1]

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """(P,) number of templates of each person."""
        return np.bincount(self.owners, minlength=len(self.labels))

    @cached_property
    def centres(self) -> Embeddings:
        """(P, D) unit vectors: the direction of the sum of each person's templates."""
        return normalise(self._sums_of(np.arange(len(self))))

    def scores(self, probes: Embeddings, people: NDArray[np.intp] | slice = _EVERYBODY) -> Embeddings:
        """Cosine of (F, D) probes to the centres of these people, by default (F, P): between -1 and 1."""
        return np.atleast_2d(probes) @ self.centres[people].T

    def nearest(
        self, probes: Embeddings, count: int = 2, leave_out: NDArray[np.intp] | None = None
    ) -> tuple[NDArray[np.intp], Embeddings]:
        """The people most like each of (F, D) probes, most alike first: (F, count) positions and cosines.

        leave_out: (F,) the position of one person whom each probe passes over. In a large gallery the search
        goes through a shortlist; cosines are exact there too. Raises ValueError where fewer people are left.
        """
        if count > len(self) - (leave_out is not None):
            raise ValueError(f"there are no {count} people to be the nearest")
        probes = np.atleast_2d(np.asarray(probes, dtype=np.float32))
        people = np.empty((len(probes), count), dtype=np.intp)
        cosines = np.empty((len(probes), count), dtype=np.float32)
        step = max(1, _CELLS // len(self))
        for start in range(0, len(probes), step):
            rows = slice(start, start + step)
            left_out = None if leave_out is None else leave_out[rows]
            people[rows], cosines[rows] = self._nearest(probes[rows], count, left_out)
        return people, cosines

    def _nearest(
        self, probes: Embeddings, count: int, leave_out: NDArray[np.intp] | None
    ) -> tuple[NDArray[np.intp], Embeddings]:
        if len(self) < SHORTLIST_FROM:
            candidates = np.broadcast_to(np.arange(len(self)), (len(probes), len(self)))
            scores = self.scores(probes)
        else:
            candidates = self._shortlist.candidates(probes)
            scores = np.stack(
                [self.centres[own] @ probe for own, probe in zip(candidates, probes, strict=True)]
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
        """(n,) cosine of each of these templates to the centre of its owner's *other* templates."""
        rest = normalise(self._sums_of(owners) - templates)
        return np.einsum("nd,nd->n", rest, templates)

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

    @cached_property
    def _shortlist(self) -> Shortlist:
        return Shortlist.of(self.centres)

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
