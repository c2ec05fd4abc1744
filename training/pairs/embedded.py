"""The face of each picture of a list of pairs, embedded once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.verifier import FaceSet, NotAnalysable, Unreadable, Verifier, read_picture
from training.pairs.pair_list import Pair
from training.photos import Progress


@dataclass(frozen=True, eq=False)
class PairVectors:
    """The embeddings of n pairs: a, b: ``(n, D)``; same: ``(n,)``; without_face: pairs left out."""

    a: np.ndarray
    b: np.ndarray
    same: np.ndarray
    without_face: int


def embed_pictures(
    pairs: Iterable[Pair], images: Path, verifier: Verifier, progress: Progress
) -> dict[str, np.ndarray | None]:
    """``(D,)`` of the face nearest to the middle of each picture; None where there is no face."""
    names = sorted({name for pair in pairs for name in (pair.first, pair.second)})
    vectors: dict[str, np.ndarray | None] = {}
    for number, name in enumerate(names):
        progress("embed", number, len(names))
        try:
            image = read_picture(images / name)
        except (Unreadable, NotAnalysable):
            vectors[name] = None
        else:
            vectors[name] = _central(verifier.faces(image), image)
    progress("embed", len(names), len(names))
    return vectors


def vectors_of(pairs: Iterable[Pair], vectors: dict[str, np.ndarray | None]) -> PairVectors:
    """The pairs of which both pictures show a face."""
    listed = list(pairs)
    shown = {name: vector for name, vector in vectors.items() if vector is not None}
    kept = [pair for pair in listed if pair.first in shown and pair.second in shown]
    return PairVectors(
        a=np.stack([shown[pair.first] for pair in kept]),
        b=np.stack([shown[pair.second] for pair in kept]),
        same=np.array([pair.same for pair in kept]),
        without_face=len(listed) - len(kept),
    )


def _central(found: FaceSet, image: np.ndarray) -> np.ndarray | None:
    if not found.faces:
        return None
    middle = np.array(image.shape[1::-1]) / 2
    boxes = np.array([face.box for face in found.faces])
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    return found.embeddings[np.hypot(*(centres - middle).T).argmin()]
