"""Embedders: face crops in, points on the unit sphere out. Cosine similarity is their scalar product."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import openvino as ov
from openvino.preprocess import PrePostProcessor

from recognition import weights
from recognition.alignment import FACENET_SIZE, SFACE_SIZE, facenet_crop, sface_crop
from recognition.detection import Face
from recognition.devices import PROCESSOR, Precision
from recognition.exceptions import ModelRejected
from recognition.inference import Network

# FaceNet, SFace: the fewest misses on half of LFW, on masks and on look-alikes alike (docs/accuracy.md).
FUSION_WEIGHTS = (0.25, 0.75)

# What an embedding was made with: network and crop. A change of either is a new id, so that stored templates
# and models are never compared with embeddings of another kind.
_FACENET_ID = "facenet-20180402-m30"
_SFACE_ID = "sface-2021dec"
EMBEDDER_IDS = {
    "fusion": f"fusion({_FACENET_ID}*{FUSION_WEIGHTS[0]:g}+{_SFACE_ID}*{FUSION_WEIGHTS[1]:g})",
    "facenet": _FACENET_ID,
    "sface": _SFACE_ID,
}
EMBEDDERS = tuple(EMBEDDER_IDS)

# In bf16 most of what is lost is lost in the first layers, where channels are few and every rounding reaches
# all that follows. Kept in f32 they cost a tenth more time, and leave a cosine of 0.9999 to the exact
# embedding instead of 0.9996 on the worst of 140 real faces.
_EXACT_LAYERS_OF_FACENET = 4
_EXACT_LAYERS_OF_SFACE = 2

# Large batches gain nothing on a processor, and memory stays bounded whatever a caller passes.
_BATCH = 16


class Embedder(Protocol):
    """Turns crops into embeddings. Implementations are safe to call from many threads.

    Attributes:
        id: names network and preprocessing; embeddings of different ids must never be compared.
        dimensions: length D of an embedding.
        first: which of the D numbers `embed_first` gives, much sooner than the whole; None where it does not.
    """

    id: str
    dimensions: int

    @property
    def first(self) -> "slice[int, int, None] | None": ...

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """What this embedder wants to see of a face: RGB uint8 ``(h, w, 3)``, always the same size."""
        ...

    def embed(self, crops: np.ndarray, first: np.ndarray | None = None) -> np.ndarray:
        """``(N, h, w, 3)`` RGB uint8 crops → ``(N, D)`` float32 embeddings of unit length.

        first: what `embed_first` gave for these crops, if it was asked.
        """
        ...

    def embed_first(self, crops: np.ndarray) -> np.ndarray:
        """The same crops → ``(N, d)`` unit vectors: the part of the embeddings that is soonest computed."""
        ...


def normalise(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to unit length (a zero row stays zero)."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: np.ndarray = vectors / np.maximum(length, np.finfo(np.float32).tiny)
    return unit.astype(np.float32, copy=False)


def _uint8_input(model: ov.Model, *, layout: str, mean: float = 0.0, scale: float = 1.0) -> ov.Model:
    """Let the network take uint8 ``NHWC`` crops in any number and standardise them itself."""
    processor = PrePostProcessor(model)
    processor.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    processor.input().model().set_layout(ov.Layout(layout))
    processor.input().preprocess().convert_element_type(ov.Type.f32).mean(mean).scale(scale)
    return processor.build()


class NetworkEmbedder:
    """What single networks have in common: crops of one size, fed in bounded batches."""

    id: str
    dimensions: int
    first: "slice[int, int, None] | None" = None
    crop_size: int
    _network: Network

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """What this network wants to see of a face, ``(crop_size, crop_size, 3)``."""
        raise NotImplementedError

    def embed(self, crops: np.ndarray, first: np.ndarray | None = None) -> np.ndarray:
        """``(N, h, w, 3)`` RGB uint8 crops → ``(N, D)`` float32 embeddings of unit length."""
        if first is not None:
            return first
        if (
            crops.ndim != 4
            or crops.shape[1:] != (self.crop_size, self.crop_size, 3)
            or crops.dtype != np.uint8
        ):
            size = f"{self.crop_size}, {self.crop_size}, 3"
            raise ValueError(f"{self.id} wants uint8 (N, {size}), not {crops.dtype} {crops.shape}")
        parts = [self._run(crops[start : start + _BATCH]) for start in range(0, len(crops), _BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimensions), np.float32)

    def embed_first(self, crops: np.ndarray) -> np.ndarray:
        """All of it: one network has no sooner part."""
        return self.embed(crops)

    def _run(self, crops: np.ndarray) -> np.ndarray:
        (output,) = self._network.run(crops).values()
        return normalise(output)


class FaceNetEmbedder(NetworkEmbedder):
    """FaceNet 20180402-114759, 512-d.

    Schroff, Kalenichenko, Philbin: "FaceNet: A Unified Embedding for Face Recognition and Clustering", CVPR
    2015; network and weights: David Sandberg's Inception-ResNet v1 trained on VGGFace2. Pixels are
    standardised with the fixed (x − 127.5) / 128 it was trained with.
    """

    id = _FACENET_ID
    dimensions = 512
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
        def prepare(model: ov.Model) -> ov.Model:
            return _uint8_input(model, layout="NHWC", mean=127.5, scale=128.0)

        self._network = Network(
            path,
            threads=threads,
            streams=streams,
            precision=precision,
            device=device,
            prepare=prepare,
            exact_layers=_EXACT_LAYERS_OF_FACENET,
        )

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """The box and a margin, ``(160, 160, 3)``."""
        return facenet_crop(image, face)


class SFaceEmbedder(NetworkEmbedder):
    """SFace, 128-d.

    Zhong, Deng, Hu, Zhao, Li, Wen: "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition",
    IEEE Transactions on Image Processing 30, 2021. The network standardises its RGB 0..255 input itself.
    """

    id = _SFACE_ID
    dimensions = 128
    crop_size = SFACE_SIZE

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        streams: int = 1,
        precision: Precision = "f32",
        device: str = PROCESSOR,
    ) -> None:
        def prepare(model: ov.Model) -> ov.Model:
            model.reshape([-1, 3, SFACE_SIZE, SFACE_SIZE])
            return _uint8_input(model, layout="NCHW")

        self._network = Network(
            path,
            threads=threads,
            streams=streams,
            precision=precision,
            device=device,
            prepare=prepare,
            exact_layers=_EXACT_LAYERS_OF_SFACE,
        )

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Aligned by the landmarks, ``(112, 112, 3)``."""
        return sface_crop(image, face)


