"""Whether a burst and the frames after it show a head that turned, and not a flat picture that was moved.

A challenge asks the visitor to turn the head to one side. What is decided here rests on one theorem: any two
pinhole views of a flat picture, however it is moved, tilted or brought nearer, are related by a homography
(Hartley, Zisserman: "Multiple View Geometry in Computer Vision", 2004, §13.1). Eyes and mouth corners, four
points, fix that homography; of a picture it carries the nose to where the nose is seen. Of a head it does
not: the nose stands out by some 28 mm, and moves against the rest when the head turns. `recognition.planar`
asks the same of the pixels.

The limits were chosen on one half of the people at hand; docs/liveness.md has what they do on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from recognition.detection import Face
from recognition.engine import Subject
from recognition.planar import foreshortening, planar_fit
from recognition.quality import head_pose

Side = Literal["left", "right"]
"""The side to turn to, as the visitor has it: their left is the picture's right."""

Problem = Literal["face_lost", "no_turn", "wrong_way", "flat", "another_face"]

_NOSE = 2
_OUTER = [0, 1, 3, 4]
_FRAMES_TO_COMPARE = 3
_BEST_TURN = 28.0
"""Degrees: far enough to tell a head from a picture, near enough to tell whose face it is."""


@dataclass(frozen=True, slots=True)
class LivenessLimits:
    """What the evidence must reach.

    Attributes:
        frames: frames of the challenge that show one face, at least.
        turn: degrees of yaw, against the burst, that make a turn.
        turned_frames: frames that show it, at least; one alone may be a slip of the landmarks.
        parallax: movement of the nose against eyes and mouth, in eye-to-mouth distances, at least.
        planar_fit: a pair of frames that one homography explains as well as this is flat.
        foreshortening: a face narrower than this against the burst is a picture held aslant.
        likeness: cosine of the turned face to the burst's, at least.
    """

    frames: int = 3
    turn: float = 15.0
    turned_frames: int = 2
    parallax: float = 0.10
    planar_fit: float = 0.97
    foreshortening: float = 0.6
    likeness: float = 0.35


LIMITS = LivenessLimits()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the evidence says; ``problem`` is None when a person is there. The rest is what was measured.

    Attributes:
        turn: degrees turned to the asked side, median of the frames compared.
        parallax: of the nose in them, to the asked side.
        planar_fit: the best of any pair.
        foreshortening: the least.
        likeness: cosine between burst and turned face.
    """

    problem: Problem | None
    turn: float = 0.0
    parallax: float = 0.0
    planar_fit: float = 0.0
    foreshortening: float = 1.0
    likeness: float = 0.0


def judge(
    burst: Sequence[Subject | str],
    asked: Sequence[Subject | str],
    side: Side,
    embed: Callable[[Sequence[Subject]], np.ndarray],
    limits: LivenessLimits = LIMITS,
) -> Verdict:
    """Whether the person in the burst turned the head to the asked side.

    Args:
        burst: the subject of each frame, or why there is none (`FaceEngine.subject`); looking ahead.
        asked: those of the frames after the challenge was shown, oldest first.
        side: the side that was asked for.
        embed: `FaceEngine.embed`.
    """
    ahead = [one for one in burst if isinstance(one, Subject)]
    seen = [one for one in asked if isinstance(one, Subject)]
    if not ahead or len(seen) < limits.frames:
        return Verdict("face_lost")
    to_side = 1.0 if side == "left" else -1.0
    straight = float(np.median([yaw(one.face) for one in ahead]))
    turns = [to_side * (yaw(one.face) - straight) for one in seen]
    if problem := _turn_problem(turns, limits):
        return Verdict(problem, turn=max(turns))

    far_enough = [index for index, turn in enumerate(turns) if turn >= limits.turn]
    compared = sorted(far_enough, key=lambda index: abs(turns[index] - _BEST_TURN))[:_FRAMES_TO_COMPARE]
    turned = [seen[index] for index in compared]
    references = [ahead[0], ahead[-1]] if len(ahead) > 1 else ahead
    measured = Verdict(
        None,
        turn=float(np.median([turns[index] for index in compared])),
        parallax=float(
            np.median(
                [
                    to_side * parallax(before.face.landmarks, after.face.landmarks)
                    for before in ahead
                    for after in turned
                ]
            )
        ),
        planar_fit=max(
            planar_fit(before.image, before.face, after.image, after.face)
            for before in references
            for after in turned
        ),
        foreshortening=min(
            foreshortening(before.face, after.face) for before in references for after in turned
        ),
        likeness=_likeness(embed(references), embed(turned)),
    )
    return _with_problem(measured, limits)


def yaw(face: Face) -> float:
    """How far a head is turned to the picture's right, degrees."""
    return head_pose(face.landmarks)[0]


def parallax(before: np.ndarray, after: np.ndarray) -> float:
    """How far the nose moved to the picture's right against the plane of eyes and mouth.

    Args:
        before: landmarks ``(5, 2)`` of one frame.
        after: landmarks ``(5, 2)`` of another.

    Returns:
        The movement along the line of the eyes, in parts of the distance from eyes to mouth in ``after``: 0
        for two views of a flat picture, about 0.44 · sin(turn) for a head. 0 where the points fix no plane.
    """
    outer = before[_OUTER].astype(np.float32), after[_OUTER].astype(np.float32)
    if min(abs(cv2.contourArea(points[[0, 1, 3, 2]])) for points in outer) < 1.0:
        return 0.0
    plane = cv2.getPerspectiveTransform(*outer)
    carried = cv2.perspectiveTransform(before[_NOSE].astype(np.float32).reshape(1, 1, 2), plane)[0, 0]
    across = after[1] - after[0]
    down = after[3:].mean(axis=0) - after[:2].mean(axis=0)
    width, height = float(np.hypot(*across)), float(np.hypot(*down))
    if width <= 0 or height <= 0:
        return 0.0
    return float(np.dot(after[_NOSE] - carried, across / width) / height)


def _turn_problem(turns: Sequence[float], limits: LivenessLimits) -> Problem | None:
    """Whether the head went to the side that was asked for, and there first."""
    asked = [index for index, turn in enumerate(turns) if turn >= limits.turn]
    other = [index for index, turn in enumerate(turns) if turn <= -limits.turn]
    if other and (not asked or other[0] < asked[0]):
        return "wrong_way"
    return None if len(asked) >= limits.turned_frames else "no_turn"


def _likeness(ahead: np.ndarray, turned: np.ndarray) -> float:
    """Cosine of the mean embeddings ``(N, D)`` of both."""
    first, second = ahead.mean(axis=0), turned.mean(axis=0)
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))


def _with_problem(measured: Verdict, limits: LivenessLimits) -> Verdict:
    flat = (
        measured.parallax < limits.parallax
        or measured.planar_fit >= limits.planar_fit
        or measured.foreshortening < limits.foreshortening
    )
    problem: Problem | None = None
    if flat:
        problem = "flat"
    elif measured.likeness < limits.likeness:
        problem = "another_face"
    return Verdict(
        problem,
        measured.turn,
        measured.parallax,
        measured.planar_fit,
        measured.foreshortening,
        measured.likeness,
    )
