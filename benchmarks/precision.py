"""What bf16 costs and gains: the same faces in f32 and in bf16, enrolled with either and probed with either.

People of LFW with at least six photos: five enrol them, up to four probe. Strangers have one photo.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import central_face, photos_below
from benchmarks.machine import in_words, machine
from benchmarks.tables import percent, replace_table, table
from recognition.detection import Face
from recognition.embedding import EMBEDDERS, create_embedder
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from recognition.weights import default_weights_dir
from training.evaluation import run_trials

PRECISIONS = ("f32", "bf16")
ENROLLED, PROBES, STRANGERS = 5, 4, 500
TURNS = 40


def run(data: Path, engine: FaceEngine, people: int | None = None, turns: int = TURNS) -> dict[str, Any]:
    """Cosines between the two, figures of each pairing, milliseconds a face; ready for JSON. people: enrolled
    (all by default), and as many strangers at most."""
    facts, folder = machine(), default_weights_dir()
    by_person: dict[str, list[Path]] = {}
    for path in photos_below(data / "lfw"):
        by_person.setdefault(path.parent.name, []).append(path)
    several = [paths for paths in by_person.values() if len(paths) > ENROLLED][:people]
    single = [paths[0] for paths in by_person.values() if len(paths) == 1][: people or STRANGERS]
    roles = {"enrolled": [p for paths in several for p in paths[:ENROLLED]]}
    roles["probes"] = [p for paths in several for p in paths[ENROLLED : ENROLLED + PROBES]]
    roles["strangers"] = single
    cropper = create_embedder("fusion", folder)
    crops: dict[str, list[np.ndarray]] = {}
    names: dict[str, list[str]] = {}
    for role, paths in roles.items():
        for path in tqdm(paths, desc=role):
            picture = decode_image(path.read_bytes())
            found = central_face(picture, engine.detector)
            if found is not None:
                image, face = picture, found
                crops.setdefault(role, []).append(cropper.crop(image, face))
                names.setdefault(role, []).append(path.parent.name)
    stacked = {role: np.stack(own) for role, own in crops.items()}
    embedders = {one: create_embedder("fusion", folder, precision=one) for one in PRECISIONS}
    seen = {one: {role: e.embed(own) for role, own in stacked.items()} for one, e in embedders.items()}
    cosines = np.concatenate([(seen["f32"][role] * seen["bf16"][role]).sum(axis=1) for role in stacked])
    models = {
        one: RosterModel.fit(own["enrolled"], names["enrolled"], embedder_id=cropper.id)
        for one, own in seen.items()
    }
    pairings = []
    for enrolled, model in models.items():
        for probed in PRECISIONS:
            trials = run_trials(model, seen[probed]["probes"], names["probes"], seen[probed]["strangers"])
            pairings.append(
                {
                    "enrolled": enrolled,
                    "probed": probed,
                    "threshold": model.threshold,
                    "fnir": trials.fnir(model.threshold).to_json(),
                    "fpir": trials.fpir(model.threshold).to_json(),
                }
            )
    return {
        "machine": facts,
        "people": len(several),
        "faces": len(cosines),
        "cosine": {"least": float(cosines.min()), "median": float(np.median(cosines))},
        "share_above_9999": float((cosines >= 0.9999).mean()),
        "pairings": pairings,
        "milliseconds": _times(folder, image, face, turns),
    }


def _times(folder: Path, image: np.ndarray, face: Face, turns: int) -> dict[str, dict[str, float]]:
    """Medians of one face by embedder and precision, in turns."""
    made = {
        (name, one): create_embedder(name, folder, precision=one) for name in EMBEDDERS for one in PRECISIONS
    }
    spent: dict[tuple[str, str], list[float]] = {key: [] for key in made}
    for _ in range(turns):
        for (name, one), embedder in made.items():
            crop = embedder.crop(image, face)
            start = time.perf_counter()
            embedder.embed(crop[None])
            spent[name, one].append(1000 * (time.perf_counter() - start))
    return {name: {one: median(spent[name, one]) for one in PRECISIONS} for name in EMBEDDERS}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Times and figures, in docs/performance.md."""
    rows = [
        (name, f"{own['f32']:.1f} ms", f"{own['bf16']:.1f} ms", f"{own['f32'] / own['bf16']:.2f}")
        for name, own in result["milliseconds"].items()
    ]
    times = table(("One face", "f32", "bf16", "ratio"), rows)
    rows = [
        (
            f"{pair['enrolled']}, {pair['probed']}",
            f"{pair['threshold']:.4f}",
            percent(pair["fnir"]["rate"]),
            percent(pair["fpir"]["rate"]),
        )
        for pair in result["pairings"]
    ]
    figures = table(("Enrolled in, probed in", "threshold", "FNIR", "FPIR"), rows)
    note = (
        f"{result['people']} people, {result['faces']} faces: the cosine of a face's two embeddings is "
        f"{result['cosine']['median']:.5f} in the median and {result['cosine']['least']:.5f} at worst, at "
        f"least 0.9999 for {percent(result['share_above_9999'], 1)} of them. {in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "precision", f"{times}\n\n{figures}\n\n{note}")
