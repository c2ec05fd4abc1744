"""The detector for rooms: CenterFace over the whole picture, and over tiles of one that has more to show."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognition import weights
from recognition.centerface import CenterFace
from recognition.detection import Face
from recognition.landmarks import LandmarkRefiner
from recognition.tiles import detect_in_tiles

# The size at which a room is looked at, and the score that a face needs: those that find most faces in
# classrooms at no more than 0.2 false boxes a picture (benchmarks/room_limits.py, docs/rollcall.md).
LONG_SIDE = 1024
FACE_FROM = 0.44

# A picture larger than this has faces at the back that shrink too far at that size: it is looked at in its
# own, too.
LARGE_FROM = 1920

# By fewer pixels nobody can be recognised.
SMALLEST_HEIGHT = 20


class RoomDetector:
    """Finds the faces of a room, those at the back too. Safe to call from many threads.

    Args:
        weights_dir: folder of the networks.
        threads: cores to use, default all that this process may use.
        face_from: the score that a face needs.
    """

    name = "centerface in tiles"

    def __init__(
        self, weights_dir: Path, *, threads: int | None = None, face_from: float = FACE_FROM
    ) -> None:
        self._centerface = CenterFace(
            weights.verified(weights_dir, weights.CENTERFACE), score_threshold=face_from, threads=threads
        )
        self._refiner = LandmarkRefiner(weights_dir, threads=threads)

    def detect(self, image: np.ndarray, long_sides: Sequence[int] | None = None) -> list[Face]:
        """Faces in an RGB uint8 ``(H, W, 3)`` picture, each once, largest first.

        Args:
            long_sides: the sizes at which the picture is looked at, default `pyramid_of` the picture.
        """
        found = detect_in_tiles(self._centerface, image, long_sides or pyramid_of(image))
        return self._refiner.refine(image, [face for face in found if face.box[3] >= SMALLEST_HEIGHT])


def pyramid_of(image: np.ndarray) -> tuple[int, ...]:
    """The long sides at which a room's picture is looked at."""
    own = max(image.shape[:2])
    return (LONG_SIDE, own) if own > LARGE_FROM else (LONG_SIDE,)
