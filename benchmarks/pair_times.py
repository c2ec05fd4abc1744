"""How long a pair takes each of several systems: turn by turn, so that what else the machine does slows all
alike."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tqdm import tqdm

from benchmarks.face_recognition_process import FaceRecognition
from recognition.verifier import Verifier
from training.pairs.pair_list import Pair

UNTIMED = 3


def pair_times(
    pairs: Sequence[Pair], images: Path, verifiers: Mapping[str, Verifier], peer: FaceRecognition | None
) -> dict[str, float]:
    """Median milliseconds from two files to a distance, by name; the first few pairs warm up."""
    spent: dict[str, list[float]] = {
        name: [] for name in (*verifiers, *(["face_recognition"] if peer else []))
    }
    for pair in tqdm(pairs, desc="a pair", unit="pair"):
        paths = images / pair.first, images / pair.second
        for name, verifier in verifiers.items():
            start = time.perf_counter()
            verifier.verify(*paths)
            spent[name].append(1000 * (time.perf_counter() - start))
        if peer:
            spent["face_recognition"].append(sum(peer.embed(path)[1] for path in paths))
    return {name: median(times[UNTIMED:]) for name, times in spent.items()}
