"""MTCNN face detection: the second opinion on enrolment photos.

The cascade of Zhang, Zhang, Li, Qiao, "Joint Face Detection and Alignment using Multi-task Cascaded
Convolutional Networks", IEEE Signal Processing Letters 23(10), 2016, with the weights of the `mtcnn` package:
proposals over an image pyramid (P-Net), refinement (R-Net), boxes with landmarks (O-Net). Thresholds and
sampling follow that package, so that boxes agree with its own; ``min_face_size`` works for any value.
"""

from pathlib import Path

import cv2
import numpy as np

from recognition.detection import Face, largest_first
from recognition.inference import Network
from recognition.weights import ONET, PNET, RNET, verified

# P-Net looks at windows of 12×12 pixels, two pixels apart.
_CELL = 12
_STRIDE = 2
_SCALE_STEP = 0.709

_PROPOSAL_THRESHOLD, _REFINEMENT_THRESHOLD, _OUTPUT_THRESHOLD = 0.6, 0.7, 0.8
_NMS_WITHIN_SCALE, _NMS = 0.5, 0.7

_MAX_BOXES = 2000
_GREY = 127.5


class MTCNN:
    """Face detector after the original cascade.

    Args:
        weights_dir: folder with the three exported networks.
        min_face_size: shorter side in pixels of the smallest face looked for, 12 or more; larger is faster.
        long_side: larger pictures are shrunk to this first; ``min_face_size`` then counts in shrunk pixels.
        threads, streams: cores to use, and calls computed side by side: see `recognition.inference.Network`.
    """

    name = "mtcnn"

    def __init__(
        self,
        weights_dir: Path,
        *,
        min_face_size: int = 20,
        long_side: int = 640,
        threads: int | None = None,
        streams: int = 1,
    ) -> None:
        if min_face_size < _CELL:
            raise ValueError(f"min_face_size must be at least {_CELL}")
        self._min_face_size = min_face_size
        self._long_side = long_side
        self._pnet, self._rnet, self._onet = (
            Network(verified(weights_dir, name), threads=threads, streams=streams)
            for name in (PNET, RNET, ONET)
        )

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in an RGB uint8 ``(H, W, 3)`` picture, largest first."""
        shrink = min(1.0, self._long_side / max(image.shape[:2]))
        if shrink < 1.0:
            height, width = (max(1, round(side * shrink)) for side in image.shape[:2])
            image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        pixels = image.astype(np.float32)
        boxes = self._refine(pixels, self._propose(pixels))
        return largest_first(face.scaled(1 / shrink) for face in self._output(pixels, boxes))

    def _scales(self, shape: tuple[int, ...]) -> list[float]:
        """How far to shrink the picture so that faces of each size fill P-Net's window."""
        scale = _CELL / self._min_face_size
        scales = []
        while min(shape[:2]) * scale >= _CELL:
            scales.append(scale)
            scale *= _SCALE_STEP
        return scales

    def _propose(self, pixels: np.ndarray) -> np.ndarray:
        """P-Net over the pyramid: square boxes ``(N, 4)`` as x1, y1, x2, y2."""
        boxes, scores = [np.empty((0, 4))], [np.empty(0)]
        for scale in self._scales(pixels.shape):
            size = (int(pixels.shape[1] * scale), int(pixels.shape[0] * scale))
            level = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
            outputs = self._pnet.run(standardised(level).transpose(2, 0, 1)[None])
            confidence = outputs["face"][0, 1]
            rows, columns = np.nonzero(confidence > _PROPOSAL_THRESHOLD)
            # Windows count pixels from 1, as where the weights were trained: 1 to 12, hence 11 wide.
            window = np.stack([columns, rows, columns, rows], axis=1) * _STRIDE + [1, 1, _CELL, _CELL]
            window = window + outputs["offsets"][0][:, rows, columns].T * (_CELL - 1)
            score = confidence[rows, columns]
            keep = suppress(window, score, _NMS_WITHIN_SCALE)
            boxes.append(window[keep] / scale)
            scores.append(score[keep])
        found, score = np.concatenate(boxes), np.concatenate(scores)
        return squared(found[suppress(found, score, _NMS)])

    def _refine(self, pixels: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """R-Net: fewer and better square boxes."""
        if len(boxes) == 0:
            return boxes
        outputs = self._rnet.run(patches(pixels, boxes, 24))
        score = outputs["face"][:, 1]
        boxes = shifted(boxes, outputs["offsets"])
        likely = score > _REFINEMENT_THRESHOLD
        boxes, score = boxes[likely], score[likely]
        return squared(boxes[suppress(boxes, score, _NMS)])

    def _output(self, pixels: np.ndarray, boxes: np.ndarray) -> list[Face]:
        """O-Net: the faces."""
        if len(boxes) == 0:
            return []
        outputs = self._onet.run(patches(pixels, boxes, 48))
        score = outputs["face"][:, 1]
        size = boxes[:, 2:] - boxes[:, :2] + 1
        points = outputs["landmarks"].reshape(-1, 2, 5).transpose(0, 2, 1)
        landmarks = points * size[:, None] + boxes[:, None, :2] - 1
        boxes = shifted(boxes, outputs["offsets"])
        likely = np.flatnonzero(score > _OUTPUT_THRESHOLD)
        kept = likely[suppress(boxes[likely], score[likely], _NMS, over_smaller=True)]
        boxes[:, 2:] -= boxes[:, :2]
        return [
            Face(tuple(boxes[i].tolist()), landmarks[i].astype(np.float32), float(score[i])) for i in kept
        ]


def suppress(
    boxes: np.ndarray, scores: np.ndarray, threshold: float, *, over_smaller: bool = False
) -> np.ndarray:
    """Indices of the boxes kept by non-maximum suppression, best first.

    A box goes when it overlaps any better one too much, whether that one stays or not: the package's rule,
    which drops a little more than the usual greedy one. Only the best 2,000 boxes are considered, so that a
    hostile picture cannot make this expensive.

    Args:
        boxes: ``(N, 4)`` x1, y1, x2, y2.
        threshold: largest overlap (IoU) that is not too much.
        over_smaller: measure overlap in parts of the smaller box instead of the union.
    """
    order = np.argsort(scores)[::-1][:_MAX_BOXES]
    x1, y1, x2, y2 = boxes[order].T
    area = (x2 - x1) * (y2 - y1)
    width = np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1)
    height = np.minimum(y2[:, None], y2) - np.maximum(y1[:, None], y1)
    shared = width.clip(0) * height.clip(0)
    whole = np.minimum(area[:, None], area) if over_smaller else area[:, None] + area - shared
    kept: np.ndarray = order[~np.triu(shared > threshold * whole, k=1).any(axis=0)]
    return kept


