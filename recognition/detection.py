"""What a face detector gives, and the one protocol every detector follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One detected face, in pixels of the picture it was found in.

    Attributes:
        box: ``(x, y, width, height)``, float pixels; may reach over the picture's border.
        landmarks: ``(5, 2)`` float32 ``(x, y)``: eye on the image's left, eye on the image's right, nose tip,
            mouth corner on the image's left, mouth corner on the image's right.
        score: the detector's confidence, 0..1.
    """

    box: tuple[float, float, float, float]
    landmarks: np.ndarray
    score: float

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        return self.box[2] * self.box[3]

    def moved(self, dx: float, dy: float) -> "Face":
        """The same face in a picture whose origin lies at ``(-dx, -dy)`` of this one."""
        x, y, width, height = self.box
        shift = np.array([dx, dy], dtype=np.float32)
        return Face((x + dx, y + dy, width, height), self.landmarks + shift, self.score)

    def scaled(self, factor: float) -> "Face":
        """The same face in the picture resized by ``factor``."""
        x, y, width, height = (value * factor for value in self.box)
        return Face((x, y, width, height), self.landmarks * np.float32(factor), self.score)


class Detector(Protocol):
    """Finds faces. Implementations are safe to call from many threads."""

    name: str

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in an RGB uint8 ``(H, W, 3)`` picture, largest first; empty when there is none."""
        ...


def largest_first(faces: Iterable[Face]) -> list[Face]:
    """The order every detector answers in."""
    return sorted(faces, key=lambda face: face.area, reverse=True)


def iou(a: Face, b: Face) -> float:
    """Intersection over union of two boxes, 0..1."""
    ax, ay, aw, ah = a.box
    bx, by, bw, bh = b.box
    width = min(ax + aw, bx + bw) - max(ax, bx)
    height = min(ay + ah, by + bh) - max(ay, by)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a.area + b.area - shared)


def detectors_agree(a: Face, b: Face, *, tolerance: float = 0.2) -> bool:
    """Whether two detectors mean the same face.

    Boxes follow each detector's own taste (YuNet's are taller), so the landmarks decide: eyes, nose and mouth
    must lie within ``tolerance`` of the eye-to-mouth distance of each other on average. (Eye to mouth rather
    than eye to eye: it does not shrink when the head turns.)
    """
    eyes, mouth = a.landmarks[:2].mean(axis=0), a.landmarks[3:].mean(axis=0)
    scale = float(np.hypot(*(mouth - eyes)))
    if scale <= 0:
        return False
    distance = np.hypot(*(a.landmarks - b.landmarks).T).mean()
    return bool(distance <= tolerance * scale)
