"""A recorded webcam of somebody who looks ahead, then down to the left, then down to the right."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.presentation import turned_by_relief
from recognition.detection import Detector
from tests.e2e.webcam import SWAYING_SIZE, record

AHEAD, ASIDE = 11, 12
"""Pictures, two a second."""
YAW, PITCH = 30.0, 34.0


@dataclass(frozen=True)
class HeadFilm:
    """Makes films of synthetic people; the poses are rendered from one picture, with the relief of a head."""

    detector: Detector
    folder: Path

    def of(self, picture: Path) -> Path:
        """The film of one person."""
        path = self.folder / f"{picture.parent.parent.name}.mjpeg"
        if path.exists():
            return path
        scenes = self.scenes(picture)
        order = ["ahead"] * AHEAD + ["down_left"] * ASIDE + ["down_right"] * ASIDE
        return record([scenes[name] for name in order], path)

    def scenes(self, picture: Path) -> dict[str, Path]:
        """Pictures of somebody who looks "ahead", "down_left" and "down_right"."""
        image = cv2.imread(str(picture))
        width, height = SWAYING_SIZE
        scale = max(width / image.shape[1], height / image.shape[0])
        scaled = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        left = (scaled.shape[1] - width) // 2
        ahead = np.ascontiguousarray(scaled[:height, left : left + width])
        views = {
            "ahead": ahead,
            "down_left": self._lowered(ahead, YAW),
            "down_right": self._lowered(ahead, -YAW),
        }
        for name, view in views.items():
            cv2.imwrite(str(self.folder / f"{name}.png"), view)
        return {name: self.folder / f"{name}.png" for name in views}

    def _lowered(self, picture: np.ndarray, yaw: float) -> np.ndarray:
        """Turned by so many degrees to the picture's right, then the chin lowered: a turn on its side."""
        turned = turned_by_relief(picture, self._landmarks(picture), yaw)
        on_its_side = np.ascontiguousarray(turned.transpose(1, 0, 2))
        landmarks = np.ascontiguousarray(self._landmarks(turned)[:, ::-1])
        return np.ascontiguousarray(turned_by_relief(on_its_side, landmarks, PITCH).transpose(1, 0, 2))

    def _landmarks(self, picture: np.ndarray) -> np.ndarray:
        return self.detector.detect(np.ascontiguousarray(picture[..., ::-1]))[0].landmarks
