"""Three frames of one visit against one: what a burst gains, and what one bad frame in it costs.

LFW, 150 people × 5 photos, as in `benchmarks.openset`. A visit is three pictures of one person, combined
as the kiosk combines a burst (`recognition.roster_model`: weighted by quality, a frame that shows
somebody else dropped). Strangers show as many of their own pictures as there are, up to three.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import EmbeddedPhotos, central_face, embed_photos, photos_below
from benchmarks.openset import Protocol, draw_class
from benchmarks.tables import percent, replace_table, spread, table
from recognition.engine import FaceEngine
from recognition.exposure import lifted
from recognition.image import decode_image
from recognition.roster_model import RosterModel, visit_probe
from training.augment import copies, cut_face
from training.evaluation import figures, run_trials

FRAMES = 3
SEEDS = 5
PEOPLE = 150
COPIED_PROBES, COPIED_STRANGERS = 400, 400

Combine = Callable[[np.ndarray, np.ndarray], np.ndarray]


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Figures of every kind of visit over the seeds, ready for JSON."""
    photos = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    seeds = [_one_seed(photos, engine, seed) for seed in tqdm(range(SEEDS), desc="burst")]
    kinds = {kind: [seed[kind] for seed in seeds if kind in seed] for kind in seeds[0]}
    return {"embedder": engine.embedder_id, "kinds": kinds}


def _one_seed(photos: EmbeddedPhotos, engine: FaceEngine, seed: int) -> dict[str, Any]:
    random = np.random.default_rng([seed, 1])
    draw = draw_class(photos.rows_of(), Protocol("burst", PEOPLE), seed)
    model = RosterModel.fit(
        photos.vectors[draw.enrolled_rows], draw.enrolled_labels, embedder_id=engine.embedder_id, seed=seed
    )
    truth, bursts = _visits(draw.probe_rows, draw.probe_labels)
    rows_of, own = photos.rows_of(), set(draw.enrolled_labels)
    strangers = [
        random.permutation(rows)[:FRAMES].tolist() for name, rows in rows_of.items() if name not in own
    ]

    def measured(
        known: Sequence[Sequence[int]], others: Sequence[Sequence[int]], combine: Combine
    ) -> dict[str, Any]:
        probes = _combined(photos, known, combine)
        trials = run_trials(model, probes, truth, _combined(photos, others, combine))
        return figures(trials, model.threshold)

    # In the bad bursts the second frame shows somebody else who is not on the roster.
    passers_by = [row for rows in strangers for row in rows]
    bad = [[burst[0], int(random.choice(passers_by)), burst[2]] for burst in bursts]
    single = [burst[:1] for burst in bursts]
    kinds = {
        "one frame": measured(single, [burst[:1] for burst in strangers], visit_probe),
        "three different pictures": measured(bursts, strangers, visit_probe),
        "the same, plain mean": measured(bursts, strangers, _plain_mean),
        "one of three shows somebody else": measured(bad, strangers, visit_probe),
        "the same, plain mean of all": measured(bad, strangers, _plain_mean),
    }
    if seed == 0:
        kinds |= _copies(photos, model, engine, single, truth, strangers)
    return kinds


def _visits(rows: Sequence[int], labels: Sequence[str]) -> tuple[list[str], list[list[int]]]:
    """Disjoint bursts of three probes of one person; what is left over is not used."""
    by_person: dict[str, list[int]] = {}
    for row, label in zip(rows, labels, strict=True):
        by_person.setdefault(label, []).append(row)
    truth, bursts = [], []
    for label, own in by_person.items():
        for start in range(0, len(own) - FRAMES + 1, FRAMES):
            truth.append(label)
            bursts.append(own[start : start + FRAMES])
    return truth, bursts


def _combined(photos: EmbeddedPhotos, bursts: Sequence[Sequence[int]], combine: Combine) -> np.ndarray:
    return np.concatenate([combine(photos.vectors[list(b)], photos.weights[list(b)]) for b in bursts])


def _plain_mean(embeddings: np.ndarray, weights: np.ndarray) -> np.ndarray:
    del weights
    return embeddings.mean(axis=0, keepdims=True)


def _copies(
    photos: EmbeddedPhotos,
    model: RosterModel,
    engine: FaceEngine,
    single: Sequence[Sequence[int]],
    truth: Sequence[str],
    strangers: Sequence[Sequence[int]],
) -> dict[str, Any]:
    """Bursts that are one picture three times, perturbed as a camera's neighbouring frames are, and more."""
    known = [burst[0] for burst in single[:COPIED_PROBES]]
    others = [burst[0] for burst in strangers[:COPIED_STRANGERS]]

    def burst(row: int) -> np.ndarray:
        image = lifted(decode_image(photos.paths[row].read_bytes()))
        face = central_face(image, engine.detector)
        crops = [engine.embedder.crop(c.image, c.face) for c in copies(cut_face(image, face), FRAMES - 1)]
        frames = np.concatenate([photos.vectors[[row]], engine.embedder.embed(np.stack(crops))])
        return visit_probe(frames, np.ones(len(frames), np.float32))

    def measured(probes: np.ndarray, strange: np.ndarray) -> dict[str, Any]:
        return figures(run_trials(model, probes, truth[:COPIED_PROBES], strange), model.threshold)

    return {
        "one picture, those of the next row": measured(photos.vectors[known], photos.vectors[others]),
        "one picture and two perturbed copies": measured(
            np.concatenate([burst(row) for row in tqdm(known, desc="copies")]),
            np.concatenate([burst(row) for row in tqdm(others, desc="copies of strangers")]),
        ),
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row per kind of visit, in docs/accuracy.md."""
    rows = []
    for kind, seeds in result["kinds"].items():
        own = [seed["own_threshold"] for seed in seeds]
        rows.append(
            (
                kind,
                sum(seed["known_probes"] for seed in seeds),
                spread([seed["at_fpir"]["0.003"]["fnir"]["rate"] for seed in seeds]),
                spread([part["fpir"]["rate"] for part in own]),
                spread([part["fnir"]["rate"] for part in own]),
                percent(max(part["fnir"]["rate"] for part in own)),
            )
        )
    head = ("A visit is", "visits", "FNIR at FPIR 0.3 %", "own threshold: FPIR", "FNIR", "worst seed")
    replace_table(docs / "accuracy.md", "burst", table(head, rows))
