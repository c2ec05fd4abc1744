"""Verification on LFW: each model's threshold, measured and published, with face_recognition beside.

Pairs are drawn from the pictures at hand, the people dealt to two halves that share nobody: thresholds are
chosen on one, everything else is counted on the other. `--peer PYTHON` names an interpreter that has
face_recognition (dlib's network; its weights are in the package face_recognition_models). deepface's package
holds no weights.
"""

from __future__ import annotations

import json
import subprocess
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.machine import in_words, machine
from benchmarks.tables import percent, replace_table, table
from recognition.exceptions import WeightsMissing
from recognition.verification import distances
from recognition.verification_models import MODELS
from recognition.verifier import Verifier
from training.pairs.embedded import embed_pictures, vectors_of
from training.pairs.operating_point import judged_at, operating_point
from training.pairs.pair_list import Pair, draw_pairs, halves

PAIRS_OF_ONE = 600
FAR = 0.001
SEED = 0
PEER = Path(__file__).with_name("face_recognition_peer.py")

Halves = tuple[list[Pair], list[Pair]]
Vectors = dict[str, np.ndarray | None]


def run(images: Path, weights: Path, peer: str | None = None) -> dict[str, Any]:
    """Figures of every model whose network is here, and of the peer; ready for JSON."""
    facts = machine()
    parts = halves(draw_pairs(images, PAIRS_OF_ONE, SEED), SEED)
    rows: dict[str, Any] = {}
    for name, model in MODELS.items():
        try:
            verifier = Verifier.load(name, weights)
        except WeightsMissing:
            continue  # An optional network that was not fetched.
        with tqdm(desc=name) as bar:
            start = time.perf_counter()
            pairs = [pair for part in parts for pair in part]
            vectors = embed_pictures(pairs, images, verifier, partial(_show, bar))
            spent = 1000 * (time.perf_counter() - start) / len(vectors)
        rows[name] = _figures(parts, vectors, "cosine") | {
            "milliseconds": spent,
            "built_in": _judged(parts, vectors, model.threshold()),
        }
        if "cosine" in model.published:
            published = _judged(parts, vectors, model.published["cosine"])
            rows[name]["published"] = published | {"by": model.published_by}
    if peer:
        vectors, spent = _peer(parts, images, peer)
        rows["face_recognition"] = _figures(parts, vectors, "euclidean") | {
            "milliseconds": spent,
            "published": _judged(parts, vectors, 0.6, "euclidean") | {"by": "face_recognition"},
        }
    return {"machine": facts, "far": FAR, "models": rows}


def _show(bar: tqdm, _stage: str, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _peer(parts: Halves, images: Path, peer: str) -> tuple[Vectors, float]:
    names = sorted({name for part in parts for pair in part for name in (pair.first, pair.second)})
    answer = subprocess.run(
        [peer, str(PEER)],
        input="".join(f"{images / name}\n" for name in names),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    vectors = {
        name: None if line["vector"] is None else np.array(line["vector"], np.float32)
        for name, line in zip(names, lines, strict=True)
    }
    return vectors, median(line["milliseconds"] for line in lines)


def _by_kind(part: list[Pair], vectors: Vectors, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Distances of the pairs of one person, and of two."""
    pairs = vectors_of(part, vectors)
    values = np.array([distances(a, b, metric)[0, 0] for a, b in zip(pairs.a, pairs.b, strict=True)])
    return values[pairs.same], values[~pairs.same]


def _figures(parts: Halves, vectors: Vectors, metric: str) -> dict[str, Any]:
    own, unseen = (_by_kind(part, vectors, metric) for part in parts)
    best = max(np.unique(np.concatenate(own)), key=lambda limit: _balanced(own, limit))
    return {
        "chosen": operating_point(own, unseen, FAR, SEED).to_json(),
        "accuracy": _balanced(unseen, best),
        "without_face": sum(vector is None for vector in vectors.values()),
    }


def _judged(parts: Halves, vectors: Vectors, threshold: float, metric: str = "cosine") -> dict[str, Any]:
    far, frr = judged_at(threshold, _by_kind(parts[1], vectors, metric))
    return {"threshold": threshold, "far": far.to_json(), "frr": frr.to_json()}


def _balanced(kinds: tuple[np.ndarray, np.ndarray], threshold: float) -> float:
    same, different = kinds
    return float(((same <= threshold).mean() + (different > threshold).mean()) / 2)


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Thresholds and the comparison, in docs/verification.md."""
    rows: list[tuple[object, ...]] = []
    for name, row in result["models"].items():
        chosen = row["chosen"]
        low, high = chosen["interval_95"]
        rows.append((name, "measured", f"{chosen['threshold']:.3f} ({low:.3f}–{high:.3f})", *_rates(chosen)))
        for kind in ("built_in", "published"):
            if kind in row:
                by = f"published by {row[kind]['by']}" if kind == "published" else "built in"
                rows.append((name, by, f"{row[kind]['threshold']:.3f}", *_rates(row[kind])))
    head = ("model", "threshold", "largest distance", "FAR", "FRR")
    replace_table(docs / "verification.md", "verification-thresholds", table(head, rows))
    rows = [
        (name, percent(row["accuracy"]), row["without_face"], f"{row['milliseconds']:.0f} ms")
        for name, row in result["models"].items()
    ]
    head = ("model", "accuracy", "pictures without a face", "a picture")
    text = f"{table(head, rows)}\n\n{in_words(result['machine'])}."
    replace_table(docs / "verification.md", "verification-peers", text)


def _rates(row: dict[str, Any]) -> tuple[str, str]:
    far, frr = (
        f"{one['count']} of {one['total']} ({percent(one['rate'])})" for one in (row["far"], row["frr"])
    )
    return far, frr
