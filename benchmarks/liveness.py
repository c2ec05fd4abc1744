"""What gets past the challenge: attacks with pictures, and people who do as asked.

Every other person chose the limits; those in between are reported. Rates after ISO/IEC 30107-3: APCER is the
share of attack presentations that are accepted, BPCER the share of honest ones that are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks import presentation
from benchmarks.machine import in_words, machine
from benchmarks.presentation import Scene
from benchmarks.tables import replace_table, share, table
from recognition.engine import FaceEngine
from recognition.liveness import LIMITS, Side, Verdict, judge, yaw
from training.evaluation import Proportion

PAGE = "liveness.md"
PEOPLE = 40
PHOTOS_A_PERSON = 8
STRAIGHT, ASIDE = 8.0, 24.0
"""Degrees, by a detector that the check does not use: straight ahead is at most, aside at least this."""
SEED = 0

ATTACKS = {
    "still": "a photograph on a stand",
    "moved": "a photograph carried aside and leant",
    "zoomed": "a photograph brought nearer or farther",
    "tilted": "a photograph turned like a head",
    "nodded": "a photograph tipped up or down",
    "phone": "a phone-sized picture before somebody's face, turned",
    "bent": "a print bent like a tube, turned",
    "swapped": "a photograph, then somebody else's own turn",
    "replay": "a film of the right turn, to the other challenge",
    "film": "a film of the right turn, to its own challenge",
}
HONEST = {"views": "two views of a real person, composed", "relief": "one view, turned by rendering a relief"}


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """Somebody of whom there are views straight ahead and aside; ``side`` is where the second one looks."""

    name: str
    straight: np.ndarray
    aside: np.ndarray
    side: Side


def run(data: Path, engine: FaceEngine) -> dict[str, Any]:
    """Films every scene for every sitter, in memory, and asks `recognition.liveness`."""
    random = np.random.default_rng(SEED)
    people = _sitters(data / "lfw", engine, 2 * PEOPLE)[1::2]
    holders = [_read(path) for path in sorted((data / "gestures" / "IDLE").glob("closer*.jpg"))]
    facts = machine()
    verdicts: dict[str, list[Verdict]] = {}
    for name, scene, side in _scenes(people, holders, engine, random):
        burst = [engine.subject(frame) for frame in scene.burst]
        asked = [engine.subject(frame) for frame in scene.asked]
        verdicts.setdefault(name, []).append(judge(burst, asked, side, engine.embed))
    return {
        "machine": facts,
        "limits": asdict(LIMITS),
        "people": len(people),
        "scenes": {name: _summary(found) for name, found in verdicts.items()},
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Into docs/liveness.md."""
    scenes = result["scenes"]
    attacks = [
        [words, share(scenes[name]["accepted"]), _reasons(scenes[name])] for name, words in ATTACKS.items()
    ]
    honest = [
        [words, share(scenes[name]["refused"]), _reasons(scenes[name])] for name, words in HONEST.items()
    ]
    text = "\n\n".join(
        [
            f"{result['people']} people who did not choose the limits; {in_words(result['machine'])}.",
            table(["attack", "accepted (APCER)", "refused because"], attacks),
            table(["honest visit", "refused (BPCER)", "refused because"], honest),
        ]
    )
    replace_table(docs / PAGE, "liveness", text)


def _scenes(
    people: list[Sitter], holders: list[np.ndarray], engine: FaceEngine, random: np.random.Generator
) -> Iterator[tuple[str, Scene, Side]]:
    """Every scene of every sitter, with the side that is asked for."""
    for number, sitter in enumerate(people):
        room = presentation.room_of(holders, random)
        other = people[(number + 1) % len(people)]
        towards = 1.0 if random.random() < 0.5 else -1.0
        side: Side = "left" if random.random() < 0.5 else "right"

        def flat(motion: presentation.Motion, picture: np.ndarray = sitter.straight) -> Scene:
            return presentation.flat(picture, motion, room, random)  # noqa: B023

        yield "still", flat(presentation.still), side
        yield "moved", flat(presentation.moved(random)), side
        yield "zoomed", flat(presentation.zoomed(random)), side
        for _ in range(2):
            yield "tilted", flat(presentation.tilted(random, towards)), side
        yield "nodded", flat(presentation.nodded(random)), side
        yield "phone", presentation.phone(sitter.straight, holders, towards, random), side
        yield "bent", presentation.tube(sitter.straight, towards, room, random), side
        swap = presentation.turning(sitter.straight, other.straight, other.aside, room, random)
        yield "swapped", swap, other.side
        turn = presentation.turning(sitter.straight, sitter.straight, sitter.aside, room, random)
        yield "replay", turn, "left" if sitter.side == "right" else "right"
        yield "film", turn, sitter.side
        yield "views", turn, sitter.side
        landmarks = engine.detector.detect(sitter.straight)[0].landmarks
        degrees = random.uniform(28, 42)
        relief = presentation.turned_by_relief(sitter.straight, landmarks, towards * degrees)
        scene = presentation.turning(sitter.straight, sitter.straight, relief, room, random)
        yield "relief", scene, "left" if towards > 0 else "right"


def _sitters(lfw: Path, engine: FaceEngine, most: int) -> list[Sitter]:
    """At most so many people with a view straight ahead and one aside, as MTCNN sees them; by name."""
    found = []
    for folder in sorted(one for one in lfw.iterdir() if one.is_dir()):
        photos = sorted(folder.glob("*.jpg"))[:PHOTOS_A_PERSON]
        if len(photos) < 3:
            continue
        views = []
        for photo in photos:
            picture = _middle(_read(photo))
            faces = engine.second_detector.detect(picture)
            if len(faces) == 1:
                views.append((yaw(faces[0]), picture))
        straight = min(views, key=lambda view: abs(view[0]), default=None)
        aside = max(views, key=lambda view: abs(view[0]), default=None)
        if straight and aside and abs(straight[0]) <= STRAIGHT and ASIDE <= abs(aside[0]) <= 55:
            found.append(Sitter(folder.name, straight[1], aside[1], "left" if aside[0] > 0 else "right"))
        if len(found) == most:
            break
    return found


def _summary(verdicts: list[Verdict]) -> dict[str, Any]:
    accepted = sum(one.problem is None for one in verdicts)
    return {
        "accepted": Proportion(accepted, len(verdicts)).to_json(),
        "refused": Proportion(len(verdicts) - accepted, len(verdicts)).to_json(),
        "problems": dict(Counter(one.problem for one in verdicts if one.problem).most_common()),
        "measured": [
            [
                round(value, 3)
                for value in (one.turn, one.parallax, one.planar_fit, one.foreshortening, one.likeness)
            ]
            for one in verdicts
            if one.problem is None or one.planar_fit
        ],
    }


def _reasons(summary: dict[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in summary["problems"].items()) or "–"


def _middle(picture: np.ndarray) -> np.ndarray:
    """What is around the one whom a photo of LFW is about, enlarged: often others stand at its edges."""
    edge = picture.shape[0] * 3 // 20
    inner = picture[edge:-edge, edge:-edge]
    return cv2.resize(inner, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC)


def _read(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1].copy()
