"""Consent, photos and templates: how a student comes to be recognised, and how that ends."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recognition.exceptions import ImageRejected, PhotoRefused
from recognition.image import decode_image
from server.db import forget_journal, writing
from server.exceptions import NotFound
from server.models import Consent, Course, FacePhoto, FaceTemplate, RowRemovalKind, Student, utc_now
from server.services import removals, roster_models
from server.services.roster_models import RosterModels
from server.services.vault import Vault

if TYPE_CHECKING:
    from recognition.engine import FaceEngine

CONSENT_TEXT_VERSION = "2026-2"
GIVEN_BY_STUDENT = "the student"
"""Who gave a consent that nobody else took down: the student, by a personal link."""
ON_PAPER = "on paper: "
"""Begins who gave a consent that an instructor says to have on paper; the instructor's name follows."""
MAX_PHOTOS = 20
STORED_SIDE = 1280
STORED_JPEG_QUALITY = 92

RosterChanged = Callable[[int], None]
"""Is told the id of a course whose roster model should be fitted anew when things are quiet."""


@dataclass(frozen=True)
class PhotoOutcome:
    """What became of an uploaded photo.

    :ivar reason: ``accepted``, or the enumerated code of what is wrong with it.
    :ivar detail: for ``low_quality``, the problems, separated by commas.
    """

    accepted: bool
    reason: str
    detail: str = ""
    photo_id: int | None = None


def consent(db: Session, student: Student) -> Consent | None:
    """The consent in force."""
    return db.scalar(
        select(Consent)
        .where(Consent.student_id == student.id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.id.desc())
        .limit(1)
    )


def record_consent(db: Session, student: Student, given_by: str) -> Consent:
    """Takes down that the student agreed to the present text; once is enough."""
    with writing(db):
        found = consent(db, student)
        if found is None:
            found = Consent(student_id=student.id, text_version=CONSENT_TEXT_VERSION, given_by=given_by[:254])
            db.add(found)
    return found


def withdraw_consent(
    db: Session, student: Student, *, models: RosterModels, changed: RosterChanged | None = None
) -> None:
    """Ends recognition of the student: photos, templates and model entries are gone when it returns."""
    student_id = student.id
    with writing(db):
        for given in db.scalars(
            select(Consent).where(Consent.student_id == student_id, Consent.withdrawn_at.is_(None))
        ):
            given.withdrawn_at = utc_now()
        removals.note(db, removals.row_hash(student), RowRemovalKind.WITHDRAWN)
        for photo in photos(db, student):
            db.delete(photo)
    follow(db, models, student_id, changed)
    forget_journal(db)


def add_photo(
    db: Session,
    course: Course,
    student: Student,
    data: bytes,
    *,
    engine: "FaceEngine",
    vault: Vault,
    models: RosterModels,
    changed: RosterChanged | None = None,
    shot: str | None = None,
) -> PhotoOutcome:
    """Checks a photo and, when it is good, keeps it; the student is recognised from then on.

    :param data: the uploaded file.
    :param changed: told of every course whose roster model now differs.
    :param shot: the guided shot that it is; it takes the place of the one taken before.
    """
    student_id = student.id
    outcome = accept_photo(db, student, data, engine=engine, vault=vault, shot=shot)
    if outcome.accepted:
        follow(db, models, student_id, changed)
    return outcome


def accept_photo(
    db: Session,
    student: Student,
    data: bytes,
    *,
    engine: "FaceEngine",
    vault: Vault,
    shot: str | None = None,
    kept: Callable[[FacePhoto], None] | None = None,
) -> PhotoOutcome:
    """As :func:`add_photo`, without taking it over into the models: :func:`follow` does, after some more.

    :param kept: called with the photo inside the transaction that keeps it.
    """
    student_id = student.id
    digest = hashlib.sha256(data).hexdigest()
    if consent(db, student) is None:
        return PhotoOutcome(False, "consent_missing")
    refusal = _refusal(db, student_id, digest)
    if refusal is not None:
        return refusal
    db.commit()  # No transaction stays open while the networks work.
    try:
        image = decode_image(data)
        observation = engine.enrol(image)
    except ImageRejected as error:
        return PhotoOutcome(False, error.reason)
    except PhotoRefused as error:
        return PhotoOutcome(False, error.reason, detail=", ".join(error.problems))
    jpeg = stored_jpeg(image)
    try:
        with writing(db):
            if consent(db, student) is None:
                return PhotoOutcome(False, "consent_missing")
            photo = keep_photo(
                db,
                student_id,
                digest=digest,
                jpeg=jpeg,
                quality=asdict(observation.quality),
                embedding=observation.embedding,
                embedder_id=engine.embedder_id,
                vault=vault,
                shot=shot,
            )
            photo_id = photo.id
            if kept is not None:
                kept(photo)
    except IntegrityError:
        return PhotoOutcome(False, "duplicate")
    return PhotoOutcome(True, "accepted", photo_id=photo_id)


