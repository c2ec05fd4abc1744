"""From the bytes of a 640×480 JPEG with one face to a decision, against the classic stack in the same run.

The roster has 150 people with five templates each: one real (synthetic demo person, other pictures than the
probe) and 149 random unit vectors, for time does not depend on whose they are. The two stacks take turns, so
that whatever else the machine does meets both; medians are compared.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.classic import ClassicStack
from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from recognition.engine import FaceEngine
from recognition.gallery import normalise
from recognition.image import decode_image
from recognition.quality import measure
from recognition.roster_model import RosterModel
from recognition.weights import FROZEN_GRAPH, ensure, source_path

PEOPLE, TEMPLATES = 150, 5
PERSON = "kai"
STAGES = ("decode", "detect", "quality", "embed", "decide")


def run(demo: Path, engine: FaceEngine, weights_dir: Path, repeats: int = 40) -> dict[str, Any]:
    """Medians, quartiles and their ratio; ready for JSON. `demo` holds the demo people's pictures."""
    facts = machine()
    ensure(weights_dir, [FROZEN_GRAPH])
    classic = ClassicStack(source_path(weights_dir, FROZEN_GRAPH))
    enrolment = [decode_image(path.read_bytes()) for path in sorted((demo / PERSON / "enrol").glob("*.jpg"))]
    data = _probe(demo)
    model = _roster(np.stack([engine.enrol(image).embedding for image in enrolment]), engine.embedder_id)
    classic.fit(*_with_random_people(np.stack([classic.embed(image) for image in enrolment])))

    for _ in range(3):
        engine.identify([decode_image(data)], model)
        classic.identify(data)
    ours, theirs, our_stages, their_stages = [], [], [], []
    for _ in tqdm(range(repeats), desc="pipeline"):
        start = time.perf_counter()
        decision = engine.identify([decode_image(data)], model)
        ours.append(1000 * (time.perf_counter() - start))
        our_stages.append(_stages(engine, model, data))
        start = time.perf_counter()
        name, probability, stages = classic.identify(data)
        theirs.append(1000 * (time.perf_counter() - start))
        their_stages.append(stages)
    return {
        "machine": facts,
        "embedder": engine.embedder_id,
        "precision": engine.info()["precision"],
        "detector": engine.detector.name,
        "repeats": repeats,
        "ours": _summary(ours, our_stages) | {"named": decision.label, "score": decision.score},
        "classic": _summary(theirs, their_stages) | {"named": name, "probability": probability},
        "ratio": median(theirs) / median(ours),
    }


def _probe(demo: Path) -> bytes:
    """The first 640×480 picture of the person that did not enrol them."""
    for path in sorted((demo / PERSON / "probe").glob("*.jpg")):
        data = path.read_bytes()
        if decode_image(data).shape == (480, 640, 3):
            return data
    raise FileNotFoundError(f"no 640×480 picture in {demo / PERSON / 'probe'}")


def _with_random_people(real: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The real person's embeddings, and random ones with the likeness of real photos of one person."""
    random = np.random.default_rng(0)
    people = normalise(random.normal(size=(PEOPLE - 1, real.shape[1])))
    photos = np.repeat(people, TEMPLATES, axis=0)
    photos = normalise(photos + 0.8 * normalise(random.normal(size=photos.shape)))
    names = [f"student-{number:03d}" for number in range(PEOPLE - 1) for _ in range(TEMPLATES)]
    return np.concatenate([normalise(real), photos]), [PERSON] * len(real) + names


def _roster(real: np.ndarray, embedder_id: str) -> RosterModel:
    embeddings, labels = _with_random_people(real)
    return RosterModel.fit(embeddings, labels, embedder_id=embedder_id)


def _stages(engine: FaceEngine, model: RosterModel, data: bytes) -> dict[str, float]:
    """Milliseconds of each stage, run one after the other as `FaceEngine.identify` does."""
    ticks = [time.perf_counter()]
    image = decode_image(data)
    ticks.append(time.perf_counter())
    face = engine.detector.detect(image)[0]
    ticks.append(time.perf_counter())
    measure(image, face)
    ticks.append(time.perf_counter())
    embedding = engine.embedder.embed(engine.embedder.crop(image, face)[None])
    ticks.append(time.perf_counter())
    model.identify(embedding)
    ticks.append(time.perf_counter())
    return dict(zip(STAGES, np.diff(ticks) * 1000, strict=True))


def _summary(milliseconds: list[float], stages: list[dict[str, float]]) -> dict[str, Any]:
    quartiles = np.quantile(milliseconds, [0.25, 0.5, 0.75])
    return {
        "median_ms": float(quartiles[1]),
        "quartiles_ms": [float(quartiles[0]), float(quartiles[2])],
        "stages_ms": {name: median(part[name] for part in stages) for name in stages[0]},
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Both stacks stage by stage, in docs/performance.md."""
    ours, classic = result["ours"], result["classic"]

    def stage(stack: dict[str, Any], name: str) -> str:
        return f"{stack['stages_ms'][name]:.1f}" if name in stack["stages_ms"] else "–"

    rows = [(name, stage(ours, name), stage(classic, name)) for name in STAGES]
    for words, value in (
        ("**bytes to decision, median**", lambda stack: f"**{stack['median_ms']:.1f}**"),
        ("quartiles", lambda stack: "–".join(f"{edge:.1f}" for edge in stack["quartiles_ms"])),
    ):
        rows.append((words, value(ours), value(classic)))
    head = ("Milliseconds", f"this project ({result['detector']}, {result['precision']})", "classic stack")
    note = (
        f"**{result['ratio']:.1f} times faster** than the classic stack, {result['repeats']} turns each. "
        f"{in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "pipeline", f"{table(head, rows)}\n\n{note}")
