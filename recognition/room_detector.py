"""The detector for rooms: YuNet over a pyramid of tiles.

Far from the camera YuNet is as sure of some window panes as of true faces, but at one size of the picture
only: what is seen at every size is kept.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from recognition import weights
from recognition.detection import Face
from recognition.landmarks import LandmarkRefiner
from recognition.tiles import detect_in_tiles
from recognition.yunet import YuNet

# A roll-call's pyramid, and what a face needs: chosen on the classroom pictures (docs/rollcall.md).
LONG_SIDES = (1024, 1536)
CANDIDATE_FROM = 0.25
FACE_FROM = 0.59

# By fewer pixels nobody can be recognised.
SMALLEST_HEIGHT = 20

# Around the picture, in parts of its long side: faces that its border cuts are found by it.
MARGIN = 0.0235
_WHOLE = 10**6


class RoomDetector:
    """Finds the faces of a room, those at the back too. Safe to call from many threads.

    Args:
        weights_dir: folder of the networks.
        margin: width of the black border put around a picture, in parts of its long side.
        threads: cores to use, default all that this process may use.
    """

    name = "yunet in tiles"

    def __init__(self, weights_dir: Path, *, margin: float = MARGIN, threads: int | None = None) -> None:
        self._margin = margin
        self._yunet = YuNet(
            weights.verified(weights_dir, weights.YUNET),
            score_threshold=CANDIDATE_FROM,
            long_side=_WHOLE,
            threads=threads,
        )
        self._refiner = LandmarkRefiner(weights_dir, threads=threads)

    def detect(self, image: np.ndarray, long_sides: Sequence[int] | None = None) -> list[Face]:
        """Faces in an RGB uint8 ``(H, W, 3)`` picture, each once, largest first.

        Args:
            long_sides: the sizes at which the picture is looked at, default `LONG_SIDES`.
        """
        margin = round(self._margin * max(image.shape[:2]))
        roomy = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
        sizes = [round(size * (1 + 2 * self._margin)) for size in long_sides or LONG_SIDES]
        found = [face.moved(-margin, -margin) for face in detect_in_tiles(self._yunet, roomy, sizes)]
        sure = [face for face in found if face.score >= FACE_FROM and face.box[3] >= SMALLEST_HEIGHT]
        return self._refiner.refine(image, sure)
