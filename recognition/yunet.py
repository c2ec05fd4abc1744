"""YuNet face detection: the live detector.

Network and post-processing after Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", Machine
Intelligence Research 20, 2023; file and decoding as OpenCV's ``FaceDetectorYN`` has them. It runs in OpenVINO
rather than `cv2.FaceDetectorYN` because that is two to three times faster at equal boxes, and because one
``FaceDetectorYN`` object cannot be used by two threads.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
from openvino.preprocess import PrePostProcessor

from recognition.detection import Face, largest_first
from recognition.inference import Network
from recognition.landmarks import LandmarkRefiner

_STRIDES = (8, 16, 32)
_MULTIPLE = 32

# Height and width of what a kiosk's camera sends. For a size known beforehand the network is a tenth faster.
_USUAL_SIZE = (480, 640)


class YuNet:
    """Face detector for pictures of any size.

    Args:
        path: ``face_detection_yunet_2023mar.onnx``.
        score_threshold: detections below are dropped (0..1).
        nms_threshold: of two boxes that overlap more (IoU), the weaker is dropped.
        long_side: larger pictures are shrunk to this before the network sees them. Boxes come back in the
            pixels of the original.
        refiner: improves the landmarks; default none, so that faces are exactly OpenCV's.
        threads, streams: cores to use, and calls computed side by side: see `recognition.inference.Network`.
    """

    name = "yunet"

    def __init__(
        self,
        path: Path,
        *,
        score_threshold: float = 0.6,
        nms_threshold: float = 0.3,
        long_side: int = 640,
        refiner: LandmarkRefiner | None = None,
        threads: int | None = None,
        streams: int = 1,
    ) -> None:
        self._score_threshold = score_threshold
        self._nms_threshold = nms_threshold
        self._long_side = long_side
        self._refiner = refiner
        # In f32: bf16 would save a millisecond, and move boxes and landmarks so far that the embeddings of
        # the same face differ more (cosine 0.999 on average) than by anything else in this package.
        self._network, self._usual = (
            Network(path, threads=threads, streams=streams, prepare=partial(_prepared, size=size))
            for size in ((-1, -1), _USUAL_SIZE)
        )

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in an RGB uint8 ``(H, W, 3)`` picture, largest first."""
        scale = min(1.0, self._long_side / max(image.shape[:2]))
        if scale < 1.0:
            height, width = (max(1, round(side * scale)) for side in image.shape[:2])
            image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        boxes, landmarks, scores = self._decode(self._run(_padded(image)), image.shape[1])
        if len(scores) == 0:
            return []
        # Whole pixels, as OpenCV compares them.
        whole = boxes.astype(int).tolist()
        kept = cv2.dnn.NMSBoxes(whole, scores.tolist(), self._score_threshold, self._nms_threshold)
        faces = [Face(tuple(boxes[i].tolist()), landmarks[i], float(scores[i])) for i in kept]
        if self._refiner is not None:
            faces = self._refiner.refine(image, faces)
        return largest_first(face.scaled(1 / scale) for face in faces)

    def _run(self, image: np.ndarray) -> Mapping[str, np.ndarray]:
        network = self._usual if image.shape[:2] == _USUAL_SIZE else self._network
        return network.run(image[None])

    def _decode(
        self, outputs: Mapping[str, np.ndarray], width: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Boxes ``(N, 4)`` xywh, landmarks ``(N, 5, 2)`` and scores ``(N,)`` above the threshold."""
        boxes, landmarks, scores = [], [], []
        padded_width = -(-width // _MULTIPLE) * _MULTIPLE
        for stride in _STRIDES:
            face = outputs[f"cls_{stride}"][0, :, 0].clip(0, 1) * outputs[f"obj_{stride}"][0, :, 0].clip(0, 1)
            score = np.sqrt(face)
            cells = np.flatnonzero(score >= self._score_threshold)
            rows, columns = np.divmod(cells, padded_width // stride)
            corner = np.stack([columns, rows], axis=1).astype(np.float32)
            box = outputs[f"bbox_{stride}"][0, cells]
            size = np.exp(box[:, 2:]) * stride
            centre = (corner + box[:, :2]) * stride
            boxes.append(np.concatenate([centre - size / 2, size], axis=1))
            points = outputs[f"kps_{stride}"][0, cells].reshape(-1, 5, 2)
            landmarks.append((points + corner[:, None]) * stride)
            scores.append(score[cells])
        return np.concatenate(boxes), np.concatenate(landmarks).astype(np.float32), np.concatenate(scores)


def _prepared(model: ov.Model, size: tuple[int, int]) -> ov.Model:
    """The model for pictures of this height and width, -1 for any, as RGB uint8 ``(1, H, W, 3)``.

    The published file is fixed to 640×640 and BGR; the network itself is fully convolutional.
    """
    model.reshape([1, 3, *size])
    processor = PrePostProcessor(model)
    processor.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    processor.input().model().set_layout(ov.Layout("NCHW"))
    processor.input().preprocess().convert_element_type(ov.Type.f32).reverse_channels()
    return processor.build()


def _padded(image: np.ndarray) -> np.ndarray:
    """Black at the right and bottom up to whole cells; the picture itself where it needs none."""
    below, right = (-side % _MULTIPLE for side in image.shape[:2])
    if not below and not right:
        return image
    return cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
