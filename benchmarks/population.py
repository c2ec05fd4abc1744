"""As many people as are wanted, spread over the sphere as real ones are.

A person's mean is drawn from the normal distribution with the mean and covariance of the real people's means
(the noise of few photos taken out); a photo of theirs deviates from it as a real photo, drawn at random, does
from its own person's mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from recognition.gallery import normalise

# More pairs would not change the moments.
_PAIRS = 4000


@dataclass(frozen=True, eq=False)
class Population:
    """mean: (D,) of all people; spread: (D, D) whose product with standard normal numbers gives a person's
    difference from it; deviations: (n, D) of real photos from their person's mean."""

    mean: np.ndarray
    spread: np.ndarray
    deviations: np.ndarray

    @classmethod
    def like(cls, vectors: np.ndarray, people: np.ndarray) -> Population:
        """The population that (N, D) embeddings of these N people were drawn from."""
        _, owners = np.unique(people, return_inverse=True)
        counts = np.bincount(owners)
        sums = np.zeros((len(counts), vectors.shape[1]))
        np.add.at(sums, owners, vectors)
        means = sums / counts[:, None]
        several = counts[owners] > 1
        # The mean of n photos lies nearer to them than the person's own: sqrt(n / (n - 1)) makes up for it.
        widened = np.sqrt(counts / np.maximum(counts - 1, 1))[owners[several], None]
        deviations = (vectors[several] - means[owners[several]]) * widened
        within = deviations.T @ deviations / len(deviations)
        between = np.cov(means.T) - within * np.mean(1 / counts)
        values, directions = np.linalg.eigh(between)
        spread = directions * np.sqrt(np.clip(values, 0, None))
        return cls(
            *(array.astype(np.float32) for array in (means.mean(axis=0), spread, deviations)),
        )

    def people(self, count: int, random: np.random.Generator) -> np.ndarray:
        """(count, D) means of new people, not normalised."""
        own = random.standard_normal((count, len(self.mean)), dtype=np.float32)
        return self.mean + own @ self.spread.T

    def photos(self, people: np.ndarray, each: int, random: np.random.Generator) -> np.ndarray:
        """(len(people) * each, D) embeddings of unit length, photos of one person next to each other."""
        photos = np.repeat(people, each, axis=0)
        for start in range(0, len(photos), 50_000):  # A gallery of a campus is made without a second copy.
            rows = photos[start : start + 50_000]
            rows += self.deviations[random.integers(len(self.deviations), size=len(rows))]
            rows[:] = normalise(rows)
        return photos


def moments(vectors: np.ndarray, people: np.ndarray, seed: int = 0) -> dict[str, Any]:
    """Mean and deviation of cosines between photos of one person and of two, over random pairs."""
    random = np.random.default_rng(seed)
    _, owners = np.unique(people, return_inverse=True)
    rows = [np.flatnonzero(owners == owner) for owner in np.flatnonzero(np.bincount(owners) > 1)]
    same = np.array([random.choice(own, 2, replace=False) for own in rows for _ in range(min(10, len(own)))])
    different = random.integers(len(vectors), size=(_PAIRS, 2))
    different = different[owners[different[:, 0]] != owners[different[:, 1]]]

    def spread(pairs: np.ndarray) -> dict[str, float]:
        cosines = np.einsum("nd,nd->n", vectors[pairs[:, 0]], vectors[pairs[:, 1]])
        return {"mean": float(cosines.mean()), "deviation": float(cosines.std())}

    return {"one_person": spread(same), "two_people": spread(different)}
