"""What a camera sees of somebody who turns the head to their left, and of a photograph of theirs."""

from pathlib import Path

import cv2
import numpy as np

from benchmarks import presentation
from benchmarks.presentation import Scene
from recognition.engine import FaceEngine
from training.masks import with_mask

DEGREES = 38


def turning_scenes(engine: FaceEngine, picture: Path) -> dict[str, Scene]:
    """Scenes made of one picture: ``turn``, ``masked`` (the same turn in a mask) and ``photo``."""
    random = np.random.default_rng(0)
    image = cv2.imread(str(picture))[..., ::-1]
    size = (320 * image.shape[1] // image.shape[0], 320)
    portrait = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    (face, *_) = engine.detector.detect(portrait)
    masked = with_mask(portrait, face, random)
    room = np.full((480, 640, 3), 90, dtype=np.uint8)

    def turn(ahead: np.ndarray) -> Scene:
        turned = presentation.turned_by_relief(ahead, face.landmarks, DEGREES)
        return presentation.turning(ahead, ahead, turned, room, random)

    return {
        "turn": turn(portrait),
        "masked": turn(masked),
        "photo": presentation.flat(portrait, presentation.still, room, random),
    }


def jpeg(frame: np.ndarray) -> bytes:
    """One frame as the camera's page sends it."""
    encoded: bytes = cv2.imencode(".jpg", frame[..., ::-1])[1].tobytes()
    return encoded
