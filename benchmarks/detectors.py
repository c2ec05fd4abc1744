"""Which detector finds faces best and fastest: ours with MTCNN's weights, the mtcnn package, and YuNet.

On 300 pictures of LFW (one a person) the boxes of the two MTCNNs are compared: a face that both find is a
pair of boxes that overlap at all well (IoU 0.4). On wide pictures of classrooms and meetings (WIDER FACE,
every face boxed) recall is of the faces at least 24 pixels high; a box is false when it overlaps no annotated
face, however small, by an IoU of 0.4.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.classroom import Boxes, Judged, judge, pairs, truth_of
from benchmarks.embeddings import photos_below
from benchmarks.machine import in_words, machine
from benchmarks.tables import percent, replace_table, table
from recognition import weights
from recognition.detection import Detector, Face
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.mtcnn_lean import MTCNN
from recognition.yunet import YuNet

PICTURES = 300
SAME_BOX = 0.9
SIZES = (20, 24, 40, 60, 80)
# Beside a size limit a detector may well miss: only faces clearly above it must be found.
CLEARLY_ABOVE = 1.3
PICTURES_PER_SIZE = 60
NATIVE = 10**6


class Package:
    """The mtcnn package behind the same interface as ours."""

    name = "mtcnn 1.0.0"

    def __init__(self) -> None:
        from mtcnn import MTCNN as TheirMTCNN

        self._detector = TheirMTCNN()

    def detect(self, image: np.ndarray, min_face_size: int = 20) -> Boxes:
        """Faces in an RGB uint8 (H, W, 3) picture."""
        found = self._detector.detect_faces(image, min_face_size=min_face_size)
        return [
            Face(
                tuple(map(float, one["box"])),
                np.array(list(one["keypoints"].values()), np.float32),
                float(one["confidence"]),
            )
            for one in found
        ]


def run(data: Path, engine: FaceEngine, pictures: int = PICTURES, wide: int | None = None) -> dict[str, Any]:
    """Agreement, times, size limits, recall and false boxes; ready for JSON. wide: classroom pictures, all of
    them by default."""
    facts = machine()
    folder = weights.default_weights_dir()
    package, lean = Package(), MTCNN(folder, min_face_size=20)
    people: dict[str, Path] = {}
    for path in photos_below(data / "lfw"):
        people.setdefault(path.parent.name, path)
    chosen = list(people.values())
    images = [
        decode_image(path.read_bytes()) for path in chosen[:: max(1, len(chosen) // pictures)][:pictures]
    ]
    return {
        "machine": facts,
        "pictures": len(images),
        "default": engine.detector.name,
        **_agreement(images, package, lean, engine.detector),
        "min_face_size": _sizes(images[: min(len(images), PICTURES_PER_SIZE)], package, folder),
        "classroom": _classroom(data / "classroom", package, folder, wide),
    }


def within(face: Face, image: np.ndarray) -> Face:
    """The face with its box cut off at the picture's border, as the package cuts its own."""
    x, y, width, height = face.box
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + width, image.shape[1]), min(y + height, image.shape[0])
    return Face((left, top, right - left, bottom - top), face.landmarks, face.score)


def _timed(detect: Callable[[np.ndarray], Boxes], image: np.ndarray) -> tuple[Boxes, float]:
    start = time.perf_counter()
    found = detect(image)
    return found, 1000 * (time.perf_counter() - start)


def _agreement(
    images: Sequence[np.ndarray], package: Package, lean: Detector, live: Detector
) -> dict[str, Any]:
    for detect in (package.detect, lean.detect, live.detect):
        detect(images[0])
    overlaps: list[float] = []
    counts = {"package": 0, "lean": 0, "live": 0, "live_of_package": 0}
    times: dict[str, list[float]] = {"package": [], "lean": [], "live": []}
    for image in tqdm(images, desc="detectors"):
        theirs, spent = _timed(package.detect, image)
        times["package"].append(spent)
        ours, spent = _timed(lean.detect, image)
        times["lean"].append(spent)
        yunet, spent = _timed(live.detect, image)
        times["live"].append(spent)
        overlaps += pairs(theirs, [within(face, image) for face in ours])
        for name, found in (("package", theirs), ("lean", ours), ("live", yunet)):
            counts[name] += len(found)
        counts["live_of_package"] += len(pairs(theirs, yunet))
    medians = {name: median(values) for name, values in times.items()}
    return {
        "faces": counts,
        "both": len(overlaps),
        "same_box": sum(overlap >= SAME_BOX for overlap in overlaps),
        "median_iou": float(np.median(overlaps)),
        "milliseconds": medians,
        "ratio": medians["package"] / medians["lean"],
    }


