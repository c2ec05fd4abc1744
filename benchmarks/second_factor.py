"""The face as a second factor: how often it takes somebody else for the owner, and misses the owner.

Verification after ISO/IEC 19795-1. Everybody with six photos in LFW is an account, enrolled with three of
them, bare (drawn by a seed); the others are the owner's tries, and one photo of everybody else (drawn
likewise) is the try of somebody who knows the password. The same photos with a drawn mask, and the real masks
of MFR2, are the tries in masks. A try is one frame, judged as masked or bare as `recognition.masks` sees it;
a face that is not found never passes. The thresholds of `recognition.claim` were chosen on the even half of
LFW's people; the table is of the odd half.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.masks import Faces, drawn_masks, real_masks
from benchmarks.openset import FEWEST_PHOTOS, TUNING, UNSEEN, name_half, part_of
from benchmarks.tables import percent, replace_table, table
from recognition.claim import THRESHOLDS, likeness, thresholds_of
from recognition.engine import FaceEngine
from training.evaluation import Proportion

ENROLLED = 3
SEEDS = 5
CHOSEN_FMR = 0.0003
"""On the tuning half: room below one in a thousand for people who are not in it."""
CHOSEN_MASKED_FMR = 0.0001
"""Drawn masks are not real ones, so more room."""


@dataclass(frozen=True, eq=False)
class Tries:
    """Scores of tries and whether a mask was noticed, (n,) each: the owners', and those of others."""

    own: np.ndarray
    own_masked: np.ndarray
    others: np.ndarray
    others_masked: np.ndarray


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Both error rates, bare and masked, and the thresholds that the tuning half asks for; ready for JSON."""
    plain, drawn = drawn_masks(data / "lfw", engine, UNSEEN)
    real = real_masks(data / "mfr2", engine)
    half = np.array([name_half(name) == UNSEEN for name in real.people])
    reporting = Faces(*(column[half] for column in (real.people, real.vectors, real.worn, real.seen)))
    embedder_id = engine.embedder_id
    return {
        "embedder": embedder_id,
        "chosen": _chosen(*drawn_masks(data / "lfw", engine, TUNING), embedder_id),
        "rows": {
            "LFW, bare": _rates(_lfw(plain, plain, embedder_id), embedder_id),
            "LFW, drawn masks": _rates(_lfw(plain, drawn, embedder_id), embedder_id),
            "MFR2, real masks": _rates(_mfr2(reporting, embedder_id), embedder_id),
            "MFR2, real masks, both halves": _rates(_mfr2(real, embedder_id), embedder_id),
        },
    }


def _lfw(plain: Faces, shown: Faces, embedder_id: str) -> Tries:
    """Accounts enrolled bare, tries as in ``shown``, whose rows are those of the same photos."""
    names, counts = np.unique(plain.people, return_counts=True)
    owners = names[counts >= FEWEST_PHOTOS]
    parts: list[tuple[np.ndarray, ...]] = []
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        of_everybody = {name: random.choice(np.flatnonzero(plain.people == name)) for name in names}
        for owner in owners:
            rows = random.permutation(np.flatnonzero(plain.people == owner))
            others = np.array([row for name, row in of_everybody.items() if name != owner])
            templates = _found(plain.vectors[rows[:ENROLLED]])
            parts.append(_tried(shown, templates, rows[ENROLLED:], others, embedder_id))
    return Tries(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _mfr2(faces: Faces, embedder_id: str) -> Tries:
    """Accounts enrolled with all their bare photos, tries in masks."""
    parts: list[tuple[np.ndarray, ...]] = []
    for owner in np.unique(faces.people[~faces.worn]):
        templates = _found(faces.vectors[(faces.people == owner) & ~faces.worn])
        own = np.flatnonzero((faces.people == owner) & faces.worn)
        others = np.flatnonzero((faces.people != owner) & faces.worn)
        parts.append(_tried(faces, templates, own, others, embedder_id))
    return Tries(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _found(vectors: np.ndarray) -> np.ndarray:
    return vectors[vectors.any(axis=1)]


def _tried(
    faces: Faces, templates: np.ndarray, own: np.ndarray, others: np.ndarray, embedder_id: str
) -> tuple[np.ndarray, ...]:
    def scores(rows: np.ndarray) -> np.ndarray:
        vectors, seen = faces.vectors[rows], faces.seen[rows]
        bare, masked = (likeness(vectors, templates, embedder_id, masked=worn) for worn in (False, True))
        found = vectors.any(axis=1)
        return np.where(found, np.where(seen, masked, bare), -1.0)

    return scores(own), faces.seen[own], scores(others), faces.seen[others]


def _rates(tries: Tries, embedder_id: str) -> dict[str, Any]:
    limits = thresholds_of(embedder_id)
    own = tries.own >= np.where(tries.own_masked, limits.masked, limits.bare)
    others = tries.others >= np.where(tries.others_masked, limits.masked, limits.bare)
    return {
        "fmr": Proportion(int(others.sum()), len(others)).to_json(),
        "fnmr": Proportion(int((~own).sum()), len(own)).to_json(),
    }


def _chosen(plain: Faces, drawn: Faces, embedder_id: str) -> dict[str, dict[str, float]]:
    """Of each embedder, the thresholds that let `CHOSEN_FMR` of others in."""
    found: dict[str, dict[str, float]] = {}
    for name in THRESHOLDS if embedder_id.startswith("fusion") else (embedder_id.partition("-")[0],):
        bare, masked = (
            Faces(one.people, part_of(one.vectors, embedder_id, name)[0], one.worn, one.seen)
            for one in (plain, drawn)
        )
        identity = embedder_id if name == "fusion" else name
        of_bare, of_masked = _lfw(bare, bare, identity), _lfw(bare, masked, identity)
        found[name] = {
            "bare": float(np.quantile(of_bare.others[~of_bare.others_masked], 1 - CHOSEN_FMR)),
            "masked": float(np.quantile(of_masked.others[of_masked.others_masked], 1 - CHOSEN_MASKED_FMR)),
        }
    return found


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The rates, in docs/security.md."""
    rows = [(kind, _in_words(row["fmr"]), _in_words(row["fnmr"])) for kind, row in result["rows"].items()]
    head = ("a try", "somebody else passes (FMR)", "the owner is missed (FNMR)")
    replace_table(docs / "security.md", "second-factor", table(head, rows))


def _in_words(rate: dict[str, Any]) -> str:
    low, high = rate["interval_95"]
    return (
        f"{rate['count']} of {rate['total']} ({percent(rate['rate'], 3)}; {100 * low:.3f}–{100 * high:.3f})"
    )
