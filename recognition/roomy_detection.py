"""Faces that fill their picture: found once there is some room around them."""

import cv2
import numpy as np

from recognition.detection import Detector, Face

# In parts of the long side.
_ROOM = 0.25


def detect_with_room(detector: Detector, image: np.ndarray) -> list[Face]:
    """Every face of an RGB uint8 ``(H, W, 3)`` picture, largest first; if there is none, once more with room
    around it."""
    found = detector.detect(image)
    if found:
        return found
    border = round(_ROOM * max(image.shape[:2]))
    roomy = cv2.copyMakeBorder(image, border, border, border, border, cv2.BORDER_CONSTANT)
    return [face.moved(-border, -border) for face in detector.detect(roomy)]
