"""A folder of photos, one subfolder per person, checked photo by photo before anything learns from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected, PhotoRefused
from recognition.image import decode_image
from recognition.quality import Quality
from training.augment import FaceCut, cut_face
from training.exceptions import FolderUnusable

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) after each step of a stage."""

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


def check_folder(folder: Path, engine: FaceEngine, progress: Progress | None = None) -> CheckedPhotos:
    """Decode and check every photo of a folder: one face, both detectors agree, quality.

    Raises FolderUnusable as `list_photos` does.
    """
    tasks = [(label, path) for label, paths in list_photos(folder).items() for path in paths]
    return _check(tasks, _check_file, engine, progress)


def check_images(
    images: Mapping[str, Sequence[np.ndarray]], engine: FaceEngine, progress: Progress | None = None
) -> CheckedPhotos:
    """The same for decoded RGB uint8 (H, W, 3) photos by label."""
    numbered = {label: enumerate(images[label]) for label in sorted(images)}
    tasks = [(label, photo) for label, photos in numbered.items() for photo in photos]
    return _check(tasks, _check_array, engine, progress)


def _check(tasks: Sequence, check: Callable, engine: FaceEngine, progress: Progress | None) -> CheckedPhotos:
    outcomes = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for done, outcome in enumerate(pool.map(lambda task: check(*task, engine), tasks), start=1):
            outcomes.append(outcome)
            if progress:
                progress("check", done, len(tasks))
    return _without_repeats(outcomes)


def _check_file(label: str, path: Path, engine: FaceEngine) -> Photo | Refusal:
    source = f"{label}/{path.name}"
    try:
        data = path.read_bytes()
        image = decode_image(data)
    except OSError as error:
        return Refusal(label, source, "unreadable", error.strerror or "cannot be read")
    except ImageRejected as error:
        return Refusal(label, source, error.reason, error.message)
    return _examine(label, source, hashlib.sha256(data).hexdigest(), image, engine)


def _check_array(label: str, numbered: tuple[int, np.ndarray], engine: FaceEngine) -> Photo | Refusal:
    number, image = numbered
    digest = hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()
    return _examine(label, f"{label}/{number + 1}", digest, image, engine)


def _examine(label: str, source: str, digest: str, image: np.ndarray, engine: FaceEngine) -> Photo | Refusal:
    try:
        seen = engine.enrol(image)
    except PhotoRefused as error:
        return Refusal(label, source, error.reason, error.detail)
    return Photo(label, source, digest, cut_face(image, seen.face), seen.quality, seen.embedding)


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
