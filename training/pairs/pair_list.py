"""Pairs of pictures, who is on them, and two halves of them that share nobody."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from training.exceptions import TrainingError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_MOST_OF_A_PERSON = 6
_FEWEST_PEOPLE = 4
_OF_TWO = 20


class PairsUnusable(TrainingError):
    """A list of pairs, or the pictures it names, that cannot be used."""


@dataclass(frozen=True)
class Pair:
    """Two pictures, relative to the folder of pictures. A picture's person is the folder it lies in."""

    first: str
    second: str
    same: bool

    @property
    def people(self) -> tuple[str, str]:
        """Who is on the first and on the second."""
        return Path(self.first).parent.as_posix(), Path(self.second).parent.as_posix()


def read_pairs(path: Path, images: Path) -> list[Pair]:
    """The pairs of a CSV file with the columns ``first``, ``second`` and ``same`` (1 or 0).

    Raises:
        PairsUnusable: naming the line.
    """
    pairs = []
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = csv.DictReader(stream)
        if not {"first", "second", "same"} <= set(rows.fieldnames or ()):
            raise PairsUnusable(f"{path} needs the columns first, second and same")
        for row in rows:
            line = f"{path}, line {rows.line_num}"
            if row["same"] not in {"0", "1"}:
                raise PairsUnusable(f"{line}: same is 1 or 0")
            pair = Pair(row["first"] or "", row["second"] or "", row["same"] == "1")
            for name in (pair.first, pair.second):
                if not name or not (images / name).is_file():
                    raise PairsUnusable(f"{line}: there is no picture {images / name}")
            if pair.same and len(set(pair.people)) > 1:
                raise PairsUnusable(f"{line}: one person in two folders")
            pairs.append(pair)
    return pairs


def draw_pairs(images: Path, each: int, seed: int) -> list[Pair]:
    """Pairs of one person (at most six of a person's), and twenty times as many of two people from the same
    pictures, out of a folder with a subfolder per person.

    Raises:
        PairsUnusable: there are not enough pictures.
    """
    random = np.random.default_rng(seed)
    photos: dict[str, list[str]] = {}
    for path in sorted(images.glob("*/*")):
        if path.suffix.lower() in SUFFIXES:
            photos.setdefault(path.parent.name, []).append(path.relative_to(images).as_posix())
    of_one = [
        Pair(first, second, same=True)
        for name in photos
        for first, second in random.permutation(list(combinations(photos[name], 2))).tolist()[
            :_MOST_OF_A_PERSON
        ]
    ]
    kept = [of_one[index] for index in sorted(random.permutation(len(of_one))[:each])]
    pictures = sorted({name for pair in kept for name in (pair.first, pair.second)})
    if len({pair.people for pair in kept}) < _FEWEST_PEOPLE:
        raise PairsUnusable(f"{images} needs subfolders with two photos each of at least four people")
    seen: dict[Pair, None] = {}
    most = sum(1 for a, b in combinations(pictures[:400], 2) if Path(a).parent != Path(b).parent)
    while len(seen) < min(_OF_TWO * len(kept), most // 2):
        first, second = sorted(random.choice(len(pictures), 2, replace=False))
        pair = Pair(pictures[first], pictures[second], same=False)
        if len(set(pair.people)) == 2:
            seen[pair] = None
    return [*kept, *seen]


def halves(pairs: Sequence[Pair], seed: int) -> tuple[list[Pair], list[Pair]]:
    """The pairs of two halves of the people; pairs of somebody here with somebody there are in neither."""
    people = sorted({person for pair in pairs for person in pair.people})
    order = np.random.default_rng(seed).permutation(len(people))
    first = {people[index] for index in order[: len(people) // 2]}
    sides = [{person in first for person in pair.people} for pair in pairs]
    return (
        [pair for pair, side in zip(pairs, sides, strict=True) if side == {True}],
        [pair for pair, side in zip(pairs, sides, strict=True) if side == {False}],
    )
