"""Bad light, blur, distance and turned heads: what they cost, and what the kiosk does about it.

One class of LFW (150 people × 5 photos, enrolled clean), its probes and strangers degraded. *Before* is
the plain chain: detect, crop, embed, compare with the threshold of the clean class. *After* is
`FaceEngine.identify` with its gain on dark frames and its quality gates: where a gate refuses, the
student is asked to move, which is counted apart and is neither a miss nor a match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import EmbeddedPhotos, central_face, embed_photos, photos_below
from benchmarks.openset import Protocol, draw_class
from benchmarks.tables import percent, replace_table, table
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.quality import head_pose
from recognition.roster_model import RosterModel
from training.evaluation import Proportion

PROBES, STRANGERS = 240, 120
NOISE_SIGMA = 2.0
YAW_EDGES = (0, 15, 30, 45, 90)

Image = np.ndarray
Degrade = Callable[[Image, np.random.Generator], Image]


def darker(gain: float) -> Degrade:
    """A photo with this share of the light, and the read-out noise that a camera then shows."""

    def apply(image: Image, random: np.random.Generator) -> Image:
        return _noisy(image.astype(np.float32) * gain, random)

    return apply


def overexposed(image: Image, random: np.random.Generator) -> Image:
    """Two and a half times the light: what was bright is white."""
    return _noisy(image.astype(np.float32) * 2.5, random)


def side_light(image: Image, random: np.random.Generator) -> Image:
    """A window at one side: light falls off by a factor of ten across the face."""
    across = np.linspace(-1, 1, image.shape[1])[None, :, None]
    slope = 2.5 if random.random() < 0.5 else -2.5
    gain = 0.1 + 1.1 / (1 + np.exp(-slope * across * 2))
    return _noisy(image.astype(np.float32) * gain, random)


def motion_blur(pixels: int) -> Degrade:
    """A head or camera that moves `pixels` (of a face about 100 wide) while the shutter is open."""

    def apply(image: Image, random: np.random.Generator) -> Image:
        kernel = np.zeros((pixels, pixels), np.float32)
        kernel[pixels // 2] = 1.0
        turn = cv2.getRotationMatrix2D(((pixels - 1) / 2,) * 2, random.uniform(0, 180), 1.0)
        kernel = cv2.warpAffine(kernel, turn, (pixels, pixels))
        return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)

    return apply


def smaller(face_px: int) -> Degrade:
    """A face `face_px` wide: somebody who stands far off. LFW's faces are about 95 pixels wide."""

    def apply(image: Image, random: np.random.Generator) -> Image:
        del random
        return cv2.resize(image, None, fx=face_px / 95, fy=face_px / 95, interpolation=cv2.INTER_AREA)

    return apply


def compressed(quality: int) -> Degrade:
    """JPEG of this quality, 0..100."""

    def apply(image: Image, random: np.random.Generator) -> Image:
        del random
        _, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1].copy()

    return apply


def _noisy(pixels: np.ndarray, random: np.random.Generator) -> Image:
    return np.clip(pixels + random.normal(0, NOISE_SIGMA, pixels.shape), 0, 255).round().astype(np.uint8)


CONDITIONS: dict[str, Degrade] = {
    "clean": lambda image, random: image,
    "light × 0.25": darker(0.25),
    "light × 0.1": darker(0.1),
    "light × 0.05": darker(0.05),
    "over-exposed × 2.5": overexposed,
    "side light": side_light,
    "motion blur, 9 px": motion_blur(9),
    "motion blur, 15 px": motion_blur(15),
    "face 80 px": smaller(80),
    "face 60 px": smaller(60),
    "face 40 px": smaller(40),
    "face 24 px": smaller(24),
    "JPEG quality 30": compressed(30),
}


@dataclass(frozen=True, eq=False)
class _Visit:
    path: Path
    label: str | None


def run(data: Path, engine: FaceEngine, seed: int = 0) -> dict[str, Any]:
    """Every condition before and after, and FNIR by yaw, ready for JSON."""
    photos = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    draw = draw_class(photos.rows_of(), Protocol("degraded", 150), seed)
    model = RosterModel.fit(
        photos.vectors[draw.enrolled_rows], draw.enrolled_labels, embedder_id=engine.embedder_id, seed=seed
    )
    random = np.random.default_rng(seed)
    probes = random.permutation(len(draw.probe_rows))[:PROBES]
    strangers = random.permutation(len(draw.stranger_rows))[:STRANGERS]
    visits = [_Visit(photos.paths[draw.probe_rows[i]], draw.probe_labels[i]) for i in probes]
    visits += [_Visit(photos.paths[draw.stranger_rows[i]], None) for i in strangers]
    conditions = {}
    for name in tqdm(CONDITIONS, desc="degraded"):
        conditions[name] = _measure(visits, CONDITIONS[name], engine, model, seed)
    return {
        "embedder": engine.embedder_id,
        "probes": len(probes),
        "strangers": len(strangers),
        "conditions": conditions,
        "yaw": _by_yaw(photos, draw.probe_rows, draw.probe_labels, engine, model),
        "classroom_yaw": _classroom_yaw(data / "classroom", engine),
    }


