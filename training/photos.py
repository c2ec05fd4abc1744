"""A folder of photos, one subfolder per person, checked photo by photo before anything learns from it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.detection import Face
from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected, PhotoRefused
from recognition.image import decode_image
from recognition.processor import available_threads
from recognition.quality import Quality
from training.augment import FaceCut, cut_face
from training.embedding_cache import Declined, EmbeddingCache, Judged
from training.exceptions import FolderUnusable

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) after each step of a stage."""

PHOTOS_PER_BATCH = 16
BATCHES_AHEAD = 2
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo that may be learnt from: the surroundings of its one face, and what the engine saw in it.

    source: where it came from, for messages; digest: SHA-256 of the file, or of the pixels where there was
    no file; embedding: (D,) float32 of unit length.
    """

    label: str
    source: str
    digest: str
    cut: FaceCut
    quality: Quality
    embedding: np.ndarray


@dataclass(frozen=True)
class Refusal:
    """A photo that was left out: `reason` is a code, `detail` a sentence for a person."""

    label: str
    source: str
    reason: str
    detail: str


@dataclass(frozen=True)
class CheckedPhotos:
    """What a folder gave, in the order of labels and file names."""

    accepted: tuple[Photo, ...]
    refused: tuple[Refusal, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """People with at least one accepted photo."""
        return tuple(sorted({photo.label for photo in self.accepted}))


def list_photos(folder: Path) -> dict[str, list[Path]]:
    """The photo files of each person: DIR/<person>/<photo>. Hidden files and other kinds are passed over.

    Raises FolderUnusable where the folder is missing or holds no person with a photo.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FolderUnusable(f"{folder} is not a folder")
    people = {}
    for person in sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != "."):
        files = sorted(p for p in person.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES and p.name[0] != ".")
        if files:
            people[person.name] = files
    if not people:
        raise FolderUnusable(f"{folder} holds no photos: it needs one subfolder of pictures per person")
    return people


def check_folder(
    folder: Path,
    engine: FaceEngine,
    progress: Progress | None = None,
    *,
    cache: EmbeddingCache | None = None,
) -> CheckedPhotos:
    """Decode and check every photo of a folder: one face, both detectors agree, quality.

    cache: knows photos of earlier fits, and learns the new ones.
    Raises FolderUnusable as `list_photos` does.
    """
    people = list_photos(folder).items()
    return _check([_File(label, path) for label, paths in people for path in paths], engine, progress, cache)


def check_images(
    images: Mapping[str, Sequence[np.ndarray]],
    engine: FaceEngine,
    progress: Progress | None = None,
    *,
    known: Mapping[str, Sequence[np.ndarray]] | None = None,
) -> CheckedPhotos:
    """The same for decoded RGB uint8 (H, W, 3) photos by label.

    known: the photos' embeddings, where the caller has them from an earlier check by an engine with this
    embedder; in the order of the images, for each label or none.
    """
    tasks = []
    for label in sorted(images):
        vectors = known.get(label) if known else None
        if vectors is not None and len(vectors) != len(images[label]):
            raise ValueError(f"{len(vectors)} embeddings for {len(images[label])} photos of {label}")
        for number, image in enumerate(images[label]):
            tasks.append(_Pixels(label, number, image, None if vectors is None else vectors[number]))
    return _check(tasks, engine, progress, None)


@dataclass(frozen=True, eq=False)
class _File:
    label: str
    path: Path
    embedding: np.ndarray | None = None

    @property
    def source(self) -> str:
        return f"{self.label}/{self.path.name}"

    def read(self) -> tuple[str, np.ndarray]:
        data = self.path.read_bytes()
        return hashlib.sha256(data).hexdigest(), decode_image(data)


@dataclass(frozen=True, eq=False)
class _Pixels:
    label: str
    number: int
    image: np.ndarray
    embedding: np.ndarray | None

    @property
    def source(self) -> str:
        return f"{self.label}/{self.number + 1}"

    def read(self) -> tuple[str, np.ndarray]:
        content = repr(self.image.shape).encode() + np.ascontiguousarray(self.image).tobytes()
        return hashlib.sha256(content).hexdigest(), self.image


@dataclass(frozen=True, eq=False)
class _Vetted:
    """An accepted photo with its embedding, or with the crop to make it from."""

    task: _File | _Pixels
    digest: str
    cut: FaceCut
    face: Face
    quality: Quality
    embedding: np.ndarray | None = None
    crop: np.ndarray | None = None


