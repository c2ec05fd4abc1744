"""Verification on Labeled Faces in the Wild: are two photos of one person?

Protocol: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild", UMass Amherst TR 07-49, 2007,
View 2: ten folds that share nobody, as many pairs of one person as of two; the threshold of each fold is
the best one of the other nine, the figure is the mean accuracy. `--pairs FILE` takes the official
``pairs.txt``; without it folds of the same shape are drawn from the pictures at hand, five times, so that
the figure hangs on no one draw. A pair in which no face is found counts as "two people".
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.embeddings import embed_photos, photos_below
from benchmarks.openset import part_of
from benchmarks.tables import percent, replace_table, table
from recognition.engine import FaceEngine

FOLDS = 10
PAIRS_OF_EACH_KIND = 300
SEEDS = range(5)
# Nobody with hundreds of photos decides a fold.
PAIRS_OF_A_PERSON = 6
PARTS = {"fusion": "fusion", "sface": "SFace alone", "facenet": "FaceNet alone"}
NO_FACE = -1.0


class PairsUnusable(Exception):
    """A list of pairs, or a picture it names, that cannot be used."""


@dataclass(frozen=True)
class Pair:
    """Two pictures of one fold, and whether they show one person."""

    fold: int
    first: Path
    second: Path
    same: bool


def run(
    data: Path, engine: FaceEngine, images: Path | None = None, pairs: Path | None = None
) -> dict[str, Any]:
    """Accuracy with the fused embeddings and with each network alone, ready for JSON.

    images: a folder of pictures by person, default `data`/lfw. pairs: a list in the official format. Raises
    PairsUnusable, naming the line or the picture.
    """
    folder = images or data / "lfw"
    at_hand = photos_below(folder)
    draws = [read_pairs(pairs, folder)] if pairs else [draw_pairs(at_hand, seed=seed) for seed in SEEDS]
    used = sorted({path for drawn in draws for pair in drawn for path in (pair.first, pair.second)})
    photos = embed_photos(used, engine, "lfw")
    row = {path: number for number, path in enumerate(photos.paths)}
    parts = PARTS if engine.embedder_id.startswith("fusion") else {"fusion": engine.embedder_id}
    return {
        "embedder": engine.embedder_id,
        "official": pairs is not None,
        "folds": len({pair.fold for pair in draws[0]}),
        "pairs_of_one": [sum(pair.same for pair in drawn) for drawn in draws],
        "pairs_of_two": [sum(not pair.same for pair in drawn) for drawn in draws],
        "pictures": len(used),
        "without_face": len(photos.without_face),
        "parts": {
            title: [
                _accuracy(part_of(photos.vectors, engine.embedder_id, part)[0], row, drawn) for drawn in draws
            ]
            for part, title in parts.items()
        },
    }


def draw_pairs(
    paths: Sequence[Path], folds: int = FOLDS, each: int = PAIRS_OF_EACH_KIND, seed: int = 0
) -> list[Pair]:
    """Folds of View 2's shape: people are dealt to folds, pairs are drawn within each without repeats.

    Of one person at most six pairs are drawn, or as few more as fill the fold.
    """
    random = np.random.default_rng(seed)
    photos: dict[str, list[Path]] = {}
    for path in paths:
        photos.setdefault(path.parent.name, []).append(path)
    names = sorted(photos)
    dealt = [names[index] for index in random.permutation(len(names))]
    drawn = []
    for fold in range(folds):
        own = dealt[fold::folds]
        drawn += [Pair(fold, *pair, same=True) for pair in _pairs_of_one(photos, own, each, random)]
        drawn += [Pair(fold, *pair, same=False) for pair in _pairs_of_two(photos, own, each, random)]
    return drawn


def _pairs_of_one(
    photos: Mapping[str, Sequence[Path]], names: Sequence[str], count: int, random: np.random.Generator
) -> list[tuple[Path, Path]]:
    possible = [list(combinations(photos[name], 2)) for name in names]
    shuffled = [[pairs[index] for index in random.permutation(len(pairs))] for pairs in possible]
    limit, longest = PAIRS_OF_A_PERSON, max((len(pairs) for pairs in shuffled), default=0)
    while sum(len(pairs[:limit]) for pairs in shuffled) < count and limit < longest:
        limit += 1
    drawn = [pair for pairs in shuffled for pair in pairs[:limit]]
    return [drawn[index] for index in random.permutation(len(drawn))[:count]]


def _pairs_of_two(
    photos: Mapping[str, Sequence[Path]], names: Sequence[str], count: int, random: np.random.Generator
) -> list[tuple[Path, Path]]:
    found: set[tuple[Path, Path]] = set()
    while len(found) < count:
        first, second = sorted(random.choice(len(names), size=2, replace=False))
        found.add((_one_of(photos[names[first]], random), _one_of(photos[names[second]], random)))
    return sorted(found)


def _one_of(paths: Sequence[Path], random: np.random.Generator) -> Path:
    return paths[int(random.integers(len(paths)))]


def read_pairs(file: Path, images: Path) -> list[Pair]:
    """The pairs of an official list: ``name 1 4`` is one person, ``name 1 other 2`` are two; the first line
    tells how many folds and pairs there are. Raises PairsUnusable."""
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        head = [int(word) for word in lines[0]]
        folds, each = (1, head[0]) if len(head) == 1 else head
    except (IndexError, ValueError):
        raise PairsUnusable(f"{file}: the first line must tell the number of folds and of pairs") from None
    if len(lines) - 1 != 2 * folds * each:
        raise PairsUnusable(f"{file}: {2 * folds * each} pairs are announced, {len(lines) - 1} are there")
    at_hand = {path.with_suffix("").relative_to(images).as_posix(): path for path in photos_below(images)}
    pairs = []
    for number, words in enumerate(lines[1:], start=2):
        match words:
            case [name, a, b]:
                names = (name, a), (name, b)
            case [one, a, two, b]:
                names = (one, a), (two, b)
            case _:
                raise PairsUnusable(f"{file}, line {number}: a pair has three or four words")
        first, second = (_picture(*each_name, at_hand, f"{file}, line {number}") for each_name in names)
        pairs.append(Pair((number - 2) // (2 * each), first, second, same=len(words) == 3))
    return pairs


def _picture(name: str, number: str, at_hand: Mapping[str, Path], where: str) -> Path:
    if not re.fullmatch(r"\d{1,4}", number):
        raise PairsUnusable(f"{where}: {number!r} is not the number of a picture")
    key = f"{name}/{name}_{int(number):04d}"
    if key not in at_hand:
        raise PairsUnusable(f"{where}: there is no picture {key}")
    return at_hand[key]


def _accuracy(vectors: np.ndarray, row: Mapping[Path, int], pairs: Sequence[Pair]) -> dict[str, Any]:
    scores = np.array(
        [
            float(vectors[row[pair.first]] @ vectors[row[pair.second]])
            if pair.first in row and pair.second in row
            else NO_FACE
            for pair in pairs
        ]
    )
    same, folds = np.array([pair.same for pair in pairs]), np.array([pair.fold for pair in pairs])
    accuracies, thresholds = cross_validated(scores, same, folds)
    wrong = Counter()
    for fold, threshold in zip(np.unique(folds), thresholds, strict=True):
        here = folds == fold
        wrong["missed"] += int((same & here & (scores < threshold)).sum())
        wrong["confused"] += int((~same & here & (scores >= threshold)).sum())
    return {
        "accuracy": float(np.mean(accuracies)),
        "standard_error": float(np.std(accuracies, ddof=1) / math.sqrt(len(accuracies)))
        if len(accuracies) > 1
        else None,
        "by_fold": accuracies,
        "thresholds": thresholds,
        **wrong,
    }


def cross_validated(
    scores: np.ndarray, same: np.ndarray, folds: np.ndarray
) -> tuple[list[float], list[float]]:
    """Accuracy of each fold at the threshold that is best on the others (on itself where it is alone)."""
    accuracies, thresholds = [], []
    for fold in np.unique(folds):
        here = folds == fold
        others = ~here if (~here).any() else here
        threshold = best_threshold(scores[others], same[others])
        accuracies.append(float(((scores[here] >= threshold) == same[here]).mean()))
        thresholds.append(threshold)
    return accuracies, thresholds


def best_threshold(scores: np.ndarray, same: np.ndarray) -> float:
    """The middle of the gap in which a threshold makes the fewest mistakes (of the widest such gap)."""
    order = np.argsort(scores)
    ordered, is_same = scores[order], same[order]
    # Cutting below position i: pairs of one person before it are missed, those of two from it on confused.
    mistakes = np.r_[0, np.cumsum(is_same)] + np.r_[np.cumsum(~is_same[::-1])[::-1], 0]
    edges = np.r_[ordered[0] - 1e-3, ordered, ordered[-1] + 1e-3]
    best = np.flatnonzero(mistakes == mistakes.min())
    widest = best[np.argmax(edges[best + 1] - edges[best])]
    return float((edges[widest] + edges[widest + 1]) / 2)


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """One row per embedder, in docs/accuracy.md."""
    rows = []
    for title, draws in result["parts"].items():
        accuracies = [draw["accuracy"] for draw in draws]
        errors = [draw["standard_error"] for draw in draws if draw["standard_error"] is not None]
        rows.append(
            (
                title,
                percent(float(np.mean(accuracies))),
                percent(min(accuracies)),
                f"± {196 * np.mean(errors):.2f} %" if errors else "–",
                sum(draw["missed"] for draw in draws),
                sum(draw["confused"] for draw in draws),
            )
        )
    head = (
        "LFW pairs",
        "accuracy",
        "lowest draw",
        "95 % of a draw",
        "of one person, missed",
        "of two, confused",
    )
    draws = "the official list" if result["official"] else f"{len(result['pairs_of_one'])} draws"
    note = (
        f"{result['folds']} folds, {draws}: {sum(result['pairs_of_one'])} pairs of one person and "
        f"{sum(result['pairs_of_two'])} of two, from {result['pictures']} pictures "
        f"({result['without_face']} in which no face was found)."
    )
    replace_table(docs / "accuracy.md", "lfw", f"{table(head, rows)}\n\n{note}")
