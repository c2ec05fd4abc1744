"""Templates of the people on a roster and how alike a probe is to each of them.

Vocabulary of ISO/IEC 19795-1: a *template* is the embedding of one enrolment photo, a *probe* the embedding
of the face at the kiosk, the *gallery* all templates of one roster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]


def normalise(vectors: Embeddings) -> Embeddings:
    """Rows of (N, D) scaled to unit length; rows of zeros stay zeros."""
    vectors = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
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
        return normalise(self._sums)

    @cached_property
    def _sums(self) -> Embeddings:
        sums = np.zeros((len(self.labels), self.dimensions), dtype=np.float32)
        np.add.at(sums, self.owners, self.templates)
        return sums

    def scores(self, probes: Embeddings) -> Embeddings:
        """Cosine of (F, D) probes to each person's centre: (F, P), between -1 and 1."""
        return np.atleast_2d(probes) @ self.centres.T

    def scores_without_self(self, templates: Embeddings, owners: NDArray[np.intp]) -> Embeddings:
        """(n,) cosine of each of these templates to the centre of its owner's *other* templates."""
        rest = normalise(self._sums[owners] - templates)
        return np.einsum("nd,nd->n", rest, templates)

    def of(self, label: str) -> Embeddings:
        """The templates of one person; KeyError for somebody who is not in the gallery."""
        return self.templates[self.owners == self._index(label)]

    def with_person(self, label: str, templates: Embeddings) -> Gallery:
        """A gallery in which `label` has exactly these (n, D) templates, n at least 1."""
        templates = np.atleast_2d(np.asarray(templates, dtype=np.float32))
        if not templates.size:
            raise ValueError(f"{label} needs at least one template")
        kept = self.without_person(label) if label in self.labels else self
        names = [kept.labels[owner] for owner in kept.owners] + [label] * len(templates)
        stacked = np.concatenate([kept.templates, templates]) if len(kept) else templates
        return Gallery.from_labelled(stacked, names)

    def without_person(self, label: str) -> Gallery:
        """A gallery without `label`; KeyError for somebody who is not in it."""
        kept = self.owners != self._index(label)
        names = [self.labels[owner] for owner in self.owners[kept]]
        return Gallery.from_labelled(self.templates[kept], names, self.dimensions)

    def _index(self, label: str) -> int:
        try:
            return self.labels.index(label)
        except ValueError:
            raise KeyError(label) from None
