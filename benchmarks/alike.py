"""A small class of people who look alike (`korean/`): thresholds learnt on other people fail here.

Per seed: five photos of each of the eight people enrol, the others are probes; every probe is also a visit by
a stranger, to the class without its owner. The threshold is the class's own, for two targets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.embeddings import EmbeddedPhotos, embed_photos, photos_below
from benchmarks.tables import replace_table, spread, table
from recognition.engine import FaceEngine
from recognition.roster_model import RosterModel
from training.evaluation import figures, run_trials

ENROLLED = 5
SEEDS = 10
TARGETS = (0.003, 0.01)


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Figures of every seed for both targets, ready for JSON."""
    photos = embed_photos(photos_below(data / "korean"), engine, "korean")
    return {
        "embedder": engine.embedder_id,
        "without_face": len(photos.without_face),
        "targets": [
            {"target_fpir": t, "by_seed": [_one_seed(photos, engine.embedder_id, t, s) for s in range(SEEDS)]}
            for t in TARGETS
        ],
    }


def _one_seed(photos: EmbeddedPhotos, embedder_id: str, target: float, seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    shuffled = {name: random.permutation(rows) for name, rows in photos.rows_of().items()}
    enrolled = np.concatenate([rows[:ENROLLED] for rows in shuffled.values()])
    probes = np.concatenate([rows[ENROLLED:] for rows in shuffled.values()])
    model = RosterModel.fit(
        photos.vectors[enrolled],
        photos.people[enrolled].tolist(),
        embedder_id=embedder_id,
        target_fpir=target,
        seed=seed,
    )
    truth = photos.people[probes].tolist()
    vectors = photos.vectors[probes]
    trials = run_trials(model, vectors, truth, vectors, strangers_to=truth)
    return {"seed": seed, "calibration": model.calibration, **figures(trials, model.threshold)}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row per target, in docs/accuracy.md."""
    head = (
        "korean, 8 people × 5 photos",
        "threshold",
        "rank-1",
        "own threshold: FPIR",
        "FNIR",
        "named wrongly",
    )
    rows = []
    for target in result["targets"]:
        seeds = target["by_seed"]
        own = [seed["own_threshold"] for seed in seeds]
        rows.append(
            (
                f"target FPIR {100 * target['target_fpir']:g} %",
                f"{np.mean([part['threshold'] for part in own]):.3f}",
                spread([seed["rank1"]["rate"] for seed in seeds]),
                *(spread([part[name]["rate"] for part in own]) for name in ("fpir", "fnir", "misidentified")),
            )
        )
    replace_table(docs / "accuracy.md", "alike", table(head, rows))
