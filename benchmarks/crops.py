"""`python -m benchmarks crops`: which crop, which landmarks and which fusion weights tell people apart best.

Verification on pairs of photos: how many pairs of one person miss the threshold that lets a given share of
the pairs of different people pass. Of LFW only the tuning people are looked at (see `benchmarks.openset`), so
that what is chosen here is not measured on the same people there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import central_face, photos_below
from benchmarks.openset import TUNING, name_half
from benchmarks.tables import percent, replace_table, table
from recognition import weights
from recognition.alignment import FACENET_MARGIN, FACENET_SIZE, sface_crop
from recognition.detection import Detector, Face
from recognition.embedding import FUSION_WEIGHTS, Embedder, create_embedder
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.landmarks import LandmarkRefiner
from recognition.yunet import YuNet

# Share of different people who pass. LFW has pairs enough for the stricter ones.
FALSE_MATCH_RATES = {"lfw": (1e-3, 1e-4), "mfr2": (1e-2,), "korean": (1e-2,)}
TITLES = {"lfw": "LFW", "mfr2": "masks (MFR2)", "korean": "look-alikes"}
MOST_PHOTOS = 6
LONELY_EVERY = 4


@dataclass(frozen=True, eq=False)
class FacePhoto:
    """A picture with its central face as YuNet alone finds it."""

    person: str
    image: np.ndarray
    face: Face


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Every comparison on the sets below `data`, ready for JSON."""
    folder = weights.default_weights_dir()
    yunet, refiner = YuNet(weights.verified(folder, weights.YUNET)), LandmarkRefiner(folder)
    facenet, sface = (create_embedder(name, folder) for name in ("facenet", "sface"))
    result: dict[str, Any] = {"crops": {}, "landmarks": {}, "fusion": {}, "pairs": {}, "thresholds": {}}
    for name in FALSE_MATCH_RATES:
        photos = load_photos(data / name, yunet, everybody=name != "lfw")
        misses = partial(missed, people=[photo.person for photo in photos], rates=FALSE_MATCH_RATES[name])
        for title, crop in facenet_crops().items():
            vectors = embed(photos, facenet, crop)
            result["crops"].setdefault(title, {})[name] = misses(vectors)
            if title == chosen_crop():
                by_facenet = vectors
        for title, move in landmark_sources(refiner, engine.second_detector).items():
            vectors = embed(
                photos, sface, lambda image, face, move=move: sface_crop(image, move(image, face))
            )
            result["landmarks"].setdefault(title, {})[name] = misses(vectors)
            if title == CHOSEN_LANDMARKS:
                by_sface = vectors
        for share in (0.0, 0.15, FUSION_WEIGHTS[0], 0.35, 0.5, 1.0):
            vectors = np.hstack([np.sqrt(share) * by_facenet, np.sqrt(1 - share) * by_sface])
            result["fusion"].setdefault(f"{share:g}", {})[name] = misses(vectors)
            if name == "lfw" and share in (0.0, FUSION_WEIGHTS[0], 1.0):
                limit = distance_at(vectors, [photo.person for photo in photos], 1e-3)
                result["thresholds"][f"{share:g}"] = limit
        result["pairs"][name] = count_pairs([photo.person for photo in photos])
    return result


def load_photos(folder: Path, detector: Detector, *, everybody: bool) -> list[FacePhoto]:
    """Pictures with a face. Of LFW: the tuning people, six photos each, of those with one a fourth."""
    by_person: dict[str, list[Path]] = {}
    for path in photos_below(folder):
        by_person.setdefault(path.parent.name, []).append(path)
    if not everybody:
        tuning = {name: paths for name, paths in by_person.items() if name_half(name) == TUNING}
        lonely = sorted(name for name, paths in tuning.items() if len(paths) == 1)
        dropped = set(lonely) - set(lonely[::LONELY_EVERY])
        by_person = {name: paths[:MOST_PHOTOS] for name, paths in tuning.items() if name not in dropped}
    photos = []
    for name, paths in tqdm(by_person.items(), desc=f"detect {folder.name}", unit="person"):
        for path in paths:
            image = decode_image(path.read_bytes())
            if (face := central_face(image, detector)) is not None:
                photos.append(FacePhoto(name, image, face))
    return photos


def facenet_crops() -> dict[str, Callable[[np.ndarray, Face], np.ndarray]]:
    """Ways to cut FaceNet's crop out of a box, by title."""
    squares = {f"square, box × {scale:g}": partial(square_crop, scale=scale) for scale in (1.0, 1.2, 1.35)}
    stretched = {
        f"stretched, margin {margin:g}": partial(stretched_crop, margin=margin)
        for margin in (0.2, FACENET_MARGIN, 0.4)
    }
    return squares | stretched