def squared(boxes: np.ndarray) -> np.ndarray:
    """Boxes grown about their centres to squares."""
    size = boxes[:, 2:] - boxes[:, :2]
    side = size.max(axis=1, keepdims=True)
    corner = boxes[:, :2] + size / 2 - side / 2
    return np.concatenate([corner, corner + side], axis=1)


def shifted(boxes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Boxes moved by a network's regression, which is in parts of the box."""
    size = boxes[:, 2:] - boxes[:, :2] + 1
    moved: np.ndarray = boxes + offsets * np.tile(size, 2)
    return moved


def patches(image: np.ndarray, boxes: np.ndarray, side: int) -> np.ndarray:
    """Samples of the boxes as the networks take them: ``(N, 3, side, side)`` float32, -1..1.

    The first and the last sample lie on the box's borders, as in TensorFlow's ``crop_and_resize``; beyond the
    picture all is grey.
    """
    height, width = image.shape[:2]
    reach = np.array([(width - 1) / width, (height - 1) / height])
    cut = np.empty((len(boxes), side, side, 3), dtype=np.float32)
    for index, box in enumerate(boxes):
        corner = box[:2] * reach
        step = (box[2:] - box[:2]) * reach / (side - 1)
        cut[index] = cv2.warpAffine(
            image,
            np.array([[step[0], 0, corner[0]], [0, step[1], corner[1]]]),
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(_GREY, _GREY, _GREY),
        )
    return standardised(cut).transpose(0, 3, 1, 2)


def standardised(pixels: np.ndarray) -> np.ndarray:
    """0..255 → -1..1 as the networks were trained with."""
    return (pixels.astype(np.float32, copy=False) - _GREY) / 128