def _check(
    tasks: Sequence[_File | _Pixels],
    engine: FaceEngine,
    progress: Progress | None,
    cache: EmbeddingCache | None,
) -> CheckedPhotos:
    outcomes: list[Photo | Refusal] = []
    with ThreadPoolExecutor(max_workers=available_threads()) as pool:
        for vetted in _vetted(tasks, engine, cache, pool):
            for outcome in _embedded(vetted, engine, cache, pool):
                outcomes.append(outcome)
                if progress:
                    progress("check", len(outcomes), len(tasks))
    return _without_repeats(outcomes)


def _vetted(
    tasks: Sequence[_File | _Pixels],
    engine: FaceEngine,
    cache: EmbeddingCache | None,
    pool: ThreadPoolExecutor,
) -> Iterator[list[_Vetted | Refusal]]:
    """The photos in batches; the next ones are in work meanwhile, so that no core waits for the last one."""
    in_work: deque[list[Future[_Vetted | Refusal]]] = deque()
    for start in range(0, len(tasks), PHOTOS_PER_BATCH):
        batch = tasks[start : start + PHOTOS_PER_BATCH]
        in_work.append([pool.submit(_vet, task, engine, cache) for task in batch])
        if len(in_work) > BATCHES_AHEAD:
            yield [outcome.result() for outcome in in_work.popleft()]
    for vetting in in_work:
        yield [outcome.result() for outcome in vetting]


def _vet(task: _File | _Pixels, engine: FaceEngine, cache: EmbeddingCache | None) -> _Vetted | Refusal:
    try:
        digest, image = task.read()
    except OSError as error:
        return Refusal(task.label, task.source, "unreadable", error.strerror or "cannot be read")
    except ImageRejected as error:
        return Refusal(task.label, task.source, error.reason, error.message)
    seen = cache.photo(digest) if cache else None
    if isinstance(seen, Declined):
        return Refusal(task.label, task.source, seen.reason, seen.detail)
    if seen is not None:
        return _Vetted(task, digest, cut_face(image, seen.face), seen.face, seen.quality, seen.embedding)
    try:
        subject = engine.vet(image)
    except PhotoRefused as error:
        if cache:
            cache.keep_photo(digest, Declined(error.reason, error.detail))
        return Refusal(task.label, task.source, error.reason, error.detail)
    cut = cut_face(image, subject.face)
    crop = engine.embedder.crop(subject.image, subject.face) if task.embedding is None else None
    return _Vetted(task, digest, cut, subject.face, subject.quality, task.embedding, crop)


def _embedded(
    vetted: Sequence[_Vetted | Refusal],
    engine: FaceEngine,
    cache: EmbeddingCache | None,
    pool: ThreadPoolExecutor,
) -> Iterator[Photo | Refusal]:
    """The photos of a batch, those that need it embedded together."""
    crops = [one.crop for one in vetted if isinstance(one, _Vetted) and one.crop is not None]
    made = iter(embed_side_by_side(crops, engine, pool))
    for one in vetted:
        if isinstance(one, Refusal):
            yield one
            continue
        embedding = next(made) if one.embedding is None else one.embedding
        if cache and one.crop is not None:
            cache.keep_photo(one.digest, Judged(one.face, one.quality, embedding))
        yield Photo(one.task.label, one.task.source, one.digest, one.cut, one.quality, embedding)


def embed_side_by_side(
    crops: Sequence[np.ndarray], engine: FaceEngine, pool: ThreadPoolExecutor
) -> np.ndarray:
    """(N, D) embeddings of N crops, one part of them for each core, which its streams compute at once."""
    if not crops:
        return np.empty((0, engine.embedder.dimensions), np.float32)
    parts = np.array_split(np.stack(crops), min(len(crops), available_threads()))
    return np.concatenate(list(pool.map(engine.embedder.embed, parts)))


def _without_repeats(outcomes: Iterable[Photo | Refusal]) -> CheckedPhotos:
    """A picture that is there twice would be learnt from and tested on: the first one stays. In two people's
    folders it is wrong in one of them, and nobody can tell in which: none stays."""
    outcomes = list(outcomes)
    owners: dict[str, list[Photo]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Photo):
            owners.setdefault(outcome.digest, []).append(outcome)
    accepted, refused = [], []
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            refused.append(outcome)
            continue
        same = owners[outcome.digest]
        other = next((photo for photo in same if photo.label != outcome.label), None)
        if other is not None:
            detail = f"{other.label} has the same picture ({other.source})"
            refused.append(Refusal(outcome.label, outcome.source, "in_two_folders", detail))
        elif outcome is not same[0]:
            detail = f"the same picture as {same[0].source}"
            refused.append(Refusal(outcome.label, outcome.source, "duplicate", detail))
        else:
            accepted.append(outcome)
    return CheckedPhotos(tuple(accepted), tuple(refused))
