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
from recognition.quality import measure

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
    "quality.py",
    "yunet.py",
)
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SAVE_EVERY = 500


@dataclass(frozen=True, eq=False)
class EmbeddedPhotos:
    """One row per picture in which a face was found.

    people: (N,) name of the folder; paths: (N,); vectors: (N, D) float32; weights: (N,) float32, how much the
    picture counts as evidence (`recognition.quality`); without_face: the other pictures.
    """

    people: np.ndarray
    paths: tuple[Path, ...]
    vectors: np.ndarray
    weights: np.ndarray
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
        if digest not in cache.seen:
            cache.seen[digest] = observe_central_face(decode_image(data), engine)
            if len(cache.seen) % SAVE_EVERY == 0 or number == len(paths):
                cache.save()
        seen = cache.seen[digest]
        if seen is None:
            missing.append(path)
        else:
            found.append((path, *seen))
    cache.save()
    return EmbeddedPhotos(
        people=np.array([path.parent.name for path, _, _ in found]),
        paths=tuple(path for path, _, _ in found),
        vectors=np.stack([vector for _, vector, _ in found]),
        weights=np.array([weight for _, _, weight in found], dtype=np.float32),
        without_face=tuple(missing),
    )


def observe_central_face(image: np.ndarray, engine: FaceEngine) -> tuple[np.ndarray, float] | None:
    """(D,) embedding and evidence weight of the face nearest to the middle; None where there is no face."""
    lit = lifted(image)
    face = central_face(lit, engine.detector)
    if face is None:
        return None
    (vector,) = engine.embedder.embed(engine.embedder.crop(lit, face)[None])
    return vector, measure(image, face).weight


def central_face(image: np.ndarray, detector: Detector) -> Face | None:
    """The face whose centre is nearest to the picture's; None where there is no face."""
    middle = np.array(image.shape[1::-1]) / 2

    def distance(face: Face) -> float:
        x, y, width, height = face.box
        return float(np.hypot(*(np.array([x + width / 2, y + height / 2]) - middle)))

    return min(detector.detect(image), key=distance, default=None)


class _Cache:
    """Vector and weight by digest of the photo; None where no face was found."""

    def __init__(self, engine: FaceEngine) -> None:
        info = engine.info()
        deciding = [info[name] for name in ("embedder", "detector", "precision", "weights")]
        source = hashlib.sha256(repr(deciding).encode())
        package = Path(recognition.__file__).parent
        for file in DECIDING_SOURCES:
            source.update((package / file).read_bytes())
        self.path = CACHE / f"{source.hexdigest()[:16]}.npz"
        self.seen: dict[str, tuple[np.ndarray, float] | None] = {}
        self._saved = 0
        if self.path.is_file():
            with np.load(self.path) as stored:
                columns = stored["digests"].tolist(), stored["vectors"], stored["weights"].tolist()
                rows = zip(*columns, strict=True)
                self.seen = {digest: (vector, w) if vector.any() else None for digest, vector, w in rows}
            self._saved = len(self.seen)

    def save(self) -> None:
        if len(self.seen) == self._saved:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        size = next(len(seen[0]) for seen in self.seen.values() if seen is not None)
        nothing = np.zeros(size, np.float32), 0.0
        vectors, weights = zip(*(seen or nothing for seen in self.seen.values()), strict=True)
        partial = self.path.with_name(f"{self.path.stem}.{os.getpid()}.npz")
        np.savez(
            partial, digests=np.array(list(self.seen)), vectors=np.stack(vectors), weights=np.array(weights)
        )
        os.replace(partial, self.path)
        self._saved = len(self.seen)
