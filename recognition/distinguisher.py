"""Guesses apparent gender: optional, and off until somebody says what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
from openvino.preprocess import PrePostProcessor

from recognition import weights
from recognition.detection import Detector, Face
from recognition.distinction import ApparentGender, Distinction, DistinctionCode
from recognition.exceptions import SwitchedOff
from recognition.exposure import lifted
from recognition.inference import Network
from recognition.landmarks import LandmarkRefiner
from recognition.processor import available_threads
from recognition.roomy_detection import detect_with_room
from recognition.verifier import NotAnalysable, Picture, Unreadable, read_picture
from recognition.yunet import YuNet

CROP_SIZE = 112

# Of red, green and blue: what the published network takes off each pixel, before it divides by 255.
_MEAN = [122.782, 117.001, 104.298]


class Distinguisher:
    """Guesses the apparent gender of every face of a picture. Safe to call from many threads. Use `load`.

    Args:
        purpose: what it is for, as the operator states it.

    Raises:
        SwitchedOff: no purpose is stated.
        WeightsMissing, WeightsCorrupt: naming the file and how to get it.
    """

    def __init__(
        self, detector: Detector, weights_dir: Path, *, purpose: str, threads: int | None = None
    ) -> None:
        if not purpose.strip():
            raise SwitchedOff("distinguishing apparent gender is off until its purpose is stated")
        self._detector = detector
        path = weights.verified(weights_dir, weights.GENDER)
        self._network = Network(path, threads=threads, prepare=_uint8_input)

    @classmethod
    def load(
        cls, weights_dir: Path | None = None, *, purpose: str, threads: int | None = None
    ) -> Distinguisher:
        """With a detector of its own; takes a second. Raises as the class does."""
        folder = weights_dir or weights.default_weights_dir()
        threads = threads or available_threads()
        refiner = LandmarkRefiner(folder, threads=threads)
        detector = YuNet(weights.verified(folder, weights.YUNET), refiner=refiner, threads=threads)
        return cls(detector, folder, purpose=purpose, threads=threads)

    def distinguish(self, picture: Picture, *, allow_urls: bool = False) -> Distinction:
        """The shares of every face. A picture that cannot be used is an outcome, not an error."""
        try:
            image = lifted(read_picture(picture, allow_urls=allow_urls))
        except Unreadable as error:
            return Distinction(DistinctionCode.UNREADABLE, detail=str(error))
        except NotAnalysable as error:
            return Distinction(DistinctionCode.NOT_ANALYSABLE, detail=str(error))
        faces = detect_with_room(self._detector, image)
        if not faces:
            return Distinction(DistinctionCode.WITHOUT_FACE)
        return Distinction(DistinctionCode.FOUND, tuple(self.shares(image, faces)))

    def shares(self, image: np.ndarray, faces: Sequence[Face]) -> list[ApparentGender]:
        """Of faces of an RGB uint8 ``(H, W, 3)`` picture: the mean over each crop and its mirror image."""
        crops = np.stack([crop(image, face) for face in faces])
        (men_and_women,) = self._network.run(np.concatenate([crops, crops[:, :, ::-1]])).values()
        straight, mirrored = np.split(men_and_women[:, 0], 2)
        return [
            ApparentGender(face, {"woman": 1.0 - float(man), "man": float(man)})
            for face, man in zip(faces, (straight + mirrored) / 2, strict=True)
        ]


def crop(image: np.ndarray, face: Face) -> np.ndarray:
    """The square around the box, its side that of the longer one, ``(112, 112, 3)``.

    Of nineteen ways to crop the one with the fewest mistakes on people who are in none of the published
    figures. Beyond the picture its border is repeated.
    """
    x, y, width, height = face.box
    side = max(1, round(max(width, height)))
    shift = np.array([[1, 0, side / 2 - (x + width / 2)], [0, 1, side / 2 - (y + height / 2)]])
    square = cv2.warpAffine(
        image, shift, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    kind = cv2.INTER_AREA if side > CROP_SIZE else cv2.INTER_LINEAR
    return cv2.resize(square, (CROP_SIZE, CROP_SIZE), interpolation=kind)


def _uint8_input(model: ov.Model) -> ov.Model:
    """Let the network take uint8 crops as pictures lie in memory, and standardise them itself."""
    processor = PrePostProcessor(model)
    processor.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    processor.input().preprocess().convert_element_type(ov.Type.f32).mean(_MEAN).scale(255.0)
    processor.input().model().set_layout(ov.Layout("NCHW"))
    return processor.build()
