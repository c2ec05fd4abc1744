"""`python -m training`: check a folder of photos, fit a roster model, or measure one on photos it never saw.

Exit code 0 when done, 2 when a folder, the model or the networks cannot be used: one sentence on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from recognition.embedding import EMBEDDERS, embedder_called
from recognition.engine import FaceEngine
from recognition.exceptions import ModelRejected, WeightsError
from recognition.gate import DEFAULT_TARGET_FPIR
from recognition.processor import available_threads
from recognition.roster_model import RosterModel
from recognition.weights import default_weights_dir
from training.checking import check_photos
from training.compression import command as compression
from training.embedding_cache import EmbeddingCache
from training.exceptions import FolderUnusable, TrainingError
from training.fitting import FitOptions, StageClock, fit_photos
from training.gestures import command as gestures
from training.groups import Groups, read_groups
from training.output import write_fit
from training.pairs import command as pairs
from training.photos import CheckedPhotos, Progress, check_folder, list_photos
from training.probing import measure
from training.progress import ProgressBars


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (TrainingError, ModelRejected, WeightsError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"training: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)

    fit = commands.add_parser("fit", help="photos in, a roster model and a report out")
    fit.add_argument("--photos", type=Path, required=True, metavar="DIR", help="one subfolder per person")
    fit.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for model and report")
    fit.add_argument(
        "--augment", type=_count, default=20, metavar="N", help="perturbed copies per photo (20)"
    )
    fit.add_argument("--seed", type=_count, default=0, help="same photos and seed, same model (0)")
    fit.add_argument("--embedder", choices=EMBEDDERS, default="fusion")
    fit.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="keeps embeddings here, so that the next fit embeds only new photos",
    )
    fit.add_argument("--background", type=Path, metavar="DIR", help="photos of people not on the roster")
    fit.add_argument(
        "--target-fpir", type=_share, default=DEFAULT_TARGET_FPIR, help="share of strangers let in (0.003)"
    )
    fit.set_defaults(run=_fit)

    evaluate = commands.add_parser("evaluate", help="figures of a model on photos it never saw")
    evaluate.add_argument("--model", type=Path, required=True, metavar="DIR")
    evaluate.add_argument(
        "--known", type=Path, required=True, metavar="DIR", help="other photos of the roster"
    )
    evaluate.add_argument("--strangers", type=Path, required=True, metavar="DIR", help="people not on it")
    evaluate.add_argument("--json", type=Path, required=True, metavar="FILE", help="where the figures go")
    evaluate.set_defaults(run=_evaluate)

    check = commands.add_parser("check", help="what is wrong with a folder of photos")
    check.add_argument("--photos", type=Path, required=True, metavar="DIR", help="one subfolder per person")
    check.add_argument("--json", type=Path, required=True, metavar="FILE", help="where the list goes")
    check.add_argument("--embedder", choices=EMBEDDERS, default="fusion")
    check.add_argument("--weights", type=Path, default=default_weights_dir(), metavar="DIR")
    check.set_defaults(run=_check)

    gestures.add_to(commands)
    pairs.add_to(commands)
    compression.add_to(commands)
    for command in (fit, evaluate):
        command.add_argument(
            "--groups", type=Path, metavar="FILE", help="CSV (person, label, …): figures split by label"
        )
        command.add_argument("--weights", type=Path, default=default_weights_dir(), metavar="DIR")
        command.add_argument("--key-file", type=Path, metavar="FILE", help="key that signs the model")
    return parser


def _fit(options: argparse.Namespace) -> None:
    key = _key(options.key_file)
    people = list_photos(options.photos)
    groups = _groups(options.groups, people)
    options.out.mkdir(parents=True, exist_ok=True)
    engine = FaceEngine.load(options.weights, embedder=options.embedder, streams=available_threads())
    cache = EmbeddingCache(options.cache, engine) if options.cache else None
    clock = StageClock()
    with ProgressBars() as bars:
        with clock.stage("check"):
            photos = check_folder(options.photos, engine, bars, cache=cache)
        _list_refused(photos)
        background = _background(options.background, engine, bars) if options.background else None
        result = fit_photos(
            photos,
            engine,
            FitOptions(options.augment, options.seed, target_fpir=options.target_fpir),
            background=background,
            cache=cache,
            progress=bars,
            clock=clock,
        )
    write_fit(result, engine, options.out, key, groups)
    print(f"{len(result.model.labels)} people from {len(photos.accepted)} photos: {options.out}")
    if result.held_out:
        own = result.held_out.figures["own_threshold"]
        print(_sentence(result.held_out.figures["rank1"], "held-out photos have the right person first"))
        print(_sentence(own["fnir"], "are missed at the model's threshold"))
        print(_sentence(own["fpir"], "are named when their owner is off the roster"))


def _evaluate(options: argparse.Namespace) -> None:
    model = RosterModel.load(options.model, _key(options.key_file))
    people = [*list_photos(options.known), *list_photos(options.strangers)]
    groups = _groups(options.groups, people)
    engine = FaceEngine.load(options.weights, embedder=embedder_called(model.embedder_id))
    with ProgressBars() as bars:
        figures = measure(model, engine, options.known, options.strangers, bars, groups)
    _write_json(options.json, figures)
    print(_sentence(figures["rank1"], "known photos have the right person first"))
    print(_sentence(figures["own_threshold"]["fnir"], "are missed at the model's threshold"))
    print(_sentence(figures["own_threshold"]["fpir"], "strangers are named"))
    masked = figures["by_mask"]["masked"]
    if masked["fnir"]["total"] or masked["fpir"]["total"]:
        print(_sentence(masked["fnir"], "of them in masks are missed"))
        print(_sentence(masked["fpir"], "strangers in masks are named"))


def _check(options: argparse.Namespace) -> None:
    list_photos(options.photos)
    engine = FaceEngine.load(options.weights, embedder=options.embedder)
    with ProgressBars() as bars:
        photos = check_folder(options.photos, engine, bars)
    result = check_photos(photos, engine.embedder_id)
    _write_json(options.json, result)
    for refusal in photos.refused:
        print(f"{refusal.source} is left out: {refusal.reason} ({refusal.detail})")
    for warning in result["warnings"]:
        print(warning["sentence"])
    print(
        f"{result['people']} people, {result['photos']} good photos, {len(photos.refused)} left out, "
        f"{len(result['warnings'])} warnings: {options.json}"
    )


def _write_json(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _groups(path: Path | None, people: Iterable[str]) -> Groups | None:
    """The labels that the operator supplies, if any; some must be those of people with photos."""
    if path is None:
        return None
    groups = read_groups(path)
    groups.check(people)
    return groups


def _background(folder: Path, engine: FaceEngine, progress: Progress) -> np.ndarray:
    checked = check_folder(folder, engine, progress)
    if not checked.accepted:
        raise FolderUnusable(f"{folder} holds no photo that shows one face well")
    return np.stack([photo.embedding for photo in checked.accepted])


def _list_refused(photos: CheckedPhotos) -> None:
    for refusal in photos.refused:
        tqdm.write(f"left out {refusal.source}: {refusal.reason} ({refusal.detail})", file=sys.stderr)


def _sentence(proportion: dict[str, Any], what: str) -> str:
    return f"{proportion['count']} of {proportion['total']} {what}"


def _key(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes().strip()


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main())
