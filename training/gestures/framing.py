"""The square around the shoulders that the gesture head sees. The kiosk's framing has the same numbers."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.gestures.posenet import LEFT_SHOULDER, RESOLUTION, RIGHT_SHOULDER, PoseNet

SIDE_IN_SHOULDER_WIDTHS = 3.8
SMALLEST_PROBABILITY = 0.3
"""A shoulder less likely than this is not a shoulder."""
_ROUNDS = 3


@dataclass(frozen=True)
class Shoulders:
    """x, y: the middle between the shoulders; width: the distance between them. Pixels of the picture."""

    x: float
    y: float
    width: float


def square(image: NDArray[np.uint8], x: float, y: float, side: float) -> NDArray[np.uint8]:
    """The square of this side centred on (x, y), black where the picture ends."""
    pixels = max(8, round(side))
    left, top = round(x - side / 2), round(y - side / 2)
    height, width = image.shape[:2]
    inside = image[
        max(0, top) : max(0, min(height, top + pixels)), max(0, left) : max(0, min(width, left + pixels))
    ]
    result = np.zeros((pixels, pixels, 3), np.uint8)
    at_y, at_x = max(0, -top), max(0, -left)
    result[at_y : at_y + inside.shape[0], at_x : at_x + inside.shape[1]] = inside
    return result


def find_shoulders(image: NDArray[np.uint8], posenet: PoseNet) -> Shoulders | None:
    """Where the person's shoulders are in an RGB picture, or None where nobody shows both.

    Looks at the whole picture first and then closer, as the kiosk does from frame to frame.
    """
    height, width = image.shape[:2]
    x, y, side = width / 2, height / 2, float(max(width, height))
    found = None
    for _ in range(_ROUNDS):
        points = posenet.run([square(image, x, y, side)]).keypoints()[0]
        pair = points[[LEFT_SHOULDER, RIGHT_SHOULDER]]
        if pair[:, 2].min() < SMALLEST_PROBABILITY:
            return found
        pair = pair[:, :2] * (side / RESOLUTION) + [x - side / 2, y - side / 2]
        x, y = pair.mean(axis=0)
        across = float(np.hypot(*(pair[0] - pair[1])))
        found = Shoulders(float(x), float(y), max(across, 8.0))
        side = min(found.width * SIDE_IN_SHOULDER_WIDTHS, float(max(width, height)))
    return found


def turned(image: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The square picture turned around its middle."""
    side = image.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1.0)
    return cv2.warpAffine(image, matrix, (side, side)).astype(np.uint8, copy=False)
