"""CenterFace: the detector of wide pictures, where faces are small, turned or half covered.

Network and decoding after Xu, Yan, Sun, Ma: "CenterFace: Joint Face Detection and Alignment Using Face as
Point", 2019 (arXiv:1911.03599). It gives every face as a peak of a map a quarter as fine as the picture.
"""

from pathlib import Path

import cv2
import numpy as np
import openvino as ov
from openvino.preprocess import PrePostProcessor

from recognition.detection import Face, largest_first
from recognition.devices import Precision
from recognition.inference import Network

_STRIDE = 4
_MULTIPLE = 32
# Its outputs by their names in the published file, in the order of the paper.
_HEATMAP, _SIZES, _OFFSETS, _LANDMARKS = "537", "538", "539", "540"


class CenterFace:
    """Face detector for pictures of any size, looked at as they are.

    Args:
        path: ``centerface.onnx``.
        score_threshold: detections below are dropped (0..1).
        nms_threshold: of two boxes that overlap more (IoU), the weaker is dropped.
        threads: cores to use, default all that this process may use.
        precision: ``f32``; ``bf16``: half the time on processors that have it, at the same faces and false
            boxes (docs/rollcall.md); ``auto``: bf16 there, else f32.
    """

    name = "centerface"

    def __init__(
        self,
        path: Path,
        *,
        score_threshold: float = 0.5,
        nms_threshold: float = 0.3,
        threads: int | None = None,
        precision: Precision = "auto",
    ) -> None:
        self._score_threshold = score_threshold
        self._nms_threshold = nms_threshold
        self._network = Network(path, threads=threads, precision=precision, prepare=_prepared)

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in an RGB uint8 ``(H, W, 3)`` picture, largest first."""
        below, right = (-side % _MULTIPLE for side in image.shape[:2])
        padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
        outputs = self._network.run(padded[None])
        heat = outputs[_HEATMAP][0, 0]
        rows, columns = np.nonzero(heat >= self._score_threshold)
        scores = heat[rows, columns]
        size = np.exp(outputs[_SIZES][0, ::-1, rows, columns]) * _STRIDE
        middle = np.stack([columns, rows], axis=1) + outputs[_OFFSETS][0, ::-1, rows, columns] + 0.5
        corner = middle * _STRIDE - size / 2
        boxes = np.concatenate([corner, size], axis=1)
        points = outputs[_LANDMARKS][0, :, rows, columns].reshape(-1, 5, 2)[..., ::-1]
        landmarks = (corner[:, None] + points * size[:, None]).astype(np.float32)
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), self._score_threshold, self._nms_threshold)
        return largest_first(Face(tuple(boxes[i].tolist()), landmarks[i], float(scores[i])) for i in kept)


def _prepared(model: ov.Model) -> ov.Model:
    """The model for pictures of any height and width, as RGB uint8 ``(1, H, W, 3)``."""
    model.reshape([1, 3, -1, -1])
    processor = PrePostProcessor(model)
    processor.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    processor.input().model().set_layout(ov.Layout("NCHW"))
    processor.input().preprocess().convert_element_type(ov.Type.f32)
    return processor.build()
