"""Classes of people who are points on the sphere: shaped like real embeddings, made in a millisecond."""

from dataclasses import dataclass

import numpy as np

DIMENSIONS = 128


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@dataclass
class SyntheticPopulation:
    """People around a common direction: `likeness` is the mean cosine between two of them."""

    likeness: float = 0.08
    seed: int = 0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.common = unit(self.random.normal(size=DIMENSIONS))

    def people(self, count: int) -> np.ndarray:
        own = unit(self.random.normal(size=(count, DIMENSIONS)))
        return unit(np.sqrt(self.likeness) * self.common + np.sqrt(1 - self.likeness) * own)

    def photos(self, people: np.ndarray, each: int, noise: float = 0.8) -> np.ndarray:
        """(len(people) * each, D): photos of one person next to each other."""
        spread = unit(self.random.normal(size=(len(people) * each, DIMENSIONS))) * noise
        return unit(np.repeat(people, each, axis=0) + spread)


def names(count: int, each: int = 1) -> list[str]:
    return [f"student-{number:03d}" for number in range(count) for _ in range(each)]
