"""Verification on LFW: each model's threshold, measured and published, with face_recognition beside.

Pairs are drawn from the pictures at hand, the people dealt to two halves that share nobody: thresholds are
chosen on one, everything else is counted on the other. `--peer PYTHON` names an interpreter that has
face_recognition (dlib's network; its weights are in the package face_recognition_models). deepface's package
holds no weights.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.face_recognition_process import FaceRecognition
from benchmarks.machine import in_words, machine
from benchmarks.pair_times import pair_times
from benchmarks.tables import percent, replace_table, share, table
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
TIMED_PAIRS = 60
KINDS = ("one_person", "two_people")

Halves = tuple[list[Pair], list[Pair]]
Vectors = dict[str, np.ndarray | None]


def run(images: Path, weights: Path, peer: str | None = None) -> dict[str, Any]:
    """Figures of every model whose network is here, and of the peer; ready for JSON. Raises PeerFailed."""
    facts = machine()
    parts = halves(draw_pairs(images, PAIRS_OF_ONE, SEED), SEED)
    pairs = [pair for part in parts for pair in part]
    rows: dict[str, Any] = {}
    verifiers: dict[str, Verifier] = {}
    with ExitStack() as stack:
        for name, model in MODELS.items():
            try:
                verifiers[name] = Verifier.load(name, weights)
            except WeightsMissing:
                continue  # An optional network that was not fetched.
            with tqdm(desc=name) as bar:
                vectors = embed_pictures(pairs, images, verifiers[name], partial(_show, bar))
            rows[name] = _figures(parts, vectors, "cosine") | {
                "built_in": _judged(parts, vectors, model.threshold())
            }
            if "cosine" in model.published:
                published = _judged(parts, vectors, model.published["cosine"])
                rows[name]["published"] = published | {"by": model.published_by}
        other = stack.enter_context(FaceRecognition(peer)) if peer else None
        if other:
            vectors = _embedded_by(other, pairs, images)
            rows["face_recognition"] = _figures(parts, vectors, "euclidean") | {
                "published": _judged(parts, vectors, 0.6, "euclidean") | {"by": "face_recognition"}
            }
        timed = [pair for pair in parts[1] if pair.same][:TIMED_PAIRS]
        for name, spent in pair_times(timed, images, verifiers, other).items():
            rows[name]["milliseconds"] = spent
    counts = {kind: sum(pair.same is (kind == "one_person") for pair in parts[1]) for kind in KINDS}
    return {"machine": facts, "far": FAR, "pairs": counts, "models": rows}


def _show(bar: tqdm, _stage: str, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _embedded_by(peer: FaceRecognition, pairs: list[Pair], images: Path) -> Vectors:
    names = sorted({name for pair in pairs for name in (pair.first, pair.second)})
    return {name: peer.embed(images / name)[0] for name in tqdm(names, desc="face_recognition")}


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
        (
            name,
            percent(row["accuracy"]),
            share(row["chosen"]["frr"]),
            row["without_face"],
            f"{row['milliseconds']:.0f} ms",
        )
        for name, row in result["models"].items()
    ]
    head = ("model", "accuracy", "FRR at the measured threshold", "pictures without a face", "a pair")
    judged = result["pairs"]
    pairs = f"Judged on {judged['one_person']} pairs of one person and {judged['two_people']} of two"
    text = f"{table(head, rows)}\n\n{pairs}. {in_words(result['machine'])}."
    replace_table(docs / "verification.md", "verification-peers", text)


def _rates(row: dict[str, Any]) -> tuple[str, str]:
    far, frr = (
        f"{one['count']} of {one['total']} ({percent(one['rate'])})" for one in (row["far"], row["frr"])
    )
    return far, frr
