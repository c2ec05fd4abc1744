"""Which students the model knows least well, and why: what an instructor can do something about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognition.roster_model import RosterModel
from training.photos import Photo

# How near the threshold another student may come before it is worth a word.
NEAR = 0.05
FEW_PHOTOS = 3
DARK, SMALL_PX, BLURRED = 60.0, 80.0, 0.03


@dataclass(frozen=True)
class Student:
    """How well one student is known.

    own: mean cosine of each photo to the student's other photos, and own_lowest the lowest of them with its
    source, None with one photo; other: the highest cosine of anybody else's photo to this student's
    templates, other_label whose; headroom: the smaller distance of the two to the threshold, negative when
    beyond it.
    """

    label: str
    photos: int
    own: float | None
    own_lowest: float | None
    own_lowest_source: str | None
    other: float | None
    other_label: str | None
    headroom: float
    reasons: tuple[str, ...]


def students(model: RosterModel, photos: Sequence[Photo]) -> list[Student]:
    """Everybody on the roster, the weakest first. `photos` are those the model was fitted on."""
    owners = np.array([model.labels.index(photo.label) for photo in photos])
    templates = np.stack([photo.embedding for photo in photos])
    scores = model.gallery.scores(templates)
    own = model.gallery.scores_without_self(templates, owners)
    scores[np.arange(len(photos)), owners] = -np.inf
    found = [
        _student(model, photos, index, np.flatnonzero(owners == index), own, scores, owners)
        for index in range(len(model.labels))
    ]
    return sorted(found, key=lambda student: (student.headroom, student.label))


def _student(
    model: RosterModel,
    photos: Sequence[Photo],
    index: int,
    rows: NDArray[np.intp],
    own: NDArray[np.floating],
    others: NDArray[np.floating],
    owners: NDArray[np.intp],
) -> Student:
    label, threshold = model.labels[index], model.threshold
    lowest = int(rows[own[rows].argmin()]) if len(rows) > 1 else None
    nearest = int(others[:, index].argmax()) if len(model.labels) > 1 else None
    other = None if nearest is None else float(others[nearest, index])
    other_label = None if nearest is None else model.labels[owners[nearest]]
    distances = [threshold - other] if other is not None else []
    distances += [float(own[lowest]) - threshold] if lowest is not None else []
    student = Student(
        label=label,
        photos=len(rows),
        own=float(own[rows].mean()) if lowest is not None else None,
        own_lowest=float(own[lowest]) if lowest is not None else None,
        own_lowest_source=photos[lowest].source if lowest is not None else None,
        other=other,
        other_label=other_label,
        headroom=min(distances, default=0.0),
        reasons=(),
    )
    reasons = _reasons(student, threshold, [photos[row] for row in rows])
    return Student(**(vars(student) | {"reasons": reasons}))


def _reasons(student: Student, threshold: float, photos: Sequence[Photo]) -> tuple[str, ...]:
    reasons = []
    if student.own_lowest is not None and student.own_lowest < threshold:
        reasons.append(
            f"{student.own_lowest_source} is unlike the other photos ({student.own_lowest:.2f}): "
            "does it show somebody else?"
        )
    if student.other is not None and student.other >= threshold - NEAR:
        reasons.append(f"looks much like {student.other_label} ({student.other:.2f})")
    if student.photos < FEW_PHOTOS:
        reasons.append("one photo only" if student.photos == 1 else f"only {student.photos} photos")
    qualities = [photo.quality for photo in photos]
    for words, weak in (
        ("dark", [quality.brightness < DARK for quality in qualities]),
        ("small", [quality.size_px < SMALL_PX for quality in qualities]),
        ("blurred", [quality.sharpness < BLURRED for quality in qualities]),
    ):
        if np.mean(weak) >= 0.5:
            reasons.append(f"{sum(weak)} of {len(weak)} photos are {words}")
    if not reasons and student.own is not None and student.own < threshold + 0.15:
        reasons.append("the photos differ much from each other")
    return tuple(reasons)
