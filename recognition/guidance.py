"""What to tell somebody before a camera until the wanted enrolment photo can be taken.

Whether somebody smiles or wears glasses is not seen here: those shots ask for a face that looks ahead, and
whoever takes them asks in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from recognition.masks import ENROLMENT_MASKED_FROM
from recognition.quality import ENROLMENT_LIMITS

if TYPE_CHECKING:
    from recognition.engine import FaceEngine, Subject

Shot = Literal["front", "smile", "glasses", "down_left", "down_right"]
"""The five photos of a good enrolment; sides as the person has them: their left is the picture's right."""

SHOTS: tuple[Shot, ...] = get_args(Shot)

Hint = Literal[
    "no_face",
    "several_faces",
    "come_closer",
    "move_back",
    "move_left",
    "move_right",
    "move_up",
    "move_down",
    "more_light",
    "less_light",
    "uncover_face",
    "straighten_head",
    "look_ahead",
    "turn_left",
    "turn_right",
    "turn_less",
    "chin_down",
    "chin_up",
    "hold_still",
    "ready",
]

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class GuidanceLimits:
    """What each shot needs. Angles in degrees.

    Attributes:
        smallest, largest: longer side of the face's box in parts of the picture's shorter side.
        off_centre: the box's middle lies this near to the picture's, in parts of its width and height.
        ahead: most yaw of a face that looks ahead.
        level: most pitch of it, either way; the estimate is off by up to 20° for some heads.
        lean: most roll.
        turned: least and most yaw of the turned shots, against the front shot.
        lowered: least and most pitch of them, likewise.
    """

    smallest: float = 0.28
    largest: float = 0.95
    off_centre: float = 0.22
    ahead: float = 12.0
    level: float = 25.0
    lean: float = 20.0
    turned: tuple[float, float] = (12.0, 40.0)
    lowered: tuple[float, float] = (6.0, 30.0)


LIMITS = GuidanceLimits()
STRAIGHT = (0.0, 4.0)
"""Yaw and pitch measured of most faces that look ahead, degrees; used until the front shot tells better."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What one camera picture says about the wanted shot.

    Attributes:
        hint: the one thing to do next; ``ready`` when the picture would do.
        box: of the face, x, y, width, height in parts of the picture's width and height; None without one.
        yaw: head turned to the picture's right, degrees.
        pitch: head tilted down, degrees.
        problems: quality problems, see `recognition.quality`.
    """

    hint: Hint
    box: Box | None = None
    yaw: float = 0.0
    pitch: float = 0.0
    problems: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the shot can be taken."""
        return self.hint == "ready"


def guide(
    subject: Subject | str,
    shot: Shot,
    engine: FaceEngine,
    straight: tuple[float, float] = STRAIGHT,
    limits: GuidanceLimits = LIMITS,
) -> Guidance:
    """What to do next for a shot.

    Args:
        subject: what `FaceEngine.subject` made of the camera's picture.
        shot: the shot that is wanted.
        engine: tells whether the face is covered.
        straight: yaw and pitch of this person looking ahead, from the front shot.
    """
    if isinstance(subject, str):
        return Guidance("several_faces" if subject == "several_faces" else "no_face")
    height, width = subject.image.shape[:2]
    x, y, across, down = subject.face.box
    box = (x / width, y / height, across / width, down / height)
    quality = subject.quality
    problems = quality.problems(ENROLMENT_LIMITS)
    hint = _place(box, max(across, down) / min(width, height), limits) or _light(problems)
    if hint is None and engine.mask_detector.probability(subject.image, subject.face) >= (
        ENROLMENT_MASKED_FROM
    ):
        hint, problems = "uncover_face", ("masked", *problems)
    if hint is None and abs(quality.roll) > limits.lean:
        hint = "straighten_head"
    if hint is None:
        hint = _pose(shot, quality.yaw, quality.pitch, straight, limits)
    if hint is None and "blurred" in problems:
        hint = "hold_still"
    return Guidance(hint or "ready", box, quality.yaw, quality.pitch, problems)


def _place(box: Box, size: float, limits: GuidanceLimits) -> Hint | None:
    """Where to stand; "left" is the person's."""
    if size < limits.smallest:
        return "come_closer"
    if size > limits.largest:
        return "move_back"
    aside, below = box[0] + box[2] / 2 - 0.5, box[1] + box[3] / 2 - 0.5
    if abs(aside) > limits.off_centre:
        return "move_right" if aside > 0 else "move_left"
    if abs(below) > limits.off_centre:
        return "move_up" if below > 0 else "move_down"
    return None


def _light(problems: tuple[str, ...]) -> Hint | None:
    if "too_dark" in problems or "low_contrast" in problems:
        return "more_light"
    return "less_light" if "too_bright" in problems else None


def _pose(
    shot: Shot, yaw: float, pitch: float, straight: tuple[float, float], limits: GuidanceLimits
) -> Hint | None:
    if shot in ("front", "smile", "glasses"):
        return _ahead(yaw, pitch, limits)
    to_left = shot == "down_left"
    turn = (yaw - straight[0]) * (1 if to_left else -1)
    lowering = pitch - straight[1]
    if turn < limits.turned[0]:
        return "turn_left" if to_left else "turn_right"
    if turn > limits.turned[1]:
        return "turn_less"
    if lowering < limits.lowered[0]:
        return "chin_down"
    return "chin_up" if lowering > limits.lowered[1] else None


def _ahead(yaw: float, pitch: float, limits: GuidanceLimits) -> Hint | None:
    if abs(yaw) > limits.ahead:
        return "look_ahead"
    if pitch < -limits.level:
        return "chin_down"
    return "chin_up" if pitch > limits.level else None
