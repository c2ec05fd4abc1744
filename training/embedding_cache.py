"""What the networks made of each photo, kept in a folder, so that a second fit embeds only what changed."""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from recognition.detection import Face
from recognition.engine import FaceEngine
from recognition.quality import ENROLMENT_LIMITS, Quality

# Part of every key: raise it when what is kept, or how a photo is judged, changes.
_EDITION = 1


@dataclass(frozen=True, eq=False)
class Judged:
    """An accepted photo as the engine saw it: `embedding` is (D,) float32 of unit length."""

    face: Face
    quality: Quality
    embedding: np.ndarray


@dataclass(frozen=True)
class Declined:
    """A photo that cannot be learnt from, and why."""

    reason: str
    detail: str


class EmbeddingCache:
    """One file a photo (and one for its copies), named after the photo's digest and everything that decides
    what the networks make of it: embedder, detectors, weights, precision, limits. No picture is kept, but
    embeddings are biometric data: the folder is made readable for its owner only, and whoever deletes a
    person's photos deletes it too."""

    def __init__(self, folder: Path, engine: FaceEngine) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        deciding = {name: value for name, value in engine.info().items() if name != "threads"}
        self._salt = repr((_EDITION, sorted(deciding.items(), key=str), ENROLMENT_LIMITS))

    def photo(self, digest: str) -> Judged | Declined | None:
        """What became of the photo with this digest; None where it is not known, or its file is damaged."""
        stored = self._read(self._file(digest))
        try:
            if "reason" in stored:
                return Declined(str(stored["reason"]), str(stored["detail"]))
            face = Face(tuple(stored["box"].tolist()), stored["landmarks"], float(stored["score"]))
            return Judged(face, Quality(*stored["quality"].tolist()), stored["embedding"])
        except (KeyError, TypeError):
            return None

    def keep_photo(self, digest: str, seen: Judged | Declined) -> None:
        """Remember what became of a photo."""
        if isinstance(seen, Declined):
            values = {"reason": np.array(seen.reason), "detail": np.array(seen.detail)}
        else:
            values = {
                "box": np.array(seen.face.box),
                "landmarks": seen.face.landmarks,
                "score": np.array(seen.face.score),
                "quality": np.array(list(asdict(seen.quality).values())),
                "embedding": seen.embedding,
            }
        self._write(self._file(digest), values)

    def copies(self, digest: str, seed: int) -> np.ndarray | None:
        """(n, D) embeddings of the photo's first n copies, None where there are none."""
        return self._read(self._file(digest, seed)).get("copies")

    def keep_copies(self, digest: str, seed: int, embeddings: np.ndarray) -> None:
        """Remember the embeddings of the photo's first copies."""
        self._write(self._file(digest, seed), {"copies": embeddings})

    def _file(self, digest: str, seed: int | None = None) -> Path:
        name = hashlib.sha256(f"{self._salt}\n{digest}\n{seed}".encode()).hexdigest()[:40]
        return self.folder / f"{name}.npz"

    def _read(self, file: Path) -> dict[str, np.ndarray]:
        try:
            with file.open("rb") as content, np.load(content, allow_pickle=False) as stored:
                return dict(stored)
        except (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile):
            return {}

    def _write(self, file: Path, values: dict[str, np.ndarray]) -> None:
        partial = file.with_name(f"{file.stem}.{os.getpid()}.npz")
        np.savez(partial, allow_pickle=False, **values)
        os.replace(partial, file)
