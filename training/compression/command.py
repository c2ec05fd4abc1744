"""`python -m training compress`: what pruning and coarser weights cost a network, and what they gain."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from recognition import weights
from recognition.alignment import FACENET_SIZE, SFACE_SIZE
from recognition.detection import Face
from recognition.embedding import FaceNetEmbedder, NetworkEmbedder, SFaceEmbedder
from recognition.exposure import lifted
from recognition.verification import distances
from recognition.verifier import NotAnalysable, Unreadable, Verifier, read_picture
from recognition.weights import default_weights_dir
from training.evaluation import Proportion
from training.pairs.pair_list import Pair, PairsUnusable, draw_pairs, halves
from training.photos import Progress
from training.progress import ProgressBars

NETWORKS: dict[str, tuple[str, Callable[[Path], NetworkEmbedder], int]] = {
    "facenet": (weights.FACENET, FaceNetEmbedder, FACENET_SIZE),
    "sface": (weights.SFACE, SFaceEmbedder, SFACE_SIZE),
}
MOST_LOST = 0.001
"""A variant that loses more accuracy than this is not offered: 0.1 percentage points."""
_TIMED = 12


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `python -m training`."""
    command = commands.add_parser("compress", help="what smaller copies of a network cost and gain")
    command.add_argument("--images", type=Path, required=True, metavar="DIR", help="a folder per person")
    command.add_argument("--network", choices=NETWORKS, default="facenet")
    command.add_argument("--draw", type=int, default=1500, metavar="N", help="pairs of one person (1500)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the figures go")
    command.add_argument("--weights", type=Path, default=default_weights_dir(), metavar="DIR")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Measure the published network and each variant on people who were not used to choose the threshold."""
    # The onnx package is not installed where the server only serves.
    from training.compression.variants import VARIANTS, write_variant

    if not options.images.is_dir():
        raise PairsUnusable(f"{options.images} is no folder")
    file, kind, _ = NETWORKS[options.network]
    source = weights.verified(options.weights, file)
    parts = halves(draw_pairs(options.images, options.draw, options.seed), options.seed)
    with ProgressBars() as bars, tempfile.TemporaryDirectory() as folder:
        crops = _crops(parts, options, bars)
        published = _measured(kind(source), source, crops, parts)
        rows: dict[str, Any] = {"published": published}
        for number, (name, changes) in enumerate(VARIANTS.items()):
            bars("variants", number, len(VARIANTS))
            copy = Path(folder) / "variant.onnx"
            write_variant(source, copy, changes)
            rows[name] = _measured(kind(copy), copy, crops, parts)
            rows[name]["lost"] = published["accuracy"] - rows[name]["accuracy"]
            rows[name]["offered"] = rows[name]["lost"] <= MOST_LOST
        bars("variants", len(VARIANTS), len(VARIANTS))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(
        json.dumps({"network": options.network, "seed": options.seed, "variants": rows}, indent=2) + "\n",
        encoding="utf-8",
    )
    for name, row in rows.items():
        verdict = ""
        if name != "published":
            verdict = "; within a tenth of a point" if row["offered"] else "; loses more than that"
        print(
            f"{name}: accuracy {100 * row['accuracy']:.2f} %, {row['megabytes']:.0f} MB, "
            f"{row['milliseconds']:.1f} ms a face{verdict}"
        )


def _crops(
    parts: tuple[list[Pair], list[Pair]], options: argparse.Namespace, progress: Progress
) -> dict[str, np.ndarray]:
    """What the network sees of each picture that shows a face."""
    verifier = Verifier.load(options.network, options.weights)
    embedder = verifier.embedder
    names = sorted({name for part in parts for pair in part for name in (pair.first, pair.second)})
    found = {}
    for number, name in enumerate(names):
        progress("faces", number, len(names))
        try:
            image = lifted(read_picture(options.images / name))
        except (Unreadable, NotAnalysable):
            continue
        if faces := verifier.detect(image):
            found[name] = embedder.crop(image, _central(faces, image))
    progress("faces", len(names), len(names))
    return found


def _central(faces: list[Face], image: np.ndarray) -> Face:
    middle = np.array(image.shape[1::-1]) / 2
    boxes = np.array([face.box for face in faces])
    return faces[int(np.hypot(*(boxes[:, :2] + boxes[:, 2:] / 2 - middle).T).argmin())]


def _measured(
    embedder: NetworkEmbedder, file: Path, crops: dict[str, np.ndarray], parts: tuple[list[Pair], list[Pair]]
) -> dict[str, Any]:
    names = sorted(crops)
    vectors = dict(zip(names, embedder.embed(np.stack([crops[name] for name in names])), strict=True))
    own, unseen = (_distances(part, vectors) for part in parts)
    threshold = _best_threshold(*own)
    same, different = unseen
    right = _balanced(same, different, threshold)
    batch = np.stack([crops[name] for name in names[:8]])
    spent = []
    for _ in range(_TIMED):
        start = time.perf_counter()
        embedder.embed(batch)
        spent.append(1000 * (time.perf_counter() - start) / len(batch))
    return {
        "accuracy": right,
        "missed": Proportion(int((same > threshold).sum()), len(same)).to_json(),
        "passed": Proportion(int((different <= threshold).sum()), len(different)).to_json(),
        "megabytes": file.stat().st_size / 1e6,
        "milliseconds": median(spent[2:]),
    }


def _distances(pairs: list[Pair], vectors: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    found: dict[bool, list[float]] = {True: [], False: []}
    for pair in pairs:
        if pair.first in vectors and pair.second in vectors:
            found[pair.same].append(float(distances(vectors[pair.first], vectors[pair.second])[0, 0]))
    return np.array(found[True]), np.array(found[False])


def _best_threshold(same: np.ndarray, different: np.ndarray) -> float:
    """The distance that tells most pairs right, both kinds counting alike."""
    candidates = np.unique(np.concatenate([same, different]))
    return float(max(candidates, key=lambda limit: _balanced(same, different, limit)))


def _balanced(same: np.ndarray, different: np.ndarray, threshold: float) -> float:
    return float(((same <= threshold).mean() + (different > threshold).mean()) / 2)
