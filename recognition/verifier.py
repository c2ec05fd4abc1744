"""From two pictures to a verdict: faces are found, cropped, aligned and embedded, every pair is compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from recognition import devices, weights
from recognition.detection import Detector, Face
from recognition.embedding import Embedder
from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected
from recognition.exposure import lifted
from recognition.image import ImageLimits, decode_image
from recognition.landmarks import LandmarkRefiner
from recognition.processor import available_threads
from recognition.result_codes import ResultCode
from recognition.roomy_detection import detect_with_room
from recognition.verification import Metric, decide, distances
from recognition.verification_model import VerificationModel
from recognition.verification_models import MODELS, model_of
from recognition.web_pictures import FetchFailed, FetchLimits, fetch_picture
from recognition.yunet import YuNet

Picture = str | Path | bytes | np.ndarray
"""A path, the bytes of a file, an http(s) address, or RGB uint8 ``(H, W, 3)``."""

SMALLEST_SIDE = 20


class Unreadable(Exception):
    """A picture cannot be had; the message says why."""


class NotAnalysable(Exception):
    """A picture was read, but is none that a face can be found in; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceSet:
    """The faces of one picture, largest first: ``faces`` in its pixels, ``embeddings`` ``(N, D)``."""

    faces: tuple[Face, ...]
    embeddings: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What came of verifying two pictures.

    Attributes:
        code: the outcome.
        detail: why a picture could not be used, else empty.
        distances: ``(M, N)``, every face of the first with every face of the second.
        distance, pair: the smallest of them and whose it is, None without faces.
        faces: the faces of each picture.
    """

    code: ResultCode
    model: str
    metric: Metric
    threshold: float
    detail: str = ""
    distances: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))
    distance: float | None = None
    pair: tuple[int, int] | None = None
    faces: tuple[tuple[Face, ...], tuple[Face, ...]] = ((), ())

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Everything but landmarks, ready for JSON; boxes are ``[x, y, width, height]`` in pixels."""
        return {
            "code": int(self.code),
            "same": self.code == ResultCode.SAME,
            "message": self.code.message(language),
            "detail": self.detail,
            "model": self.model,
            "metric": self.metric,
            "threshold": round(self.threshold, 4),
            "distance": None if self.distance is None else round(self.distance, 4),
            "pair": None if self.pair is None else list(self.pair),
            "distances": [[round(float(one), 4) for one in row] for row in self.distances],
            "faces": [[[round(float(side), 1) for side in face.box] for face in own] for own in self.faces],
        }


def read_picture(
    picture: Picture, *, allow_urls: bool = False, limits: ImageLimits | None = None
) -> np.ndarray:
    """RGB uint8 ``(H, W, 3)`` from a path, bytes, an address (if allowed: public ones only) or an array.

    Raises:
        Unreadable
        NotAnalysable
    """
    limits = limits or ImageLimits()
    if isinstance(picture, np.ndarray):
        image = picture
    else:
        try:
            image = decode_image(_bytes_of(picture, allow_urls, limits), limits)
        except (ImageRejected, FetchFailed) as error:
            raise Unreadable(error.reason) from error
        except OSError as error:
            raise Unreadable(error.strerror or "unreadable") from error
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise NotAnalysable(f"uint8 (H, W, 3) is wanted, not {image.dtype} {image.shape}")
    if min(image.shape[:2]) < SMALLEST_SIDE:
        raise NotAnalysable(f"a side has less than {SMALLEST_SIDE} pixels")
    return image


def _bytes_of(picture: str | Path | bytes, allow_urls: bool, limits: ImageLimits) -> bytes:
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, str) and picture.lower().startswith(("http://", "https://")):
        if not allow_urls:
            raise Unreadable("addresses are not allowed here")
        return fetch_picture(picture, limits=FetchLimits(max_bytes=limits.max_bytes))
    with Path(picture).open("rb") as stream:
        return stream.read(limits.max_bytes + 1)


