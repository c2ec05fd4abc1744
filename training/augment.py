"""Perturbed copies of an enrolment photo: what the same face may look like at the kiosk on another day.

Every copy is a pure function of the photo's pixels, its number and the seed, so neither the order of the
photos nor the number of threads changes the result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike

from recognition.detection import Face

CUT_SIDE = 320
# Side of the cut in sides of the face box: room for rotation and for every crop margin of the embedders.
CUT_REACH = 2.2
# Landmark order after mirroring: each pair swaps sides, the nose stays.
MIRRORED = [1, 0, 2, 4, 3]


@dataclass(frozen=True, eq=False)
class FaceCut:
    """A square around one face: RGB uint8 (S, S, 3) with S at most 320, and the face in its coordinates."""

    image: np.ndarray
    face: Face


@dataclass(frozen=True)
class Strength:
    """How far copies stray. Angles in degrees; shifts and scales as a share of the face; standard
    deviations for what is drawn from a normal distribution, half ranges for the rest."""

    flip: float = 0.5
    rotation: float = 6.0
    shift: float = 0.03
    scale: float = 0.05
    gain: float = 0.35
    gamma: float = 0.35
    blur_sigma: float = 1.2
    noise_sigma: float = 6.0
    jpeg_quality: tuple[int, int] = (35, 95)


def cut_face(image: np.ndarray, face: Face) -> FaceCut:
    """The surroundings of `face` in an RGB uint8 (H, W, 3) image, never enlarged; edges are replicated."""
    x, y, width, height = face.box
    reach = CUT_REACH * max(width, height)
    side = int(np.clip(round(reach), 16, CUT_SIDE))
    zoom = side / reach
    matrix = _similarity((x + width / 2, y + height / 2), (side / 2, side / 2), zoom, 0.0)
    flags = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    if zoom < 0.5:  # warpAffine samples sparsely: shrink with averaging first
        image = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        face = moved(face, np.array([[zoom, 0, 0], [0, zoom, 0]]))
        return cut_face(image, face)
    cut = cv2.warpAffine(image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return FaceCut(cut, moved(face, matrix))


def copies(
    cut: FaceCut, count: int, seed: int = 0, strength: Strength | None = None, *, first: int = 0
) -> Iterator[FaceCut]:
    """Perturbed copies number `first` to `count` - 1: mirrored, rotated, cropped askew, re-lit, blurred,
    noisy, compressed."""
    strength = strength or Strength()
    digest = hashlib.sha256(cut.image.tobytes()).digest()
    for number in range(first, count):
        entropy = [seed, number, *np.frombuffer(digest[:16], dtype="<u4").tolist()]
        rng = np.random.default_rng(entropy)
        yield FaceCut(*_relight(*_move(cut, rng, strength), rng, strength))


def moved(face: Face, matrix: np.ndarray) -> Face:
    """The face after a (2, 3) similarity transform; its box keeps upright and keeps its centre."""
    x, y, width, height = face.box
    zoom = float(np.hypot(*matrix[:, 0]))
    cx, cy = matrix[:, :2] @ [x + width / 2, y + height / 2] + matrix[:, 2]
    left, top = float(cx - zoom * width / 2), float(cy - zoom * height / 2)
    landmarks = face.landmarks @ matrix[:, :2].T + matrix[:, 2]
    box = (left, top, float(zoom * width), float(zoom * height))
    return Face(box, landmarks.astype(np.float32), face.score)


def _similarity(source: ArrayLike, target: ArrayLike, zoom: float, degrees: float) -> np.ndarray:
    """(2, 3) matrix that carries the point `source` to `target`, turning and scaling around it."""
    turn = np.radians(degrees)
    linear = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.column_stack([linear, np.asarray(target) - linear @ np.asarray(source)])


def _move(cut: FaceCut, rng: np.random.Generator, strength: Strength) -> tuple[np.ndarray, Face]:
    image, face, side = cut.image, cut.face, cut.image.shape[0]
    if rng.random() < strength.flip:
        x, y, width, height = face.box
        landmarks = (face.landmarks * [-1, 1] + [side - 1, 0])[MIRRORED].astype(np.float32)
        image, face = image[:, ::-1], Face((side - 1 - x - width, y, width, height), landmarks, face.score)
    centre = (side / 2, side / 2)
    matrix = _similarity(centre, centre, 1.0, rng.normal(0, strength.rotation))
    image = cv2.warpAffine(np.ascontiguousarray(image), matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    face = moved(face, matrix)
    # What a detector would do on another frame: find the same face a little askew.
    size = np.hypot(face.box[2], face.box[3])
    x, y, width, height = face.box
    middle = np.array([x + width / 2, y + height / 2])
    askew = _similarity(
        middle,
        middle + rng.normal(0, strength.shift, 2) * size,
        float(np.exp(rng.normal(0, strength.scale))),
        rng.normal(0, strength.rotation / 3),
    )
    return image, moved(face, askew)


def _relight(
    image: np.ndarray, face: Face, rng: np.random.Generator, strength: Strength
) -> tuple[np.ndarray, Face]:
    gain = np.exp(rng.uniform(-strength.gain, strength.gain))
    gamma = np.exp(rng.uniform(-strength.gamma, strength.gamma))
    ramp = np.clip(gain * (np.arange(256) / 255) ** gamma, 0, 1) * 255
    image = cv2.LUT(image, ramp.round().astype(np.uint8))
    sigma = rng.uniform(0, strength.blur_sigma)
    if sigma > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    noise = rng.standard_normal(image.shape, dtype=np.float32) * np.float32(
        rng.uniform(0, strength.noise_sigma)
    )
    image = np.clip(image + noise, 0, 255).astype(np.uint8)
    quality = int(rng.integers(*strength.jpeg_quality, endpoint=True))
    done, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV could not encode a copy as JPEG")
    decoded: Any = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return decoded[:, :, ::-1], face
