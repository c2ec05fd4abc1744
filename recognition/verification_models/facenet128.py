"""FaceNet, 128-d, trained on MS-Celeb-1M: the network of many tutorials. Optional at set-up."""

from pathlib import Path

import numpy as np

from recognition import weights
from recognition.alignment import FACENET_SIZE, facenet_crop
from recognition.detection import Face
from recognition.devices import PROCESSOR, Precision
from recognition.embedding import NetworkEmbedder, normalise
from recognition.inference import Network
from recognition.verification_model import VerificationModel

_ID = "facenet-ms1m-128-m30"


class FaceNet128Embedder(NetworkEmbedder):
    """Inception-ResNet v1 as Hiroki Taniai trained it for Keras on MS-Celeb-1M.

    Each crop is standardised by its own mean and deviation, as that network was trained.
    """

    id = _ID
    dimensions = 128
    crop_size = FACENET_SIZE

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        streams: int = 1,
        precision: Precision = "f32",
        device: str = PROCESSOR,
    ) -> None:
        self._network = Network(path, threads=threads, streams=streams, precision=precision, device=device)

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """The box and a margin, ``(160, 160, 3)``."""
        return facenet_crop(image, face)

    def _run(self, crops: np.ndarray) -> np.ndarray:
        pixels = crops.astype(np.float32)
        mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
        deviation = np.maximum(pixels.std(axis=(1, 2, 3), keepdims=True), pixels[0].size ** -0.5)
        (output,) = self._network.run((pixels - mean) / deviation).values()
        return normalise(output)


def _create(
    weights_dir: Path,
    *,
    threads: int | None = None,
    streams: int = 1,
    precision: Precision = "f32",
    device: str = PROCESSOR,
) -> FaceNet128Embedder:
    path = weights.verified(weights_dir, weights.FACENET128)
    return FaceNet128Embedder(path, threads=threads, streams=streams, precision=precision, device=device)


MODEL = VerificationModel(
    name="facenet128",
    embedder_id=_ID,
    create=_create,
    cosine_threshold=0.50,
    published={"cosine": 0.40, "euclidean": 10.0, "euclidean_l2": 0.80},
    published_by="deepface, Facenet",
)