class Verifier:
    """Compares pictures with one model. Safe to call from many threads. Use `load` or `of`."""

    def __init__(self, model: VerificationModel, detector: Detector, embedder: Embedder) -> None:
        self.model = model
        self._detector = detector
        self.embedder = embedder

    @classmethod
    def load(
        cls,
        model: str = "fusion",
        weights_dir: Path | None = None,
        *,
        threads: int | None = None,
        precision: devices.Precision = "auto",
        device: str = devices.PROCESSOR,
    ) -> Verifier:
        """Load the networks; takes a second or two.

        Raises:
            ValueError: there is no such model.
            WeightsMissing, WeightsCorrupt: naming the file and how to get it.
            DeviceMissing
        """
        if model not in MODELS:
            raise ValueError(f"there is no model {model!r}; choose one of {', '.join(MODELS)}")
        folder = weights_dir or weights.default_weights_dir()
        threads = threads or available_threads()
        device = devices.checked(device)
        embedder = MODELS[model].create(
            folder, threads=threads, precision=devices.resolved(precision, device), device=device
        )
        refiner = LandmarkRefiner(folder, threads=threads)
        detector = YuNet(weights.verified(folder, weights.YUNET), refiner=refiner, threads=threads)
        return cls(MODELS[model], detector, embedder)

    @classmethod
    def of(cls, engine: FaceEngine) -> Verifier:
        """With the networks that an engine has loaded."""
        return cls(model_of(engine.embedder_id), engine.detector, engine.embedder)

    def faces(self, image: np.ndarray) -> FaceSet:
        """Every face of an RGB uint8 ``(H, W, 3)`` picture, embedded."""
        lit = lifted(image)
        found = self.detect(lit)
        if not found:
            return FaceSet((), np.empty((0, self.embedder.dimensions), np.float32))
        crops = np.stack([self.embedder.crop(lit, face) for face in found])
        return FaceSet(tuple(found), self.embedder.embed(crops))

    def detect(self, image: np.ndarray) -> list[Face]:
        """Every face of a picture, largest first; if there is none, once more with room around it."""
        return detect_with_room(self._detector, image)

    def verify(
        self,
        a: Picture,
        b: Picture,
        *,
        metric: Metric = "cosine",
        threshold: float | None = None,
        allow_urls: bool = False,
    ) -> Comparison:
        """Whether somebody is in both pictures. A picture that cannot be used is an outcome, not an error.

        Args:
            threshold: largest distance of the same person, in the units of ``metric``; default the model's.
            allow_urls: whether an http(s) address may be asked; private ones never are.

        Raises:
            ValueError: unknown metric.
        """
        limit = self.model.threshold(metric) if threshold is None else threshold
        read: list[np.ndarray] = []
        for picture, code in ((a, ResultCode.FIRST_UNREADABLE), (b, ResultCode.SECOND_UNREADABLE)):
            try:
                read.append(read_picture(picture, allow_urls=allow_urls))
            except Unreadable as error:
                return Comparison(code, self.model.name, metric, limit, detail=str(error))
            except NotAnalysable as error:
                code = ResultCode.NOT_ANALYSABLE
                return Comparison(code, self.model.name, metric, limit, detail=str(error))
        return self.compare(self.faces(read[0]), self.faces(read[1]), metric=metric, threshold=limit)

    def compare(
        self, a: FaceSet, b: FaceSet, *, metric: Metric = "cosine", threshold: float | None = None
    ) -> Comparison:
        """As `verify`, of faces that are embedded already.

        Raises:
            ValueError: unknown metric.
        """
        limit = self.model.threshold(metric) if threshold is None else threshold
        outcome = Comparison(ResultCode.NOT_SAME, self.model.name, metric, limit, faces=(a.faces, b.faces))
        matrix = distances(a.embeddings, b.embeddings, metric)
        if not a.faces or not b.faces:
            code = ResultCode.SECOND_WITHOUT_FACE if a.faces else ResultCode.FIRST_WITHOUT_FACE
            return replace(outcome, code=code, distances=matrix)
        verdict = decide(matrix, limit)
        code = ResultCode.SAME if verdict.same else ResultCode.NOT_SAME
        return replace(outcome, code=code, distances=matrix, distance=verdict.distance, pair=verdict.pair)
