"""The few people of a large gallery who can be the nearest, found without reading every centre in full.

Reading 150,000 centres of 640 numbers takes longer than a visit may: the memory is the limit, not the
arithmetic. Embeddings fill few of their dimensions, so the leading principal components of the centres (96
hold 86 % of the energy of LFW's) rank them almost as the whole does, and who leads there is compared in
full. How seldom the nearest is missed: docs/performance.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]

DIMENSIONS = 96
CANDIDATES = 512
# More centres than these teach the components nothing new.
_SAMPLE = 20_000


@dataclass(frozen=True, eq=False)
class Shortlist:
    """basis: (D, 96) orthonormal columns; projected: (P, 96) float32, each person's centre in that basis;
    offsets: (P,) float32, taken from each person's scores."""

    basis: Embeddings
    projected: Embeddings
    offsets: Embeddings

    @classmethod
    def of(cls, centres: Embeddings, offsets: Embeddings) -> Shortlist:
        """The shortlist of (P, D) centres whose scores are scalar products less these (P,) offsets."""
        sample = centres[:: -(-len(centres) // _SAMPLE)]
        _, vectors = np.linalg.eigh(sample.T @ sample)
        basis = np.ascontiguousarray(vectors[:, ::-1][:, :DIMENSIONS], dtype=np.float32)
        return cls(basis, centres @ basis, offsets)

    def candidates(self, probes: Embeddings, count: int = CANDIDATES) -> NDArray[np.intp]:
        """(F, count) rows of the centres that look nearest to each of (F, D) probes, in no order."""
        likeness = (probes @ self.basis) @ self.projected.T
        likeness -= self.offsets
        return np.argpartition(likeness, -count, axis=1)[:, -count:]
