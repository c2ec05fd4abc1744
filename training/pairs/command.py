"""`python -m training thresholds` and `siamese`: what pairs of photos tell about a distance."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from recognition.verification import METRICS, Metric, distances
from recognition.verification_models import MODELS
from recognition.verifier import Verifier
from recognition.weights import default_weights_dir
from training.evaluation import Proportion
from training.pairs.distribution_drawing import drawn
from training.pairs.embedded import PairVectors, embed_pictures, vectors_of
from training.pairs.operating_point import judged_at, operating_point, overlap
from training.pairs.pair_list import PairsUnusable, draw_pairs, halves, read_pairs
from training.progress import ProgressBars

FEWEST = 20


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of `python -m training`."""
    thresholds = commands.add_parser("thresholds", help="pairs in, a threshold and its figures out")
    thresholds.add_argument("--metric", choices=METRICS, default="cosine")
    thresholds.set_defaults(run=run_thresholds)
    siamese = commands.add_parser("siamese", help="does a head over the embeddings beat plain distance?")
    siamese.set_defaults(run=run_siamese)
    for command in (thresholds, siamese):
        command.add_argument(
            "--pairs", type=Path, metavar="FILE", help="CSV: first, second, same; else pairs are drawn"
        )
        command.add_argument("--images", type=Path, required=True, metavar="DIR", help="a folder per person")
        command.add_argument("--draw", type=int, default=1500, metavar="N", help="pairs of one person (1500)")
        command.add_argument("--model", choices=MODELS, default="fusion")
        command.add_argument("--far", type=float, default=0.001, help="wanted false acceptance rate (0.001)")
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--out", type=Path, required=True, metavar="DIR", help="figures and drawing")
        command.add_argument("--weights", type=Path, default=default_weights_dir(), metavar="DIR")


def run_thresholds(options: argparse.Namespace) -> None:
    """Choose a threshold on one half of the people, judge it on the other, draw both distributions."""
    training, held_out = _both_halves(options)
    own, unseen = (_by_kind(_distance(half, options.metric), half) for half in (training, held_out))
    point = operating_point(own, unseen, options.far, options.seed)
    zone = overlap(*unseen)
    model = MODELS[options.model]
    figures: dict[str, Any] = {
        **_facts(options, training, held_out),
        "metric": options.metric,
        "chosen": point.to_json(),
        "overlap": zone.to_json(),
        "built_in": _judged(model.threshold(options.metric), unseen),
    }
    if options.metric in model.published:
        published = _judged(model.published[options.metric], unseen)
        figures["published"] = published | {"by": model.published_by}
    title = f"{options.model}: {len(held_out.same)} pairs of people who were not used to choose"
    _write(options.out / f"{options.model}-{options.metric}.json", json.dumps(figures, indent=2) + "\n")
    drawing = drawn(*unseen, zone, point, title=title, unit=options.metric)
    _write(options.out / f"{options.model}-{options.metric}.svg", drawing)
    low, high = point.interval_95
    print(f"threshold {point.threshold:.4f} (95 %: {low:.4f} to {high:.4f}) for a FAR of {options.far:g}")
    print(f"held-out people: {_counted('FAR', point.far)}, {_counted('FRR', point.frr)}")
    nearest, farthest = f"{zone.nearest_two:.4f}", f"{zone.farthest_one:.4f}"
    print(f"{zone.pairs.count} of {zone.pairs.total} pairs lie between {nearest} and {farthest}")


def run_siamese(options: argparse.Namespace) -> None:
    """Train a head on one half of the people and hold it against cosine distance on the other."""
    # scikit-learn's linear models, of no use to the other commands.
    from training.pairs.siamese import SiameseHead, area, best_strength

    training, held_out = _both_halves(options)
    order = np.random.default_rng(options.seed).permutation(len(training.same))
    fitting, choosing = (_part(training, order[start::2]) for start in (0, 1))
    strength = best_strength(fitting, choosing)
    head = SiameseHead.fit(training, strength)
    figures: dict[str, Any] = {**_facts(options, training, held_out), "strength": strength}
    # The head has seen the training half; its threshold is chosen on pairs kept from a head of their own.
    early = SiameseHead.fit(fitting, strength)
    for name, own, unseen in (
        ("plain", _distance(training, "cosine"), _distance(held_out, "cosine")),
        ("head", early.distance(choosing.a, choosing.b), head.distance(held_out.a, held_out.b)),
    ):
        half = training if name == "plain" else choosing
        point = operating_point(_by_kind(own, half), _by_kind(unseen, held_out), options.far, options.seed)
        figures[name] = point.to_json() | {"area": area(unseen, held_out.same)}
    figures["better"] = max(("plain", "head"), key=lambda name: figures[name]["area"])
    _write(options.out / f"{options.model}-siamese.json", json.dumps(figures, indent=2) + "\n")
    for name, words in (("plain", "plain distance"), ("head", "Siamese head")):
        one = figures[name]
        print(
            f"{words}: area {one['area']:.5f}, FAR {one['far']['count']} of {one['far']['total']}, "
            f"FRR {one['frr']['count']} of {one['frr']['total']}"
        )
    print(f"better on held-out people: {figures['better']}")


def _counted(name: str, proportion: Proportion) -> str:
    return f"{name} {proportion.count} of {proportion.total}"


def _both_halves(options: argparse.Namespace) -> tuple[PairVectors, PairVectors]:
    if not options.images.is_dir():
        raise PairsUnusable(f"{options.images} is no folder")
    if options.pairs:
        pairs = read_pairs(options.pairs, options.images)
    else:
        pairs = draw_pairs(options.images, options.draw, options.seed)
    parts = halves(pairs, options.seed)
    verifier = Verifier.load(options.model, options.weights)
    with ProgressBars() as bars:
        vectors = embed_pictures([pair for part in parts for pair in part], options.images, verifier, bars)
    training, held_out = (vectors_of(part, vectors) for part in parts)
    for half in (training, held_out):
        if min(int(half.same.sum()), int((~half.same).sum())) < FEWEST:
            raise PairsUnusable(f"each half of the people needs {FEWEST} pairs of either kind")
    return training, held_out


def _facts(options: argparse.Namespace, training: PairVectors, held_out: PairVectors) -> dict[str, Any]:
    return {
        "model": options.model,
        "wanted_far": options.far,
        "seed": options.seed,
        "pairs": {
            name: {
                "one_person": int(half.same.sum()),
                "two_people": int((~half.same).sum()),
                "without_face": half.without_face,
            }
            for name, half in (("training", training), ("held_out", held_out))
        },
    }


def _distance(half: PairVectors, metric: Metric) -> np.ndarray:
    step = 512
    return np.concatenate(
        [
            np.diagonal(distances(half.a[start : start + step], half.b[start : start + step], metric))
            for start in range(0, len(half.same), step)
        ]
    )


def _by_kind(values: np.ndarray, half: PairVectors) -> tuple[np.ndarray, np.ndarray]:
    return values[half.same], values[~half.same]


def _part(half: PairVectors, rows: np.ndarray) -> PairVectors:
    return PairVectors(half.a[rows], half.b[rows], half.same[rows], 0)


def _judged(threshold: float, unseen: tuple[np.ndarray, np.ndarray]) -> dict[str, Any]:
    far, frr = judged_at(threshold, unseen)
    return {"threshold": threshold, "far": far.to_json(), "frr": frr.to_json()}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
