"""Open-set identification on LFW: enrolled people against everybody else, in one frame.

Per seed: N people with at least six photos, five of them (drawn by the seed) enrol, up to twenty others are
probes; the strangers are one photo (drawn by the seed) of every other person. The threshold of the roster
model is set by `RosterModel.fit` from the enrolment photos alone; the columns "at FPIR 0.3 %" set it on the
strangers themselves, as the literature does.

Fusion weights and the constants of the gate were chosen on the people whose name has an even hash (`TUNING`).
The rows "unseen people" use only the others, for the class and for the strangers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import EmbeddedPhotos, embed_photos, photos_below
from benchmarks.tables import percent, replace_table, spread, table
from recognition.engine import FaceEngine
from recognition.gallery import normalise
from recognition.roster_model import FIRST_PARTS, RosterModel
from training.evaluation import Proportion, Trials, Visits, figures, run_trials

FEWEST_PHOTOS = 6
PROBES_PER_PERSON = 20
TUNING, UNSEEN = 0, 1


@dataclass(frozen=True)
class Protocol:
    """One row of the table. half: None for everybody, else the hash parity that people must have."""

    title: str
    people: int
    enrolled: int = 5
    seeds: int = 5
    half: int | None = None
    part: str = "fusion"
    first_look: bool = False


PROTOCOLS = (
    Protocol("150 people × 5 photos", 150, seeds=20),
    Protocol("the same, as the kiosk looks", 150, seeds=20, first_look=True),
    Protocol("the same, one photo each", 150, enrolled=1, seeds=20),
    Protocol("the same, FaceNet alone", 150, part="facenet"),
    Protocol("the same, SFace alone", 150, part="sface"),
    Protocol("everybody with 6 photos × 5", 10_000),
    Protocol("30 people × 5", 30, seeds=20),
    Protocol("10 people × 5", 10, seeds=20),
    Protocol("unseen people: all with 6 photos", 150, half=UNSEEN),
    Protocol("the same, as the kiosk looks", 150, half=UNSEEN, first_look=True),
    Protocol("unseen people: classes of 30", 30, seeds=20, half=UNSEEN),
    Protocol("unseen people: classes of 10", 10, seeds=20, half=UNSEEN),
    Protocol("unseen people: classes of 3", 3, seeds=20, half=UNSEEN),
)


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Every protocol on `data`/lfw, ready for JSON."""
    photos = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    fused = engine.embedder_id.startswith("fusion")
    protocols = [protocol for protocol in PROTOCOLS if fused or protocol.part == "fusion"]
    results = [measure(photos, protocol, engine.embedder_id) for protocol in tqdm(protocols, desc="open set")]
    return {"embedder": engine.embedder_id, "without_face": len(photos.without_face), "protocols": results}


def measure(photos: EmbeddedPhotos, protocol: Protocol, embedder_id: str) -> dict[str, Any]:
    """One protocol over its seeds: figures of each, and their mean and deviation."""
    vectors, part_id = part_of(photos.vectors, embedder_id, protocol.part)
    seeds = [_one_seed(photos, vectors, protocol, part_id, seed) for seed in range(protocol.seeds)]
    rates = {
        "rank1": [seed["rank1"]["rate"] for seed in seeds],
        "fnir_at_fpir_0.003": [seed["at_fpir"]["0.003"]["fnir"]["rate"] for seed in seeds],
        "own_fpir": [seed["own_threshold"]["fpir"]["rate"] for seed in seeds],
        "own_fnir": [seed["own_threshold"]["fnir"]["rate"] for seed in seeds],
        "own_misidentified": [seed["own_threshold"]["misidentified"]["rate"] for seed in seeds],
    }
    summary = {
        name: {"mean": float(np.mean(v)), "deviation": float(np.std(v)), "worst": float(_worst(name, v))}
        for name, v in rates.items()
    }
    return {**vars(protocol), "summary": summary, "rates": rates, "by_seed": seeds}


def _worst(name: str, rates: list[float]) -> float:
    return min(rates) if name == "rank1" else max(rates)


def part_of(vectors: np.ndarray, embedder_id: str, part: str) -> tuple[np.ndarray, str]:
    """The fused embeddings, or only FaceNet's (the first 512 numbers) or SFace's of them, with an id."""
    if part == "fusion":
        return vectors, embedder_id
    return normalise(vectors[:, :512] if part == "facenet" else vectors[:, 512:]), part


def _one_seed(
    photos: EmbeddedPhotos, vectors: np.ndarray, protocol: Protocol, embedder_id: str, seed: int
) -> dict[str, Any]:
    draw = draw_class(photos.rows_of(), protocol, seed)
    model = RosterModel.fit(
        vectors[draw.enrolled_rows], draw.enrolled_labels, embedder_id=embedder_id, seed=seed
    )
    known, strangers = vectors[draw.probe_rows], vectors[draw.stranger_rows]
    trials = run_trials(model, known, draw.probe_labels, strangers)
    settled = None
    if protocol.first_look:
        trials, settled = _looked_at_first(model, trials, known, strangers)
    return {
        "seed": seed,
        "people": len(model.labels),
        "settled_at_first_look": settled,
        **figures(trials, model.threshold),
    }


