"""How long it takes to fit a large class: 150 people, 5 photos each, 20 copies of each photo.

The class is fitted, fitted again after one photo was added (embeddings cached), and one student is added to
the fitted model as the server does it when the last photo is accepted.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.embeddings import photos_below
from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from recognition.engine import FaceEngine
from recognition.exceptions import PhotoRefused
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from training.copied import shares
from training.embedding_cache import EmbeddingCache
from training.fitting import FitOptions, FitResult, StageClock, fit_photos
from training.photos import check_folder
from training.progress import ProgressBars

PEOPLE, PHOTOS = 150, 5
NEWCOMERS = 20


def run(data: Path, engine: FaceEngine, augment: int = 20, people: int = PEOPLE) -> dict[str, Any]:
    """Seconds of each stage on LFW photos, from JPEG files to a model and its figures; ready for JSON."""
    facts = machine()
    by_person: dict[str, list[Path]] = {}
    for path in photos_below(data / "lfw"):
        by_person.setdefault(path.parent.name, []).append(path)
    several = [name for name, paths in by_person.items() if len(paths) > PHOTOS]
    chosen, newcomers = several[:people], several[people:]
    engine.warm_up()
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        for name in chosen:
            (photos / name).mkdir(parents=True)
            for path in by_person[name][:PHOTOS]:
                shutil.copy(path, photos / name)
        cache = EmbeddingCache(Path(scratch) / "cache", engine)
        first, seconds = _fit(photos, engine, augment, cache)
        extra = by_person[chosen[0]][PHOTOS]
        shutil.copy(extra, photos / chosen[0])
        _, again = _fit(photos, engine, augment, cache)
    accepted = first.photos.accepted
    return {
        "machine": facts,
        "embedder": engine.embedder_id,
        "precision": engine.info()["precision"],
        "people": len(chosen),
        "photos": len(accepted),
        "left_out": len(first.photos.refused),
        "copies": augment * len(accepted),
        "embedded_copies": sum(shares(accepted, augment)),
        "held_out": first.figures["held_out"],
        "seconds": seconds,
        "second_fit_seconds": again,
        "newcomers": _newcomers(first.model, engine, [by_person[name] for name in newcomers]),
    }


def _fit(
    photos: Path, engine: FaceEngine, augment: int, cache: EmbeddingCache
) -> tuple[FitResult, dict[str, float]]:
    clock = StageClock()
    with ProgressBars() as bars:
        with clock.stage("check"):
            checked = check_folder(photos, engine, bars, cache=cache)
        fit = fit_photos(
            checked, engine, FitOptions(augment=augment), cache=cache, progress=bars, clock=clock
        )
    return fit, dict(clock.seconds)


def _newcomers(model: RosterModel, engine: FaceEngine, others: list[list[Path]]) -> dict[str, Any]:
    """Students added one at a time: from the acceptance of the last photo to the answer to another."""
    waits, answers, recognised = [], [], 0
    for paths in others[:NEWCOMERS]:
        try:
            templates = [engine.enrol(decode_image(path.read_bytes())).embedding for path in paths[:PHOTOS]]
        except PhotoRefused:
            continue
        accepted = time.perf_counter()
        larger = model.with_person("newcomer", np.stack(templates)).ready()
        waits.append(1000 * (time.perf_counter() - accepted))
        decision = engine.identify([decode_image(paths[PHOTOS].read_bytes())], larger)
        answers.append(1000 * (time.perf_counter() - accepted))
        recognised += decision.label == "newcomer"
    return {
        "students": len(waits),
        "recognised": recognised,
        "known_after_ms": median(waits),
        "answered_after_ms": median(answers),
        "slowest_answer_ms": max(answers),
    }


STAGES = {
    "check": "decode, two detectors, quality, embedding of every photo",
    "copies": "make copies and embed them",
    "fit": "classifier and gate",
    "evaluate": "the same without the held-out photos, and the figures",
}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The stages, in docs/performance.md."""
    first, again = result["seconds"], result["second_fit_seconds"]
    rows = [(words, f"{first[name]:.1f} s", f"{again[name]:.1f} s") for name, words in STAGES.items()]
    rows.append(
        ("**together**", f"**{sum(first.values()):.1f} s**", f"**{sum(again.values()):.1f} s**"),
    )
    text = table(("Stage", "first fit", "again with one photo more"), rows)
    added = result["newcomers"]
    note = (
        f"{result['people']} people, {result['photos']} photos accepted ({result['left_out']} left out), "
        f"{result['copies']} copies, {result['embedded_copies']} of them embedded, {result['precision']}. "
        f"{added['students']} other students are added one at a time: known {added['known_after_ms']:.0f} ms "
        f"after the last photo is accepted, another photo answered {added['answered_after_ms']:.0f} ms after "
        f"it ({added['slowest_answer_ms']:.0f} at most), {added['recognised']} of them by their name. "
        f"{in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "fit", f"{text}\n\n{note}")