def _measure(
    visits: Sequence[_Visit], degrade: Degrade, engine: FaceEngine, model: RosterModel, seed: int
) -> dict[str, Any]:
    before, after, asked = Counter(), Counter(), Counter()
    for number, visit in enumerate(visits):
        image = degrade(decode_image(visit.path.read_bytes()), np.random.default_rng([seed, number]))
        kind = "known" if visit.label else "stranger"
        before[kind, _plain(image, engine, model) == visit.label] += 1
        decision = engine.identify([image], model)
        if decision.reason in ("match", "unknown"):
            after[kind, decision.label == visit.label] += 1
        else:
            asked[kind, *(decision.problems[:1] or (decision.reason,))] += 1
    return {
        "before": {
            "fnir": _wrong(before, "known").to_json(),
            "fpir": _wrong(before, "stranger").to_json(),
        },
        "after": {
            "fnir": _wrong(after, "known").to_json(),
            "fpir": _wrong(after, "stranger").to_json(),
            "asked_to_move": Proportion(
                sum(n for (kind, _), n in asked.items() if kind == "known"),
                sum(n for (kind, _), n in [*asked.items(), *after.items()] if kind == "known"),
            ).to_json(),
            "because": {reason: n for (kind, reason), n in asked.most_common() if kind == "known"},
        },
    }


def _wrong(counts: Counter, kind: str) -> Proportion:
    return Proportion(counts[kind, False], counts[kind, False] + counts[kind, True])


def _plain(image: Image, engine: FaceEngine, model: RosterModel) -> str | None:
    """Who the plain chain names: no gain, no gate."""
    face = central_face(image, engine.detector)
    if face is None:
        return None
    ranking = model.rank(engine.embedder.embed(engine.embedder.crop(image, face)[None]))
    return ranking.labels[0] if ranking.admitted[0] else None


def _by_yaw(
    photos: EmbeddedPhotos, rows: Sequence[int], labels: Sequence[str], engine: FaceEngine, model: RosterModel
) -> list[dict[str, Any]]:
    ranking = model.rank(photos.vectors[list(rows)])
    right = (np.array(ranking.labels) == np.array(labels)) & ranking.admitted
    yaw = np.array([_yaw(photos.paths[row], engine) for row in tqdm(rows, desc="yaw")])
    return [
        {"from": low, "to": high, "fnir": Proportion(int((~right[here]).sum()), int(here.sum())).to_json()}
        for low, high in pairwise(YAW_EDGES)
        for here in [(low <= yaw) & (yaw < high)]
    ]


def _yaw(path: Path, engine: FaceEngine) -> float:
    face = central_face(decode_image(path.read_bytes()), engine.detector)
    return float("nan") if face is None else abs(head_pose(face.landmarks)[0])


def _classroom_yaw(folder: Path, engine: FaceEngine) -> list[float]:
    """Share of the faces in classroom pictures (24 px and more) in each range of yaw."""
    found = [
        abs(head_pose(face.landmarks)[0])
        for path in sorted(folder.glob("*.jpg"))
        for face in engine.detector.detect(decode_image(path.read_bytes()))
        if min(face.box[2:]) >= 24
    ]
    counted = np.histogram(found, bins=YAW_EDGES)[0]
    return (counted / max(counted.sum(), 1)).tolist()


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Conditions before and after, and yaw, in docs/accuracy.md."""
    rows = []
    for name, found in result["conditions"].items():
        before, after = found["before"], found["after"]
        because = ", ".join(f"{reason} {count}" for reason, count in list(after["because"].items())[:2])
        rows.append(
            (
                name,
                percent(before["fnir"]["rate"], 1),
                percent(before["fpir"]["rate"], 1),
                percent(after["fnir"]["rate"], 1),
                percent(after["fpir"]["rate"], 1),
                percent(after["asked_to_move"]["rate"], 1) + (f" ({because})" if because else ""),
            )
        )
    head = ("Probes", "FNIR before", "FPIR before", "FNIR after", "FPIR after", "asked to move")
    note = f"{result['probes']} probes and {result['strangers']} strangers in each row."
    turned = [
        (
            f"{part['from']}–{part['to']}°",
            part["fnir"]["total"],
            f"{percent(part['fnir']['rate'], 1)} "
            f"({100 * part['fnir']['interval_95'][0]:.1f}–{100 * part['fnir']['interval_95'][1]:.1f})",
            percent(share, 0),
        )
        for part, share in zip(result["yaw"], result["classroom_yaw"], strict=True)
    ]
    yaw = table(("Head turned by", "probes", "FNIR (95 %)", "of the faces in classroom pictures"), turned)
    replace_table(docs / "accuracy.md", "degraded", f"{table(head, rows)}\n\n{note}\n\n{yaw}")