def _looked_at_first(
    model: RosterModel, trials: Trials, known: np.ndarray, strangers: np.ndarray
) -> tuple[Trials, float]:
    """The trials in which a match at first look ends the visit, and the share of known visits it ends.

    Scores of such visits are shifted from the first look's threshold to the model's own.
    """
    part, _ = FIRST_PARTS["fusion"]

    def visits(whole: Visits, probes: np.ndarray) -> tuple[Visits, np.ndarray]:
        ranking = model.first_look.rank(normalise(probes[:, part]))
        lift = model.threshold - model.first_look.threshold
        ended = np.where(ranking.admitted, ranking.labels, whole.labels)
        merged = Visits(
            tuple(ended.tolist()),
            np.where(ranking.admitted, ranking.scores + lift, whole.scores),
            np.where(ranking.admitted, ranking.margins, whole.margins),
        )
        return merged, ranking.admitted

    seen, settled = visits(trials.known, known)
    return replace(trials, known=seen, strangers=visits(trials.strangers, strangers)[0]), float(
        settled.mean()
    )


@dataclass(frozen=True, eq=False)
class ClassDraw:
    """Row numbers and labels of one class with its probes and strangers."""

    enrolled_rows: list[int]
    enrolled_labels: list[str]
    probe_rows: list[int]
    probe_labels: list[str]
    stranger_rows: list[int]


def draw_class(rows: Mapping[str, np.ndarray], protocol: Protocol, seed: int) -> ClassDraw:
    """Who is enrolled, who probes and who is a stranger for one seed."""
    random = np.random.default_rng(seed)
    eligible = [name for name in rows if protocol.half is None or name_half(name) == protocol.half]
    candidates = [name for name in eligible if len(rows[name]) >= max(FEWEST_PHOTOS, protocol.enrolled + 1)]
    students = [candidates[index] for index in random.permutation(len(candidates))[: protocol.people]]
    draw = ClassDraw([], [], [], [], [])
    for name, own in _shuffled(rows, students, random):
        enrolled, probes = own[: protocol.enrolled], own[protocol.enrolled :][:PROBES_PER_PERSON]
        draw.enrolled_rows.extend(enrolled)
        draw.enrolled_labels.extend([name] * len(enrolled))
        draw.probe_rows.extend(probes)
        draw.probe_labels.extend([name] * len(probes))
    strangers = sorted(set(eligible) - set(students))
    draw.stranger_rows.extend(int(random.choice(rows[name])) for name in strangers)
    return draw


def _shuffled(
    rows: Mapping[str, np.ndarray], names: list[str], random: np.random.Generator
) -> Iterator[tuple[str, list[int]]]:
    return ((name, random.permutation(rows[name]).tolist()) for name in names)


def name_half(name: str) -> int:
    """0 or 1 by the first byte of the name's SHA-256: even names tuned, odd names never did."""
    return hashlib.sha256(name.encode()).digest()[0] & 1


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The table of all protocols, in docs/accuracy.md."""
    head = (
        "LFW, one frame",
        "seeds",
        "rank-1",
        "FNIR at FPIR 0.3 %",
        "own threshold: FPIR",
        "worst seed",
        "FNIR",
        "worst seed",
    )
    rows = []
    for protocol in result["protocols"]:
        rates, summary = protocol["rates"], protocol["summary"]
        rows.append(
            (
                protocol["title"],
                protocol["seeds"],
                spread(rates["rank1"]),
                spread(rates["fnir_at_fpir_0.003"]),
                spread(rates["own_fpir"]),
                percent(summary["own_fpir"]["worst"]),
                spread(rates["own_fnir"]),
                percent(summary["own_fnir"]["worst"]),
            )
        )
    replace_table(docs / "accuracy.md", "openset", table(head, rows) + "\n\n" + _counts(result))


def _counts(result: dict[str, Any]) -> str:
    first = result["protocols"][0]["by_seed"][0]
    known, strangers = first["known_probes"], first["stranger_probes"]
    fnir = Proportion(round(result["protocols"][0]["summary"]["own_fnir"]["mean"] * known), known).interval
    fpir = Proportion(round(result["protocols"][0]["summary"]["own_fpir"]["mean"] * strangers), strangers)
    low, high = fpir.interval
    looks = [row for row in result["protocols"] if row["first_look"]]
    settled = [seed["settled_at_first_look"] for row in looks for seed in row["by_seed"]]
    first_look = (
        f"The first look alone settles {percent(np.mean(settled), 1)} of the visits of enrolled people. "
    )
    return (
        f"{first_look if looks else ''}"
        f"First row: {known} probes and {strangers} strangers a seed. What one seed can tell (95 %, Wilson): "
        f"FNIR {100 * fnir[0]:.2f}–{100 * fnir[1]:.2f} %, FPIR {100 * low:.2f}–{100 * high:.2f} %. "
        "The seeds share people, so their spread is smaller than that of new people would be: the second "
        f"half of the table. Pictures in which no face was found: {result['without_face']}. "
        f"Embedder `{result['embedder']}`."
    )