def keep_photo(
    db: Session,
    student_id: int,
    *,
    digest: str,
    jpeg: bytes,
    quality: dict[str, Any],
    embedding: NDArray[np.float32],
    embedder_id: str,
    vault: Vault,
    shot: str | None = None,
) -> FacePhoto:
    """Adds a checked photo and its template to the transaction under way."""
    if shot is not None:
        taken = select(FacePhoto).where(FacePhoto.student_id == student_id, FacePhoto.shot == shot)
        for earlier in db.scalars(taken):
            db.delete(earlier)
    photo = FacePhoto(
        student_id=student_id,
        digest=digest,
        image_encrypted=vault.seal_photo(jpeg, student_id),
        quality=_plain(quality),
        shot=shot,
    )
    db.add(photo)
    db.flush()
    keep_template(db, photo.id, student_id, embedding, embedder_id, vault)
    return photo


def keep_template(
    db: Session,
    photo_id: int,
    student_id: int,
    embedding: NDArray[np.float32],
    embedder_id: str,
    vault: Vault,
) -> None:
    """Adds what an embedder made of a photo."""
    with writing(db):
        sealed = vault.seal_template(embedding, student_id, embedder_id)
        db.add(
            FaceTemplate(
                photo_id=photo_id, student_id=student_id, embedder_id=embedder_id, vector_encrypted=sealed
            )
        )
        db.flush()


def photos_without_template(db: Session, embedder_id: str) -> list[int]:
    """Ids of the photos that this embedder has not seen: all of them once another one was chosen."""
    made = select(FaceTemplate.photo_id).where(FaceTemplate.embedder_id == embedder_id)
    return list(db.scalars(select(FacePhoto.id).where(FacePhoto.id.not_in(made))))


def photos(db: Session, student: Student) -> list[FacePhoto]:
    """The student's photos, oldest first, without their pixels."""
    return list(
        db.scalars(select(FacePhoto).where(FacePhoto.student_id == student.id).order_by(FacePhoto.id))
    )


def remove_photo(
    db: Session,
    student: Student,
    photo_id: int,
    *,
    models: RosterModels,
    changed: RosterChanged | None = None,
) -> None:
    """Deletes a photo with its template and its part of the models.

    :raises NotFound: ``photo_not_found``, for another student's photo too.
    """
    student_id = student.id
    with writing(db):
        db.delete(_photo(db, student, photo_id))
    follow(db, models, student_id, changed)


def photo_jpeg(db: Session, vault: Vault, student: Student, photo_id: int) -> bytes:
    """A photo as JPEG bytes.

    :raises NotFound: ``photo_not_found``, for another student's photo too.
    """
    photo = _photo(db, student, photo_id)
    return vault.open_photo(photo.image_encrypted, photo.student_id)


def stored_jpeg(image: NDArray[np.uint8]) -> bytes:
    """An RGB image as it is kept: at most :data:`STORED_SIDE` pixels a side, without any metadata."""
    scale = STORED_SIDE / max(image.shape[:2])
    if scale < 1:
        smaller = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = smaller.astype(np.uint8, copy=False)
    encoded, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, STORED_JPEG_QUALITY]
    )
    if not encoded:
        raise ValueError(f"an image of shape {image.shape} cannot be encoded")
    return jpeg.tobytes()


def _photo(db: Session, student: Student, photo_id: int) -> FacePhoto:
    photo = db.get(FacePhoto, photo_id)
    if photo is None or photo.student_id != student.id:
        raise NotFound("photo_not_found")
    return photo


def _refusal(db: Session, student_id: int, digest: str) -> PhotoOutcome | None:
    """What can be said against a photo before looking at it."""
    own = select(FacePhoto.id).where(FacePhoto.student_id == student_id)
    if db.scalar(own.where(FacePhoto.digest == digest)) is not None:
        return PhotoOutcome(False, "duplicate")
    if (db.scalar(select(func.count()).select_from(own.subquery())) or 0) >= MAX_PHOTOS:
        return PhotoOutcome(False, "too_many_photos")
    return None


def follow(db: Session, models: RosterModels, student_id: int, changed: RosterChanged | None) -> None:
    """Takes a change of the student's photos over into the models of their courses."""
    for course_id in roster_models.courses_of(db, student_id):
        if roster_models.update(db, models, course_id) and changed is not None:
            changed(course_id)


def _plain(quality: dict[str, Any]) -> dict[str, Any]:
    """The quality's numbers as JSON knows them."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in quality.items()}
