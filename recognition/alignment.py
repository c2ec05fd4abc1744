"""From a detected face to the crop an embedding network was trained on: the one place where margins live."""

import cv2
import numpy as np

from recognition.detection import Face

FACENET_SIZE = 160
SFACE_SIZE = 112

# Added to width and height of the box, in parts of its mean side. Of eleven ways to crop, the one with the
# fewest misses at a false acceptance of 0.1 % on half of LFW's people: docs/accuracy.md.
FACENET_MARGIN = 0.3

# Where the five landmarks lie in a 112×112 crop: the ArcFace template (Deng et al. 2019, insightface's
# `arcface_dst`), the same that OpenCV's FaceRecognizerSF aligns to.
ARCFACE_TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    dtype=np.float32,
)


def similarity_transform(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation, scale and shift that carries ``source`` onto ``target`` with the least squared error.

    Both ``(N, 2)``; the result is a ``(2, 3)`` float64 matrix for `cv2.warpAffine`. Reflections are never
    returned. Method: Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", IEEE PAMI 13(4), 1991; in the plane it is one complex linear regression.
    """
    a = source.astype(np.float64) @ [1, 1j]
    b = target.astype(np.float64) @ [1, 1j]
    centred = a - a.mean()
    spread = np.vdot(centred, centred).real
    turn = np.vdot(centred, b - b.mean()) / spread if spread > 0 else 1.0 + 0j
    shift = b.mean() - turn * a.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def sface_crop(image: np.ndarray, face: Face) -> np.ndarray:
    """The aligned ``(112, 112, 3)`` crop that SFace expects: landmarks carried onto the ArcFace template."""
    matrix = similarity_transform(face.landmarks, ARCFACE_TEMPLATE)
    return cv2.warpAffine(
        image, matrix, (SFACE_SIZE, SFACE_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )


def facenet_crop(image: np.ndarray, face: Face) -> np.ndarray:
    """The upright ``(160, 160, 3)`` crop that FaceNet expects: the box and a margin, stretched to a square.

    The network was trained on such crops (boxes of about 0.75:1 with 32 pixels added around, resized without
    keeping their proportions), and sees people better so than in undistorted squares. Beyond the picture its
    border is repeated.
    """
    x, y, width, height = face.box
    margin = FACENET_MARGIN * np.sqrt(width * height)
    across, down = FACENET_SIZE / (width + margin), FACENET_SIZE / (height + margin)
    matrix = np.array(
        [
            [across, 0, FACENET_SIZE / 2 - across * (x + width / 2)],
            [0, down, FACENET_SIZE / 2 - down * (y + height / 2)],
        ]
    )
    return cv2.warpAffine(
        image, matrix, (FACENET_SIZE, FACENET_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
