"""Classes of people who look alike: thresholds learnt on other people fail here.

`korean/` as it is, and classes built from the people of LFW who tuned nothing: around each of several
people those who look most like the class so far are gathered, one by one. Per seed five photos of each
person enrol and the others are probes. Every probe is also a visit by a stranger, to the class without
its owner: strangers look as much alike as the class does. The threshold is the class's own, for two
targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.embeddings import EmbeddedPhotos, embed_photos, photos_below
from benchmarks.openset import FEWEST_PHOTOS, UNSEEN, name_half
from benchmarks.tables import percent, replace_table, spread, table
from recognition.engine import FaceEngine
from recognition.gallery import normalise
from recognition.roster_model import RosterModel
from training.evaluation import figures, run_trials

ENROLLED = 5
SEEDS = 10
TARGETS = (0.003, 0.01)
GATHERED = (10, 30)
CLASSES = 20
MOST_PHOTOS = ENROLLED + 20


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Figures of every class for both targets, ready for JSON."""
    korean = embed_photos(photos_below(data / "korean"), engine, "korean")
    lfw = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    everybody = tuple(korean.rows_of())
    kinds = {f"korean, {len(everybody)} people": [(korean, everybody, seed) for seed in range(SEEDS)]}
    for size in GATHERED:
        classes = gathered(lfw, size, CLASSES)
        kinds[f"LFW, unseen people, {size} who look alike"] = [
            (lfw, names, seed) for seed, names in enumerate(classes)
        ]
    return {
        "embedder": engine.embedder_id,
        "without_face": len(korean.without_face),
        "rows": [
            {
                "kind": kind,
                "target_fpir": target,
                "by_class": [_one_class(*chosen, engine.embedder_id, target) for chosen in classes],
            }
            for kind, classes in kinds.items()
            for target in TARGETS
        ],
    }


def gathered(photos: EmbeddedPhotos, size: int, classes: int) -> list[tuple[str, ...]]:
    """Classes of `size` people who tuned nothing, each around another person: who looks most like the mean of
    the class so far joins it."""
    rows = {
        name: own
        for name, own in photos.rows_of().items()
        if name_half(name) == UNSEEN and len(own) >= FEWEST_PHOTOS
    }
    names = list(rows)
    centres = normalise(np.stack([photos.vectors[own[:ENROLLED]].mean(axis=0) for own in rows.values()]))
    found = []
    for first in np.random.default_rng(0).permutation(len(names))[:classes]:
        chosen = [int(first)]
        while len(chosen) < min(size, len(names)):
            likeness = centres @ centres[chosen].mean(axis=0)
            likeness[chosen] = -np.inf
            chosen.append(int(likeness.argmax()))
        found.append(tuple(names[index] for index in chosen))
    return found


def _one_class(
    photos: EmbeddedPhotos, names: Sequence[str], seed: int, embedder_id: str, target: float
) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    rows = photos.rows_of()
    shuffled = [random.permutation(rows[name])[:MOST_PHOTOS] for name in sorted(names)]
    enrolled = np.concatenate([own[:ENROLLED] for own in shuffled])
    probes = np.concatenate([own[ENROLLED:] for own in shuffled])
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
    """One row per class and target, in docs/accuracy.md."""
    head = ("class × 5 photos", "target", "rank-1", "own threshold: FPIR", "worst", "FNIR", "named wrongly")
    rows = []
    for row in result["rows"]:
        own = [found["own_threshold"] for found in row["by_class"]]
        rows.append(
            (
                row["kind"],
                f"{100 * row['target_fpir']:g} %",
                spread([found["rank1"]["rate"] for found in row["by_class"]]),
                spread([part["fpir"]["rate"] for part in own]),
                percent(max(part["fpir"]["rate"] for part in own)),
                *(spread([part[name]["rate"] for part in own]) for name in ("fnir", "misidentified")),
            )
        )
    replace_table(docs / "accuracy.md", "alike", table(head, rows))
