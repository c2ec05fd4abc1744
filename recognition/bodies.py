"""Whether a face sits on a body: a face on a phone or a print is somewhere else, or of another size.

The body comes from a pose network beside the camera (PoseNet in the kiosk's browser): nose and shoulders.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from recognition.detection import Face

SURE = 0.5
"""A point less likely than this says nothing."""
EDGE = 0.02
"""Nor does one this near to the picture's border: somebody close to the camera has the shoulders outside."""
NOSE_APART = 0.45
"""The pose network's nose lies this near to the face's, in parts of the box's height, at most."""
SIZES = (0.14, 0.42)
"""Eye-to-mouth distance in parts of the shoulders' distance."""
ASIDE = 0.75
"""The shoulders' middle lies this near to the nose sideways, in parts of their distance, at most."""


@dataclass(frozen=True, slots=True)
class Body:
    """A nose and two shoulders as ``(x, y, probability)``, in parts of the picture's width and height."""

    nose: tuple[float, float, float]
    left_shoulder: tuple[float, float, float]
    right_shoulder: tuple[float, float, float]

    @classmethod
    def read(cls, value: Any) -> Body | None:
        """From nine numbers: nose, left, right shoulder. None for anything else, or a point of no use."""
        if not isinstance(value, list) or len(value) != 9:
            return None
        if not all(type(one) in (int, float) and math.isfinite(one) and abs(one) < 10 for one in value):
            return None
        body = cls(*(tuple(float(one) for one in value[at : at + 3]) for at in (0, 3, 6)))  # type: ignore[arg-type]
        points = (body.nose, body.left_shoulder, body.right_shoulder)
        inside = all(EDGE <= value <= 1 - EDGE for point in points for value in point[:2])
        return body if inside and min(point[2] for point in points) >= SURE else None


def face_is_on(body: Body, face: Face, shape: tuple[int, ...]) -> bool:
    """Whether the face is that of the body: noses agree, and its size and place suit the shoulders.

    Args:
        face: in pixels of the picture.
        shape: ``(height, width, …)`` of the picture.
    """
    height, width = shape[:2]
    nose, left, right = (
        np.array([point[0] * width, point[1] * height])
        for point in (body.nose, body.left_shoulder, body.right_shoulder)
    )
    across = float(np.hypot(*(left - right)))
    if across <= 0:
        return False
    points = face.landmarks.astype(np.float64)
    down = float(np.hypot(*(points[3:].mean(axis=0) - points[:2].mean(axis=0))))
    return bool(
        np.hypot(*(nose - points[2])) <= NOSE_APART * face.box[3]
        and SIZES[0] <= down / across <= SIZES[1]
        and abs((left + right)[0] / 2 - points[2][0]) <= ASIDE * across
        and (left + right)[1] / 2 > points[2][1]
    )
