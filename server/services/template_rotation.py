"""A secret rotation of embeddings: all angles between them stay, and the directions are nobody's any more.

What it protects, and what not, is written down in docs/privacy.md.
"""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@lru_cache(maxsize=2)
def rotation(secret: bytes, dimensions: int) -> Vectors:
    """(D, D) orthogonal matrix, drawn uniformly among all (Haar measure) by what the secret determines.

    The Q of a matrix of normal numbers, with the signs of R's diagonal taken out (Mezzadri 2007). The numbers
    come from SHAKE-256 by the method of Box and Muller, so they are the same with every version of NumPy.
    """
    count = dimensions * dimensions
    drawn = np.frombuffer(hashlib.shake_256(secret).digest(16 * count), dtype="<u8").reshape(2, count)
    uniform = ((drawn >> 11).astype(np.float64) + 0.5) / 2.0**53
    normal = np.sqrt(-2 * np.log(uniform[0])) * np.cos(2 * np.pi * uniform[1])
    q, r = np.linalg.qr(normal.reshape(dimensions, dimensions))
    return np.ascontiguousarray(q * np.sign(np.diag(r)), dtype=np.float32)


def rotate(vectors: Vectors, secret: bytes) -> Vectors:
    """(N, D) embeddings after the secret's rotation."""
    return vectors @ rotation(secret, vectors.shape[-1])
