"""Embeddings of evaluation pictures, kept in build/ by photo digest so that a second run computes nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

import recognition
from recognition.detection import Detector, Face
from recognition.engine import FaceEngine
from recognition.exposure import lifted
from recognition.image import decode_image

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / "build" / "embeddings"
# What decides an embedding besides the network: a change in one of these files starts a new cache.
DECIDING_SOURCES = (
    "alignment.py",
    "detection.py",
    "embedding.py",
    "exposure.py",
    "image.py",
    "inference.py",
    "landmarks.py",
    "mtcnn_lean.py",
    "yunet.py",
)
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SAVE_EVERY = 500


@dataclass(frozen=True, eq=False)
class EmbeddedPhotos:
    """One row per picture in which a face was found.

    people: (N,) name of the folder; paths: (N,); vectors: (N, D) float32; without_face: the other pictures.
    """

    people: np.ndarray
    paths: tuple[Path, ...]
    vectors: np.ndarray
    without_face: tuple[Path, ...]

    def rows_of(self) -> dict[str, np.ndarray]:
        """Row numbers of each person, in order of names."""
        return {str(name): np.flatnonzero(self.people == name) for name in np.unique(self.people)}


def photos_below(folder: Path) -> list[Path]:
    """Every picture in the subfolders of a folder, in order of names."""
    return sorted(path for path in Path(folder).glob("*/*") if path.suffix.lower() in SUFFIXES)


def embed_photos(paths: Sequence[Path], engine: FaceEngine, name: str) -> EmbeddedPhotos:
    """Embed the face nearest to the centre of each picture (evaluation sets centre their subject)."""
    cache = _Cache(engine)
    found, missing = [], []
    for number, path in enumerate(tqdm(paths, desc=f"embed {name}", unit="photo", smoothing=0.02), start=1):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest not in cache.vectors:
            cache.vectors[digest] = embed_central_face(decode_image(data), engine)
            if len(cache.vectors) % SAVE_EVERY == 0 or number == len(paths):
                cache.save()
        vector = cache.vectors[digest]
        if vector is None:
            missing.append(path)
        else:
            found.append((path, vector))
    cache.save()
    return EmbeddedPhotos(
        people=np.array([path.parent.name for path, _ in found]),
        paths=tuple(path for path, _ in found),
        vectors=np.stack([vector for _, vector in found]),
        without_face=tuple(missing),
    )


def embed_central_face(image: np.ndarray, engine: FaceEngine) -> np.ndarray | None:
    """(D,) embedding of the face whose centre is nearest to the picture's; None where there is no face."""
    image = lifted(image)
    face = central_face(image, engine.detector)
    return None if face is None else engine.embedder.embed(engine.embedder.crop(image, face)[None])[0]


def central_face(image: np.ndarray, detector: Detector) -> Face | None:
    """The face whose centre is nearest to the picture's; None where there is no face."""
    middle = np.array(image.shape[1::-1]) / 2

    def distance(face: Face) -> float:
        x, y, width, height = face.box
        return float(np.hypot(*(np.array([x + width / 2, y + height / 2]) - middle)))

    return min(detector.detect(image), key=distance, default=None)


class _Cache:
    """Vectors by digest of the photo; None where no face was found."""

    def __init__(self, engine: FaceEngine) -> None:
        info = engine.info()
        deciding = [info[name] for name in ("embedder", "detector", "precision", "weights")]
        source = hashlib.sha256(repr(deciding).encode())
        package = Path(recognition.__file__).parent
        for file in DECIDING_SOURCES:
            source.update((package / file).read_bytes())
        self.path = CACHE / f"{source.hexdigest()[:16]}.npz"
        self.vectors: dict[str, np.ndarray | None] = {}
        self._saved = 0
        if self.path.is_file():
            with np.load(self.path) as stored:
                rows = zip(stored["digests"].tolist(), stored["vectors"], strict=True)
                self.vectors = {digest: vector if vector.any() else None for digest, vector in rows}
            self._saved = len(self.vectors)

    def save(self) -> None:
        if len(self.vectors) == self._saved:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        size = next(len(vector) for vector in self.vectors.values() if vector is not None)
        rows = [np.zeros(size, np.float32) if v is None else v for v in self.vectors.values()]
        partial = self.path.with_name(f"{self.path.stem}.{os.getpid()}.npz")
        np.savez(partial, digests=np.array(list(self.vectors)), vectors=np.stack(rows))
        os.replace(partial, self.path)
        self._saved = len(self.vectors)
