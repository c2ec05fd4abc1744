"""How long it takes to fit a large class: 150 people, 5 photos each, 20 copies of each photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.embeddings import photos_below
from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from recognition.engine import FaceEngine
from recognition.image import decode_image
from training.fitting import FitOptions, StageClock, fit_photos
from training.photos import check_images
from training.progress import ProgressBars

PEOPLE, PHOTOS = 150, 5


def run(data: Path, engine: FaceEngine, augment: int = 20) -> dict[str, Any]:
    """Seconds of each stage on LFW photos, from JPEG files to a model and its figures; ready for JSON."""
    facts, clock = machine(), StageClock()
    by_person: dict[str, list[Path]] = {}
    for path in photos_below(data / "lfw"):
        by_person.setdefault(path.parent.name, []).append(path)
    chosen = [name for name, paths in by_person.items() if len(paths) > PHOTOS][:PEOPLE]
    with ProgressBars() as bars:
        with clock.stage("decode"):
            images = {
                name: [decode_image(path.read_bytes()) for path in by_person[name][:PHOTOS]]
                for name in chosen
            }
        with clock.stage("check"):
            photos = check_images(images, engine, bars)
        result = fit_photos(photos, engine, FitOptions(augment=augment), progress=bars, clock=clock)
    return {
        "machine": facts,
        "embedder": engine.embedder_id,
        "people": len(chosen),
        "photos": len(photos.accepted),
        "left_out": len(photos.refused),
        "copies": augment * len(photos.accepted),
        "held_out": result.figures["held_out"],
        "seconds": clock.seconds,
    }


STAGES = {
    "decode": "decode the JPEG files",
    "check": "two detectors, quality, embedding of every photo",
    "augment": "make the copies",
    "embed": "embed the copies",
    "fit": "classifier and gate",
    "evaluate": "the same without the held-out photos, and the figures",
}


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The stages, in docs/performance.md."""
    seconds = result["seconds"]
    total = sum(seconds.values())
    rows = [
        (words, f"{seconds[name]:.1f} s", f"{seconds[name] / total:.0%}") for name, words in STAGES.items()
    ]
    rows.append(("**together**", f"**{total:.1f} s**", ""))
    text = table(("Stage", "time", "share"), rows)
    note = (
        f"{result['people']} people, {result['photos']} photos accepted ({result['left_out']} left out), "
        f"{result['copies']} copies. {in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "fit", f"{text}\n\n{note}")
