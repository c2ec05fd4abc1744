"""Face masks drawn onto photos: what a face covered from the nose bridge down looks like.

Real masked pictures are scarce and cannot be shipped; a drawn mask hides the same part of the face. It is
used to measure how covered faces score, never to replace pictures of people in masks (docs/accuracy.md
reports on real ones).
"""

from __future__ import annotations

import cv2
import numpy as np

from recognition.alignment import ARCFACE_TEMPLATE, similarity_transform
from recognition.detection import Face

# Outline in the coordinates of the 112×112 ArcFace template, for a mask whose upper edge crosses the nose at
# height 0: ear, cheek, nose bridge, cheek, ear, jaw, chin, jaw.
_OUTLINE = np.array(
    [[14, 6], [34, 2], [56, -4], [78, 2], [98, 6], [96, 34], [80, 50], [56, 56], [32, 50], [16, 34]],
    dtype=np.float64,
)
_NOSE_BRIDGE = 60.0
# RGB of surgical blue, green, white, black, KN95 grey, red, navy, purple, beige cloth.
_COLOURS = np.array(
    [
        [120, 165, 200],
        [130, 185, 170],
        [230, 230, 230],
        [30, 30, 32],
        [205, 205, 200],
        [160, 40, 45],
        [40, 50, 90],
        [110, 70, 130],
        [200, 175, 150],
    ],
    dtype=np.float64,
)
_CURVE_STEPS = 12


def with_mask(image: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """A copy of an RGB uint8 (H, W, 3) photo in which `face` wears a mask: colour, pattern, height, folds and
    shade drawn from `rng`."""
    outline = _outline(rng)
    to_picture = cv2.invertAffineTransform(similarity_transform(face.landmarks, ARCFACE_TEMPLATE))
    outline = outline @ to_picture[:, :2].T + to_picture[:, 2]
    height, width = image.shape[:2]
    cover = np.zeros((height, width), np.uint8)
    cv2.fillPoly(cover, [np.round(outline * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    scale = float(np.hypot(*to_picture[:, 0]))
    share = (cv2.GaussianBlur(cover, (0, 0), max(0.6, scale)) / 255.0)[..., None]
    # The light on the face falls on the mask too: the picture's own large-scale brightness shades it.
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = cv2.GaussianBlur(grey, (0, 0), max(1.0, 14 * scale))
    inside = light[cover > 0]
    if not inside.size:
        return image.copy()
    shade = (light / max(float(inside.mean()), 1.0)) ** rng.uniform(0.5, 1.2)
    level = np.clip(float(inside.mean()) / 130, 0.25, 1.5)
    cloth = _cloth(rng, (height, width), to_picture, scale)
    covered = np.clip(cloth * shade[..., None] * level, 0, 255)
    return np.round(image * (1 - share) + covered * share).astype(np.uint8)


def _outline(rng: np.random.Generator) -> np.ndarray:
    """(n, 2) closed smooth outline in template coordinates."""
    points = _OUTLINE * [1, rng.uniform(0.9, 1.15)] + [0, _NOSE_BRIDGE + rng.uniform(-5, 6)]
    points += rng.normal(0, 1.2, points.shape)
    # Catmull-Rom through the points.
    before, after, second = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    t = np.linspace(0, 1, _CURVE_STEPS, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * points
        + (after - before) * t
        + (2 * before - 5 * points + 4 * after - second) * t**2
        + (3 * points - before - 3 * after + second) * t**3
    )
    return curve.transpose(1, 0, 2).reshape(-1, 2)


def _cloth(
    rng: np.random.Generator, size: tuple[int, int], to_picture: np.ndarray, scale: float
) -> np.ndarray:
    """(H, W, 3) float colour of the cloth everywhere in the picture."""
    height, width = size
    colour = _COLOURS[rng.integers(len(_COLOURS))] * rng.uniform(0.8, 1.15) + rng.normal(0, 8, 3)
    cloth = np.broadcast_to(colour, (height, width, 3)).astype(np.float32).copy()
    kind = rng.choice(["plain", "folds", "pattern"], p=[0.35, 0.4, 0.25])
    if kind == "folds":
        # Pleats run across the face: dark lines at even heights of the template.
        to_template = cv2.invertAffineTransform(to_picture)
        rows, columns = np.indices((height, width), dtype=np.float32)
        depth = to_template[1, 0] * columns + to_template[1, 1] * rows + to_template[1, 2]
        phase = 2 * np.pi * (depth / rng.uniform(8, 14) + rng.random())
        cloth *= (1 - rng.uniform(0.04, 0.2) * (np.cos(phase) > 0.7))[..., None].astype(np.float32)
    elif kind == "pattern":
        cell = max(1, round(rng.uniform(2, 9) * scale))
        coarse = rng.normal(0, rng.uniform(10, 60), (height // cell + 2, width // cell + 2, 3))
        pattern = cv2.resize(coarse, None, fx=cell, fy=cell, interpolation=cv2.INTER_LINEAR)
        cloth += pattern[:height, :width].astype(np.float32)
    return cloth
