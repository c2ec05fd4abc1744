"""The five guided photos: what a camera picture says about the one that is wanted, and which are taken."""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from recognition.exceptions import ImageRejected
from recognition.guidance import SHOTS, STRAIGHT, Guidance, Shot, guide
from recognition.image import ImageLimits, decode_image
from server.exceptions import Conflict, Invalid
from server.models import FacePhoto, Student
from server.services import enrolment

if TYPE_CHECKING:
    from recognition.engine import FaceEngine

FRAME_LIMITS = ImageLimits(max_bytes=512 * 1024, max_pixels=1_000_000)
"""A picture that is only looked at is small."""


def known(shot: str) -> Shot:
    """The shot of this name.

    :raises Invalid: ``shot_unknown``.
    """
    for one in SHOTS:
        if one == shot:
            return one
    raise Invalid("shot_unknown")


def taken(db: Session, student: Student) -> dict[str, int]:
    """The photo's id of each shot that is there."""
    rows = db.execute(
        select(FacePhoto.shot, FacePhoto.id).where(
            FacePhoto.student_id == student.id, FacePhoto.shot.is_not(None)
        )
    )
    return {shot: photo_id for shot, photo_id in rows if shot is not None}


def check(db: Session, student: Student, data: bytes, shot: str, engine: "FaceEngine") -> Guidance:
    """What to do next for a shot. The picture is looked at and forgotten.

    :param data: a camera's picture as JPEG, PNG or WebP.
    :raises Conflict: ``consent_missing``.
    :raises Invalid: ``shot_unknown``, or what is wrong with the picture.
    """
    wanted = known(shot)
    if enrolment.consent(db, student) is None:
        raise Conflict("consent_missing")
    straight = _straight(db, student)
    db.commit()  # No transaction stays open while the networks work.
    return look(data, wanted, engine, straight)


def look(data: bytes, wanted: Shot, engine: "FaceEngine", straight: tuple[float, float]) -> Guidance:
    """What one picture says about a shot.

    :param straight: yaw and pitch of this person looking ahead, degrees.
    :raises Invalid: what is wrong with the picture.
    """
    try:
        image = decode_image(data, FRAME_LIMITS)
    except ImageRejected as error:
        raise Invalid(error.reason) from error
    return guide(engine.subject(image), wanted, engine, straight)


def _straight(db: Session, student: Student) -> tuple[float, float]:
    """Yaw and pitch of the student looking ahead, as the front shot measured them."""
    quality = db.scalar(
        select(FacePhoto.quality).where(FacePhoto.student_id == student.id, FacePhoto.shot == "front")
    )
    return (quality["yaw"], quality["pitch"]) if quality else STRAIGHT
