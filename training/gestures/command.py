"""`python -m training gestures`: pictures of gestures in, the kiosk's gesture model and its figures out."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from recognition.engine import FaceEngine
from recognition.weights import default_weights_dir
from training.gestures import GESTURES
from training.progress import ProgressBars

POSENET = Path("web/node_modules/@kubohiroya/turbowarp-tmpose/dist/posenet/mobilenet-v1-075-stride16")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `python -m training`."""
    command = commands.add_parser("gestures", help="gesture pictures in, a Teachable Machine pose model out")
    command.add_argument(
        "--photos", type=Path, required=True, metavar="DIR", help=f"subfolders {', '.join(GESTURES)}"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the export")
    command.add_argument("--json", type=Path, metavar="FILE", help="where the figures go")
    command.add_argument("--people", type=int, default=2, help="how many people the pictures show (2)")
    command.add_argument("--copies", type=int, default=9, help="perturbed crops per picture (9)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--posenet", type=Path, default=POSENET, metavar="DIR", help="PoseNet's three files")
    command.add_argument("--weights", type=Path, default=default_weights_dir(), metavar="DIR")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Judge on people left out, then train on everybody and write the export."""
    # What reads PoseNet (onnx) is not installed where the server only serves.
    from training.gestures.dataset import make_data, read_pictures
    from training.gestures.evaluation import leave_one_person_out
    from training.gestures.head import train_head
    from training.gestures.posenet import PoseNet

    posenet = PoseNet(options.posenet)
    engine = FaceEngine.load(options.weights, embedder="sface")
    with ProgressBars() as bars:
        pictures, left_out = read_pictures(options.photos, engine, posenet, options.people, bars)
        data = make_data(pictures, posenet, options.copies, options.seed, bars)
        report = leave_one_person_out(data, seed=options.seed, progress=bars)
        bars("train", 0, 1)
        head = train_head(data.x, data.y, seed=options.seed)
        bars("train", 1, 1)
    report |= {
        "pictures": len(pictures),
        "left_out": left_out,
        "copies": options.copies,
        "seed": options.seed,
    }
    head.save(options.out, name="face-check-in", made_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    for fold in report["folds"]:
        framed = fold["framed"]
        parts = [
            f"{name} recall {framed[name]['recall']:.3f} precision {framed[name]['precision'] or 0:.3f}"
            for name in GESTURES[:-1]
        ]
        print(f"person {fold['person'] + 1} unseen: {', '.join(parts)}; idle held {framed['IDLE']['held']}")
    print(f"{len(pictures)} pictures: {options.out}")
