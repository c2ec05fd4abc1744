"""From the bytes of a 640×480 JPEG with one face to a decision, against the classic stack in the same run.

The roster has 150 people with five templates each: one real (synthetic demo person, other pictures than the
probe) and 149 random unit vectors, for time does not depend on whose they are. The two stacks take turns, so
that whatever else the machine does meets both; medians are compared. In the same turns the networks that
serve the picture run once more on the same inputs with nothing around them: the least that it can cost.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from matplotlib.patches import Patch
from tqdm import tqdm

from benchmarks import crowd
from benchmarks.bare_networks import calls_of, milliseconds
from benchmarks.classic import ClassicStack
from benchmarks.machine import in_words, machine
from benchmarks.tables import replace_table, table
from recognition.engine import FaceEngine
from recognition.gallery import normalise
from recognition.image import decode_image
from recognition.quality import measure
from recognition.roster_model import RosterModel
from recognition.weights import FROZEN_GRAPH, ensure, source_path
from training.pictures import DIFFERENT, FAINT, INK, LINE, SAME, new_figure, svg_text

PEOPLE, TEMPLATES = 150, 5
PERSON = "kai"
STAGES = ("decode", "detect", "quality", "embed", "mask", "decide")
PICTURE = "pipeline.svg"


def run(demo: Path, engine: FaceEngine, weights_dir: Path, repeats: int = 40) -> dict[str, Any]:
    """Medians, quartiles and their ratio; ready for JSON. `demo` holds the demo people's pictures."""
    facts = machine()
    ensure(weights_dir, [FROZEN_GRAPH])
    classic = ClassicStack(source_path(weights_dir, FROZEN_GRAPH))
    enrolment = [decode_image(path.read_bytes()) for path in sorted((demo / PERSON / "enrol").glob("*.jpg"))]
    data = _probe(demo)
    model = _roster(np.stack([engine.enrol(image).embedding for image in enrolment]), engine.embedder_id)
    classic.fit(*_with_random_people(np.stack([classic.embed(image) for image in enrolment])))

    bare = calls_of(lambda: engine.identify([decode_image(data)], model))
    for _ in range(3):
        engine.identify([decode_image(data)], model)
        classic.identify(data)
    ours, theirs, our_stages, their_stages, alone = [], [], [], [], []
    for _ in tqdm(range(repeats), desc="pipeline"):
        start = time.perf_counter()
        decision = engine.identify([decode_image(data)], model)
        ours.append(1000 * (time.perf_counter() - start))
        our_stages.append(_stages(engine, model, data))
        alone.append(milliseconds(bare))
        start = time.perf_counter()
        name, probability, stages = classic.identify(data)
        theirs.append(1000 * (time.perf_counter() - start))
        their_stages.append(stages)
    networks = [float(value) for value in np.median(alone, axis=0)]
    return {
        "machine": facts,
        "embedder": engine.embedder_id,
        "precision": engine.info()["precision"],
        "detector": engine.detector.name,
        "repeats": repeats,
        "ours": _summary(ours, our_stages) | {"named": decision.label, "score": decision.score},
        "classic": _summary(theirs, their_stages) | {"named": name, "probability": probability},
        "ratio": median(theirs) / median(ours),
        "networks_ms": networks,
        "over_networks": median(ours) / sum(networks),
        "crowd": crowd.run(demo, engine, model, classic, max(1, repeats // 8)),
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
    crops = engine.embedder.crop(image, face)[None]
    # The person is known well: the first look is enough.
    looked_up = model.first_look or model
    embedding = engine.embedder.embed_first(crops) if model.first_look else engine.embedder.embed(crops)
    ticks.append(time.perf_counter())
    engine.mask_detector.probability(image, face)
    ticks.append(time.perf_counter())
    looked_up.identify(embedding)
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
        f"The networks alone take {sum(result['networks_ms']):.1f} ms "
        f"({' + '.join(f'{one:.1f}' for one in result['networks_ms'])}): everything around them makes it "
        f"{result['over_networks']:.2f} times that. {in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "pipeline", f"{table(head, rows)}\n\n{note}")
    (docs / PICTURE).write_text(_picture(result), encoding="utf-8")
    crowds = [
        (
            row["faces"],
            row["found"],
            f"{row['ours_ms']:.0f} ms",
            f"{row['ours_ms'] / row['found']:.1f} ms",
            row["found_classic"],
            f"{row['classic_ms']:.0f} ms",
            f"{row['classic_ms'] / row['ours_ms']:.1f}",
        )
        for row in result["crowd"]
    ]
    head = ("Faces in the picture", "found", "this project", "per face", "classic finds", "takes", "ratio")
    replace_table(docs / "performance.md", "crowd", table(head, crowds))


def _picture(result: dict[str, Any]) -> str:
    """Both stacks on one scale, one bar each, and the time of the networks alone between them."""
    figure, axes = new_figure(7.2, 2.6)
    names = ("this project", "its networks alone", "classic stack")
    classic, ours = result["classic"]["stages_ms"], result["ours"]["stages_ms"]
    shades = {
        "decode": FAINT,
        "detect": DIFFERENT,
        "quality": INK,
        "embed": SAME,
        "mask": LINE,
        "decide": "#6b7885",
    }
    for position, stages in ((0, ours), (2, classic)):
        left = 0.0
        for name in STAGES:
            width = stages.get(name, 0.0)
            axes.barh(position, width, left=left, color=shades[name], height=0.6)
            left += width
        axes.text(left, position, f"  {left:.0f} ms", va="center", color=INK)
    alone = sum(result["networks_ms"])
    axes.barh(1, alone, color="none", edgecolor=INK, height=0.6)
    axes.text(alone, 1, f"  {alone:.0f} ms", va="center", color=INK)
    axes.set_yticks(range(3), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12 * max(sum(classic.values()), sum(ours.values())))
    axes.set_xlabel("milliseconds from bytes to decision")
    axes.grid(visible=False)
    handles = [Patch(color=shades[name], label=name) for name in STAGES]
    axes.legend(handles=handles, frameon=False, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=6)
    return svg_text(figure, transparent=False) + "\n"
