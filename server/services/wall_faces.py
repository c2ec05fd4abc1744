"""The faces on the wall of a live session: first enrolment photos, of those whose consent is in force."""

import cv2
import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.exceptions import NotFound
from server.models import ClassSession, Consent, Enrolment, FacePhoto, Student
from server.services.vault import Vault

SIDE = 320
"""Pixels, width and height."""
JPEG_QUALITY = 85


def shown(db: Session, session: ClassSession) -> set[int]:
    """Ids of the students of the session's course whose photo may be shown and is there; one query."""
    consent = select(Consent.id).where(
        Consent.student_id == Enrolment.student_id, Consent.withdrawn_at.is_(None)
    )
    photo = select(FacePhoto.id).where(FacePhoto.student_id == Enrolment.student_id)
    return set(
        db.scalars(
            select(Enrolment.student_id).where(
                Enrolment.course_id == session.course_id, consent.exists(), photo.exists()
            )
        )
    )


def face_jpeg(db: Session, vault: Vault, session: ClassSession, student: Student) -> bytes:
    """The middle of the student's first photo, small, as JPEG.

    :raises NotFound: ``photo_not_found``, also without consent.
    """
    if student.id not in shown(db, session):
        raise NotFound("photo_not_found")
    first = select(func.min(FacePhoto.id)).where(FacePhoto.student_id == student.id).scalar_subquery()
    photo = db.scalar(select(FacePhoto).where(FacePhoto.id == first))
    if photo is None:
        raise NotFound("photo_not_found")
    jpeg = np.frombuffer(vault.open_photo(photo.image_encrypted, student.id), np.uint8)
    image = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    if image is None:
        raise NotFound("photo_not_found")
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = cv2.resize(
        image[top : top + side, left : left + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA
    )
    return cv2.imencode(".jpg", square, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
