"""Roll-call: who of a roster is in one wide picture of a room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.detection import Face
from recognition.embedding import Embedder
from recognition.exposure import lifted
from recognition.room_detector import RoomDetector
from recognition.roster_model import RosterModel
from recognition.shortlist import Embeddings


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A face in the picture of a room.

    Attributes:
        face: where, in the picture's pixels.
        label: who of the roster it is, None for somebody unknown.
        score: the gate's evidence for the most likely student, None on an empty roster.
        threshold: evidence from which on a face is known.
    """

    face: Face
    label: str | None
    score: float | None
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    """Which student a face most likely is: ``excess`` is the evidence above the threshold."""

    label: str | None
    score: float | None
    threshold: float

    @property
    def excess(self) -> float:
        return -np.inf if self.score is None else self.score - self.threshold


def call_roll(
    image: np.ndarray,
    detector: RoomDetector,
    embedder: Embedder,
    model: RosterModel,
    long_sides: Sequence[int] | None = None,
) -> list[Seen]:
    """Every face of an RGB uint8 ``(H, W, 3)`` picture, with the student it is, largest first.

    All faces are embedded in one batch, and each is held to the roster's own gate. One student is in one
    place: where several faces pass as the same student, the one that passes by most is, the others are
    unknown. long_sides: as for `RoomDetector.detect`.
    """
    lit = lifted(image)
    faces = detector.detect(lit, long_sides)
    if not faces:
        return []
    claims = _claims(np.stack([embedder.crop(lit, face) for face in faces]), embedder, model)
    labels = one_place_each([claim.label for claim in claims], [claim.excess for claim in claims])
    return [
        Seen(face, label, claim.score, claim.threshold)
        for face, claim, label in zip(faces, claims, labels, strict=True)
    ]


def one_place_each(labels: Sequence[str | None], evidence: Sequence[float]) -> list[str | None]:
    """The labels with each name kept where its evidence is greatest and None in its other places."""
    best: dict[str, int] = {}
    for place, label in enumerate(labels):
        if label is not None and (label not in best or evidence[place] > evidence[best[label]]):
            best[label] = place
    return [
        label if label is not None and best[label] == place else None for place, label in enumerate(labels)
    ]


def _claims(crops: np.ndarray, embedder: Embedder, model: RosterModel) -> list[_Claim]:
    """One for each crop. Where the part of the embeddings that is computed first leaves no doubt, the rest is
    not computed."""
    if not len(model.gallery):
        return [_Claim(None, None, model.threshold)] * len(crops)
    if embedder.first is None or model.first_look is None:
        return _ranked(embedder.embed(crops), model)
    first = embedder.embed_first(crops)
    claims = _ranked(first, model.first_look)
    open_still = [place for place, claim in enumerate(claims) if claim.label is None]
    if open_still:
        closer = _ranked(embedder.embed(crops[open_still], first[open_still]), model)
        for place, claim in zip(open_still, closer, strict=True):
            claims[place] = claim
    return claims


def _ranked(embeddings: Embeddings, model: RosterModel) -> list[_Claim]:
    ranking = model.rank(embeddings)
    return [
        _Claim(label if known else None, float(score), model.threshold)
        for label, score, known in zip(ranking.labels, ranking.scores, ranking.admitted, strict=True)
    ]
