"""The classrooms and meetings of WIDER FACE with every face boxed, and how a detector is judged on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.detection import Face, iou

SAME_FACE = 0.4
"""Boxes that overlap by this IoU show the same face."""
SMALLEST_HEIGHT = 24
"""In pixels, of the faces that are to be found."""

Boxes = Sequence[Face]


@dataclass(frozen=True)
class Judged:
    """What a detector found.

    faces: to be found.
    false_boxes: which overlap no annotated face, however small.
    """

    pictures: int = 0
    faces: int = 0
    found: int = 0
    false_boxes: int = 0

    def __add__(self, other: Judged) -> Judged:
        return Judged(
            self.pictures + other.pictures,
            self.faces + other.faces,
            self.found + other.found,
            self.false_boxes + other.false_boxes,
        )


def truth_of(folder: Path) -> dict[str, list[Face]]:
    """Every annotated face, by the picture's name."""
    boxes = json.loads((folder / "boxes_xywh.json").read_text())
    return {name: [annotated(box) for box in boxes[name]] for name in sorted(boxes)}


def annotated(box: Sequence[float]) -> Face:
    """A face of which only the box ``(x, y, width, height)`` is known."""
    return Face(tuple(map(float, box)), np.zeros((5, 2), np.float32), 1.0)


def judge(truth: Boxes, seen: Boxes) -> Judged:
    """One picture."""
    large = [face for face in truth if face.box[3] >= SMALLEST_HEIGHT]
    false = sum(all(iou(one, face) < SAME_FACE for face in truth) for one in seen)
    return Judged(1, len(large), len(pairs(large, seen)), false)


def judge_all(truth: Mapping[str, Boxes], seen: Mapping[str, Boxes]) -> Judged:
    """All pictures in which something was looked for."""
    return sum((judge(truth[name], boxes) for name, boxes in seen.items()), Judged())


def pairs(theirs: Boxes, ours: Boxes) -> list[float]:
    """IoU of each face that both find: best overlaps first, each box used once."""
    overlaps = sorted(
        ((iou(a, b), i, j) for i, a in enumerate(theirs) for j, b in enumerate(ours)), reverse=True
    )
    left, right, found = set(), set(), []
    for overlap, i, j in overlaps:
        if overlap >= SAME_FACE and i not in left and j not in right:
            left.add(i)
            right.add(j)
            found.append(overlap)
    return found
