"""Faces near and far in a wide picture: a pyramid of sizes, the large ones cut into tiles that overlap.

A detector sees faces of some sizes best. The picture as a whole, made small, shows it those who sit near; the
picture at full size and enlarged, tile by tile, those at the back. What several tiles show is one face.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognition.detection import Detector, Face, iou, largest_first

# Of two boxes that share more than this of the smaller one, one is a part or a copy of the other.
_CONTAINED = 0.6
_SAME = 0.3

# Of one size the surest only, so that a hostile picture cannot make the comparison expensive.
_MOST = 600


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int


def tiles_of(width: int, height: int, side: int, overlap: int) -> Iterator[Tile]:
    """Tiles of at most ``side`` × ``side`` pixels that cover a picture, with ``overlap`` pixels in common.

    Whatever is at most ``overlap`` wide and high lies whole in one of them.

    Raises:
        ValueError: the overlap leaves no room to go on.
    """
    if not 0 <= overlap < side:
        raise ValueError(f"tiles of {side} pixels cannot overlap by {overlap}")
    for top in _starts(height, side, overlap):
        for left in _starts(width, side, overlap):
            yield Tile(left, top, min(side, width), min(side, height))


def _starts(length: int, side: int, overlap: int) -> list[int]:
    if length <= side:
        return [0]
    count = -(-(length - overlap) // (side - overlap))
    return [round(place * (length - side) / (count - 1)) for place in range(count)]


def merged(seen: Sequence[Face]) -> list[Face]:
    """Each face once, from all that tiles and sizes of a picture show, largest first.

    Its score is that of the surest; box and landmarks are the means of all that show it, the surer counting
    more.
    """
    left = sorted(seen, key=lambda face: face.score, reverse=True)
    found: list[Face] = []
    while left:
        surest = left[0]
        alike = [face for face in left if _same(surest, face)]
        left = [face for face in left if not _same(surest, face)]
        weights = np.array([face.score for face in alike])
        weights /= weights.sum()
        box = weights @ np.array([face.box for face in alike])
        landmarks = np.tensordot(weights, np.stack([face.landmarks for face in alike]), axes=1)
        found.append(Face(tuple(box.tolist()), landmarks.astype(np.float32), surest.score))
    return largest_first(found)


def _same(a: Face, b: Face) -> bool:
    return a is b or iou(a, b) > _SAME or _contained(a, b)


def _contained(a: Face, b: Face) -> bool:
    ax, ay, aw, ah = a.box
    bx, by, bw, bh = b.box
    width = min(ax + aw, bx + bw) - max(ax, bx)
    height = min(ay + ah, by + bh) - max(ay, by)
    return width > 0 and height > 0 and width * height > _CONTAINED * min(a.area, b.area)


def detect_in_tiles(
    detector: Detector,
    image: np.ndarray,
    long_sides: Sequence[int],
    *,
    side: int = 1280,
    overlap: int = 160,
) -> list[Face]:
    """Faces of an RGB uint8 ``(H, W, 3)`` picture, each once, largest first, in its pixels.

    Args:
        long_sides: the pyramid: the picture is looked at with its long side made this many pixels.
        side, overlap: of the tiles, in pixels of each size.
    """
    seen: list[Face] = []
    height, width = image.shape[:2]
    for long_side in long_sides:
        scale = long_side / max(height, width)
        level, found = _resized(image, scale), []
        for tile in tiles_of(level.shape[1], level.shape[0], side, overlap):
            part = level[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
            faces = detector.detect(np.ascontiguousarray(part))
            found += [face.moved(tile.left, tile.top).scaled(1 / scale) for face in faces]
        seen += sorted(found, key=lambda one: one.score, reverse=True)[:_MOST]
    return merged(seen)


def _resized(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1.0:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
