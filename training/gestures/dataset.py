"""Gesture pictures on disk → what the head learns from, with the people kept apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected
from recognition.image import decode_image
from training.exceptions import TrainingError
from training.gestures import GESTURES
from training.gestures.framing import SIDE_IN_SHOULDER_WIDTHS, Shoulders, find_shoulders, square, turned
from training.gestures.posenet import FEATURES, PoseNet

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
Progress = Callable[[str, int, int], None]

# How far a kiosk's framing strays from the ideal: distance, off-centre (shoulder widths), tilt, light.
_SIDES = (2.8, 6.0)
_SHIFT = 0.15
_TILT_DEGREES = 6.0
_GAIN = (0.6, 1.4)
_LIFT = 25.0


@dataclass(frozen=True)
class GesturePicture:
    """One picture: gesture is an index into `GESTURES`, person a number, shoulders in its own pixels."""

    path: Path
    gesture: int
    person: int
    shoulders: Shoulders


@dataclass(frozen=True)
class GestureData:
    """Crops' features.

    x (N, 14739) float16; y (N,) gesture; person (N,); picture (N,) which picture each crop is of; framed (N,)
    whether the crop is the kiosk's own framing, unperturbed.
    """

    x: NDArray[np.float16]
    y: NDArray[np.intp]
    person: NDArray[np.intp]
    picture: NDArray[np.intp]
    framed: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> GestureData:
        """The rows that are chosen."""
        return GestureData(
            self.x[chosen], self.y[chosen], self.person[chosen], self.picture[chosen], self.framed[chosen]
        )


def read_pictures(
    folder: Path, engine: FaceEngine, posenet: PoseNet, people: int, progress: Progress
) -> tuple[list[GesturePicture], dict[str, int]]:
    """Every usable picture in the folders CAPTURE, O, X and IDLE, and how many were left out, by reason.

    Who is who is told by the face, in `people` clusters: neighbours in one video must never stand on both
    sides of a test. Raises TrainingError where a gesture's folder is missing or empty.
    """
    files = [(path, index) for index, name in enumerate(GESTURES) for path in _files(folder / name)]
    left_out: dict[str, int] = {}
    kept: list[tuple[Path, int, Shoulders]] = []
    faces = []
    for done, (path, gesture) in enumerate(files):
        progress("read", done, len(files))
        try:
            image = decode_image(path.read_bytes())
        except ImageRejected as error:
            left_out[error.reason] = left_out.get(error.reason, 0) + 1
            continue
        seen = engine.observe(image)
        shoulders = find_shoulders(image, posenet)
        if not seen or shoulders is None:
            reason = "no_shoulders" if seen else "no_face"
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        kept.append((path, gesture, shoulders))
        faces.append(seen[0].embedding)
    if len(kept) < people:
        raise TrainingError(f"{folder} holds {len(kept)} usable pictures")
    who = KMeans(people, n_init=10, random_state=0).fit_predict(np.stack(faces))
    return [
        GesturePicture(path, gesture, int(person), shoulders)
        for (path, gesture, shoulders), person in zip(kept, who, strict=True)
    ], left_out


def make_data(
    pictures: Sequence[GesturePicture], posenet: PoseNet, copies: int, seed: int, progress: Progress
) -> GestureData:
    """The kiosk's framing of every picture and `copies` perturbed ones of each, every second one mirrored."""
    rng = np.random.default_rng(seed)
    each = copies + 1
    x = np.empty((len(pictures) * each, FEATURES), np.float16)
    for index, picture in enumerate(pictures):
        progress("frame", index, len(pictures))
        image = decode_image(picture.path.read_bytes())
        at = picture.shoulders
        crops = [square(image, at.x, at.y, SIDE_IN_SHOULDER_WIDTHS * at.width)]
        crops += [_perturbed(image, at, rng, mirrored=bool(number % 2)) for number in range(copies)]
        x[index * each : (index + 1) * each] = posenet.run(crops).features()
    repeated = np.repeat(np.arange(len(pictures)), each)
    return GestureData(
        x=x,
        y=np.array([picture.gesture for picture in pictures])[repeated],
        person=np.array([picture.person for picture in pictures])[repeated],
        picture=repeated,
        framed=np.tile(np.arange(each) == 0, len(pictures)),
    )


def _perturbed(
    image: NDArray[np.uint8], at: Shoulders, rng: np.random.Generator, mirrored: bool
) -> NDArray[np.uint8]:
    x, y = np.array([at.x, at.y]) + rng.normal(0, _SHIFT, 2) * at.width
    crop = turned(square(image, x, y, rng.uniform(*_SIDES) * at.width), rng.uniform(-1, 1) * _TILT_DEGREES)
    crop = crop[:, ::-1] if mirrored else crop
    lit = crop.astype(np.float32) * rng.uniform(*_GAIN) + rng.uniform(-_LIFT, _LIFT)
    return np.clip(lit, 0, 255).astype(np.uint8)


def _files(folder: Path) -> list[Path]:
    found = (
        sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if folder.is_dir()
        else []
    )
    if not found:
        raise TrainingError(f"{folder} holds no pictures (expected folders {', '.join(GESTURES)})")
    return found
