"""The tutorial set of the classic recipe: fit on `train` as the command line does, then ask about `val`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.embeddings import photos_below
from benchmarks.tables import replace_table, share, table
from recognition.engine import FaceEngine
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from training.evaluation import Proportion
from training.fitting import FitOptions, fit_photos
from training.photos import check_folder
from training.progress import ProgressBars


def run(data: Path, engine: FaceEngine, augment: int = 20) -> dict[str, Any]:
    """Fit and ask, from files to decisions; ready for JSON."""
    with ProgressBars() as bars:
        photos = check_folder(data / "celeb5" / "train", engine, bars)
        fit = fit_photos(photos, engine, FitOptions(augment=augment, held_out=0), progress=bars)
    return {
        "embedder": engine.embedder_id,
        "learnt_from": len(photos.accepted),
        "left_out": len(photos.refused),
        "copies_per_photo": augment,
        "threshold": fit.model.threshold,
        **ask(fit.model, engine, data / "celeb5" / "val"),
    }


def ask(model: RosterModel, engine: FaceEngine, folder: Path) -> dict[str, Any]:
    """Every photo of DIR/<person>/ as one visit of one frame."""
    visits = []
    for path in photos_below(folder):
        decision = engine.identify([decode_image(path.read_bytes())], model)
        visits.append(
            {
                "photo": f"{path.parent.name}/{path.name}",
                "reason": decision.reason,
                "named": decision.label,
                "right": decision.label == path.parent.name,
                "score": decision.score,
                "margin": decision.margin,
            }
        )
    wrong = [visit for visit in visits if visit["named"] is not None and not visit["right"]]
    return {
        "right": Proportion(sum(visit["right"] for visit in visits), len(visits)).to_json(),
        "named_wrongly": Proportion(len(wrong), len(visits)).to_json(),
        "lowest_right_score": min((v["score"] for v in visits if v["right"]), default=None),
        "visits": visits,
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row, in docs/accuracy.md."""
    head = ("celeb5", "named rightly", "named wrongly", "threshold", "lowest right score")
    row = (
        f"train {result['learnt_from']} (+ {result['left_out']} left out) → val",
        share(result["right"]),
        share(result["named_wrongly"]),
        f"{result['threshold']:.3f}",
        f"{result['lowest_right_score']:.3f}",
    )
    replace_table(docs / "accuracy.md", "celeb5", table(head, [row]))