class FusionEmbedder:
    """Several embeddings side by side, each scaled by the root of its weight.

    The result has unit length, and the cosine of two of them is the weighted sum of the parts' cosines.

    Its crop carries the parts' crops on one canvas, one below the other, so that one array per face flows
    through augmentation and batching like any other. Each is centred, so mirroring the canvas mirrors each.

    The last part is the one to ask first: give the quickest last.
    """

    def __init__(self, parts: Sequence[NetworkEmbedder], part_weights: Sequence[float]) -> None:
        if len(parts) != len(part_weights) or abs(sum(part_weights) - 1.0) > 1e-6 or min(part_weights) <= 0:
            raise ValueError("fusion weights must be positive, one per part, and sum to 1")
        sizes = [part.crop_size for part in parts]
        self._canvas = (sum(sizes), max(sizes))
        tops = [sum(sizes[:index]) for index in range(len(sizes))]
        lefts = [(max(sizes) - size) // 2 for size in sizes]
        self._windows = [
            (slice(top, top + size), slice(left, left + size))
            for top, left, size in zip(tops, lefts, sizes, strict=True)
        ]
        self._parts = tuple(parts)
        self._weights = tuple(part_weights)
        terms = [f"{part.id}*{weight:g}" for part, weight in zip(parts, part_weights, strict=True)]
        self.id = f"fusion({'+'.join(terms)})"
        self.dimensions = sum(part.dimensions for part in parts)
        self.first = slice(self.dimensions - parts[-1].dimensions, self.dimensions)

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """The parts' crops stacked top to bottom, each centred: ``(sum of heights, widest, 3)``.

        For FaceNet and SFace that is ``(272, 160, 3)``.
        """
        tiles = [part.crop(image, face) for part in self._parts]
        canvas = np.zeros((*self._canvas, 3), dtype=np.uint8)
        for tile, window in zip(tiles, self._windows, strict=True):
            canvas[window] = tile
        return canvas

    def embed(self, crops: np.ndarray, first: np.ndarray | None = None) -> np.ndarray:
        """``(N, 272, 160, 3)`` RGB uint8 crops → ``(N, D)`` float32 embeddings of unit length."""
        vectors = [self._embed_part(number, crops) for number in range(len(self._parts) - 1)]
        vectors.append(self.embed_first(crops) if first is None else first)
        scales = np.sqrt(self._weights, dtype=np.float32)
        return np.concatenate([scale * part for scale, part in zip(scales, vectors, strict=True)], axis=1)

    def embed_first(self, crops: np.ndarray) -> np.ndarray:
        """``(N, 272, 160, 3)`` crops → ``(N, d)`` unit vectors of the last part alone."""
        return self._embed_part(len(self._parts) - 1, crops)

    def _embed_part(self, number: int, crops: np.ndarray) -> np.ndarray:
        if crops.ndim != 4 or crops.shape[1:] != (*self._canvas, 3):
            raise ValueError(
                f"{self.id} wants (N, {self._canvas[0]}, {self._canvas[1]}, 3), not {crops.shape}"
            )
        rows, columns = self._windows[number]
        return self._parts[number].embed(crops[:, rows, columns])


def embedder_called(embedder_id: str) -> str:
    """The name (``fusion``, ``facenet``, ``sface``) of the embedder with this id.

    Raises:
        ModelRejected: this version makes no such embeddings; what was stored with them must be fitted anew.
    """
    for name, known in EMBEDDER_IDS.items():
        if known == embedder_id:
            return name
    raise ModelRejected(f"embeddings of {embedder_id!r} are not made by this version", reason="embedder")


def create_embedder(
    name: str,
    weights_dir: Path,
    *,
    threads: int | None = None,
    streams: int = 1,
    precision: Precision = "f32",
    device: str = PROCESSOR,
) -> Embedder:
    """The embedder called ``fusion``, ``facenet`` or ``sface``, with verified weights.

    Raises:
        ValueError: there is no such embedder.
        WeightsMissing, WeightsCorrupt: its files cannot be used.
    """

    def facenet() -> FaceNetEmbedder:
        path = weights.verified(weights_dir, weights.FACENET)
        return FaceNetEmbedder(path, threads=threads, streams=streams, precision=precision, device=device)

    def sface() -> SFaceEmbedder:
        path = weights.verified(weights_dir, weights.SFACE)
        return SFaceEmbedder(path, threads=threads, streams=streams, precision=precision, device=device)

    match name:
        case "facenet":
            return facenet()
        case "sface":
            return sface()
        case "fusion":
            return FusionEmbedder((facenet(), sface()), FUSION_WEIGHTS)
    raise ValueError(f"there is no embedder {name!r}; choose one of {', '.join(EMBEDDERS)}")