def chosen_crop() -> str:
    """The title of the crop that `recognition.alignment` makes."""
    return f"stretched, margin {FACENET_MARGIN:g}"


def square_crop(image: np.ndarray, face: Face, *, scale: float) -> np.ndarray:
    """An undistorted square around the box."""
    side = scale * max(face.box[2:])
    return _cut(image, face, side, side)


def stretched_crop(image: np.ndarray, face: Face, *, margin: float) -> np.ndarray:
    """The box and a margin (in parts of its mean side), stretched to a square."""
    _, _, width, height = face.box
    more = margin * np.sqrt(width * height)
    return _cut(image, face, width + more, height + more)


def _cut(image: np.ndarray, face: Face, width: float, height: float) -> np.ndarray:
    x, y, box_width, box_height = face.box
    across, down = FACENET_SIZE / width, FACENET_SIZE / height
    half = FACENET_SIZE / 2
    matrix = np.array(
        [[across, 0, half - across * (x + box_width / 2)], [0, down, half - down * (y + box_height / 2)]]
    )
    return cv2.warpAffine(
        image, matrix, (FACENET_SIZE, FACENET_SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


CHOSEN_LANDMARKS = "mean of YuNet, O-Net, O-Net mirrored"


def landmark_sources(
    refiner: LandmarkRefiner, mtcnn: Detector
) -> dict[str, Callable[[np.ndarray, Face], Face]]:
    """Ways to get the landmarks that SFace aligns by, from a face as YuNet gives it."""

    def refined(image: np.ndarray, face: Face) -> Face:
        return refiner.refine(image, [face])[0]

    def onet_alone(image: np.ndarray, face: Face) -> Face:
        mean = refined(image, face).landmarks
        return Face(face.box, (3 * mean - face.landmarks) / 2, face.score)

    def cascade(image: np.ndarray, face: Face) -> Face:
        middle = face.landmarks.mean(axis=0)
        reach = max(face.box[2:]) / 2
        near = [f for f in mtcnn.detect(image) if np.hypot(*(f.landmarks.mean(axis=0) - middle)) < reach]
        return near[0] if near else face

    return {
        "YuNet": lambda image, face: face,
        "whole MTCNN cascade": cascade,
        "O-Net on YuNet's box": onet_alone,
        CHOSEN_LANDMARKS: refined,
    }


def embed(
    photos: Sequence[FacePhoto], embedder: Embedder, crop: Callable[[np.ndarray, Face], np.ndarray]
) -> np.ndarray:
    return embedder.embed(np.stack([crop(photo.image, photo.face) for photo in photos]))


def missed(vectors: np.ndarray, people: Sequence[str], rates: Sequence[float]) -> dict[str, float]:
    """Share of the pairs of one person below the threshold that each share of different pairs passes."""
    same, different = _pairs(people)
    similar = vectors @ vectors.T
    own, others = similar[same], np.sort(similar[different])[::-1]
    return {f"{rate:g}": float((own < others[int(rate * len(others))]).mean()) for rate in rates}


def distance_at(vectors: np.ndarray, people: Sequence[str], rate: float) -> float:
    """The cosine distance that this share of the pairs of different people stays below."""
    _, different = _pairs(people)
    return float(np.quantile(1 - (vectors @ vectors.T)[different], rate))


def count_pairs(people: Sequence[str]) -> dict[str, int]:
    same, different = _pairs(people)
    return {"same": int(same.sum()), "different": int(different.sum())}


def _pairs(people: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    names = np.array(people)
    alike = names[:, None] == names
    once = np.triu(np.ones_like(alike), k=1)
    return alike & once, ~alike & once


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The three comparisons, in docs/accuracy.md."""
    columns = [(name, f"{rate:g}") for name, rates in FALSE_MATCH_RATES.items() for rate in rates]
    head = [f"{TITLES[name]}, {100 * float(rate):g} %" for name, rate in columns]
    chosen = {chosen_crop(), CHOSEN_LANDMARKS, f"{FUSION_WEIGHTS[0]:g}"}
    for part, what in (
        ("crops", "FaceNet's crop"),
        ("landmarks", "SFace aligned by"),
        ("fusion", "FaceNet's share"),
    ):
        rows = [
            [f"**{title}**" if title in chosen else title]
            + [percent(by_set[name][rate], 1) for name, rate in columns]
            for title, by_set in result[part].items()
        ]
        replace_table(docs / "accuracy.md", f"crops-{part}", table([what, *head], rows))