def _sizes(images: Sequence[np.ndarray], package: Package, folder: Path) -> list[dict[str, Any]]:
    """Of the faces clearly above each limit, those still found with it, by ours and by the package."""
    reference = [MTCNN(folder, min_face_size=SIZES[0]).detect(image) for image in images]
    rows = []
    for size in SIZES:
        ours = MTCNN(folder, min_face_size=size)
        wanted, found, theirs, spent = 0, 0, 0, []
        for image, faces in zip(images, reference, strict=True):
            large = [face for face in faces if min(face.box[2:]) >= CLEARLY_ABOVE * size]
            seen, took = _timed(ours.detect, image)
            spent.append(took)
            wanted += len(large)
            found += len(pairs(large, seen))
            theirs += len(pairs(large, package.detect(image, min_face_size=size)))
        rows.append(
            {
                "min_face_size": size,
                "wanted": wanted,
                "found": found,
                "package_found": theirs,
                "milliseconds": median(spent),
            }
        )
    return rows


def _classroom(folder: Path, package: Package, weights_dir: Path, wide: int | None) -> list[dict[str, Any]]:
    truth = truth_of(folder)
    images = {name: decode_image((folder / name).read_bytes()) for name in list(truth)[:wide]}
    yunet = weights.verified(weights_dir, weights.YUNET)
    detectors: dict[str, Detector] = {
        "YuNet, long side 640 (live default)": YuNet(yunet),
        "YuNet, long side 640, scores from 0.7": YuNet(yunet, score_threshold=0.7),
        "YuNet, native resolution": YuNet(yunet, long_side=NATIVE),
        "YuNet, native resolution, scores from 0.8": YuNet(yunet, score_threshold=0.8, long_side=NATIVE),
        "MTCNN from 32 px, long side 640 (enrolment)": MTCNN(weights_dir, min_face_size=32),
        "MTCNN from 20 px, long side 640": MTCNN(weights_dir),
        "MTCNN from 20 px, native resolution": MTCNN(weights_dir, long_side=NATIVE),
        "mtcnn 1.0.0, native resolution": package,
    }
    rows = []
    for name, detector in detectors.items():
        judged, spent = Judged(), []
        for picture, image in images.items():
            seen, took = _timed(detector.detect, image)
            spent.append(took)
            judged += judge(truth[picture], seen)
        rows.append(
            {
                "detector": name,
                "faces": judged.faces,
                "recall": judged.found / judged.faces,
                "false_boxes": judged.false_boxes,
                "milliseconds": median(spent),
            }
        )
    return rows


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Agreement, size limits and recall, in docs/performance.md."""
    page, faces, spent = docs / "performance.md", result["faces"], result["milliseconds"]
    rows = [
        ("mtcnn 1.0.0", faces["package"], f"{spent['package']:.1f} ms"),
        ("the same weights here", faces["lean"], f"{spent['lean']:.1f} ms"),
        (f"{result['default']} (live default)", faces["live"], f"{spent['live']:.1f} ms"),
    ]
    text = table((f"{result['pictures']} pictures of LFW, 250×250", "faces", "median time"), rows)
    note = (
        f"Of {result['both']} faces that both MTCNNs find {result['same_box']} "
        f"({percent(result['same_box'] / result['both'])}) have the same box (IoU 0.9; median "
        f"{result['median_iou']:.3f}), **{result['ratio']:.1f} times faster**. {result['default']} finds "
        f"{faces['live_of_package']} of the package's {faces['package']} faces. "
        f"{in_words(result['machine'])}."
    )
    replace_table(page, "detectors", f"{text}\n\n{note}")
    rows = [
        (
            row["min_face_size"],
            f"{row['found']} of {row['wanted']}",
            f"{row['package_found']} of {row['wanted']}",
            f"{row['milliseconds']:.1f} ms",
        )
        for row in result["min_face_size"]
    ]
    head = ("`min_face_size`", "larger faces found here", "by mtcnn 1.0.0", "time here")
    replace_table(page, "detectors-sizes", table(head, rows))
    rows = [
        (
            row["detector"],
            percent(row["recall"], 1),
            row["false_boxes"],
            f"{row['milliseconds']:.0f} ms",
        )
        for row in result["classroom"]
    ]
    head = (
        f"Classrooms and meetings, {result['classroom'][0]['faces']} faces",
        "recall",
        "false boxes",
        "time",
    )
    replace_table(page, "detectors-classroom", table(head, rows))
