"""Enrolling many students from one ZIP: sent in parts, looked at, confirmed, and worked off by a job.

All of it is in the database, so that a page that is loaded again, or a server that is started again, goes on
where it was. The ZIP lies sealed on disk until the job is over.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound, ServerError
from server.models import (
    Account,
    Consent,
    Course,
    Enrolment,
    PhotoImport,
    PhotoImportItem,
    PhotoImportState,
    Student,
    utc_now,
)
from server.services import photo_archive
from server.services.enrolment import CONSENT_TEXT_VERSION, ON_PAPER
from server.services.sealed_uploads import PART_BYTES, SealedUploads, parts_of

ABANDONED_AFTER = timedelta(days=1)
"""An upload that nobody has confirmed is deleted after this time."""
REMEMBERED_FOR = timedelta(days=90)
"""Names of files may name students: the reports of an import are deleted after this time."""
_BEFORE_THE_JOB = (PhotoImportState.UPLOADING, PhotoImportState.READY)


@dataclass(frozen=True)
class Progress:
    """How many photos have come to what."""

    accepted: int
    refused: int
    waiting: int

    @property
    def total(self) -> int:
        return self.accepted + self.refused + self.waiting

    @property
    def done(self) -> int:
        return self.accepted + self.refused


def begin(db: Session, course: Course, account: Account, file_name: str, size: int) -> PhotoImport:
    """A new import, its ZIP still to be sent.

    :param size: bytes of the ZIP.
    :raises Invalid: ``zip_too_big`` or ``zip_empty``.
    """
    if size <= 0:
        raise Invalid("zip_empty")
    if size > photo_archive.MAX_ZIP_BYTES:
        raise Invalid("zip_too_big")
    course_id, account_id = course.id, account.id
    with writing(db):
        started = PhotoImport(
            course_id=course_id,
            folder=uuid.uuid4().hex,
            file_name=file_name[-200:],
            size=size,
            created_by=account_id,
        )
        db.add(started)
    return started


def broken_off(
    db: Session, course: Course, account: Account, file_name: str, size: int
) -> PhotoImport | None:
    """The account's upload of what seems to be the same ZIP, if one was not sent whole."""
    return db.scalar(
        select(PhotoImport)
        .where(
            PhotoImport.course_id == course.id,
            PhotoImport.created_by == account.id,
            PhotoImport.file_name == file_name[-200:],
            PhotoImport.size == size,
            PhotoImport.state == PhotoImportState.UPLOADING,
        )
        .order_by(PhotoImport.id.desc())
        .limit(1)
    )


def get(db: Session, course: Course, import_id: int) -> PhotoImport:
    """An import of this course.

    :raises NotFound: ``import_not_found``.
    """
    found = db.get(PhotoImport, import_id)
    if found is None or found.course_id != course.id:
        raise NotFound("import_not_found")
    return found


def of_course(db: Session, course: Course, most: int = 20) -> list[PhotoImport]:
    """The course's imports, the newest first."""
    return list(
        db.scalars(
            select(PhotoImport)
            .where(PhotoImport.course_id == course.id)
            .order_by(PhotoImport.id.desc())
            .limit(most)
        )
    )


def add_part(db: Session, uploads: SealedUploads, job: PhotoImport, number: int, content: bytes) -> None:
    """Keeps a part of the ZIP.

    :raises Conflict: ``import_not_open``.
    :raises Invalid: ``upload_part_invalid`` for a part that cannot be.
    """
    if job.state != PhotoImportState.UPLOADING:
        raise Conflict("import_not_open")
    last = parts_of(job.size) - 1
    wanted = PART_BYTES if number < last else job.size - last * PART_BYTES
    if not 0 <= number <= last or len(content) != wanted:
        raise Invalid("upload_part_invalid")
    folder = job.folder
    db.commit()
    uploads.write(folder, number, content)


def look(db: Session, uploads: SealedUploads, job: PhotoImport) -> None:
    """Looks into the whole ZIP: from then on it is known who is in it.

    What cannot be used is deleted, and the import refused with its reason.

    :raises Invalid: ``upload_incomplete``; the import stays open.
    """
    if job.state != PhotoImportState.UPLOADING:
        return
    students = _students(db, job.course_id)
    job_id, folder, size = job.id, job.folder, job.size
    db.commit()
    with uploads.open(folder, size) as file:
        try:
            with photo_archive.open_archive(file) as archive:
                photos = photo_archive.photos_in(archive, students)
        except (ServerError, OSError) as error:
            reason = error.reason if isinstance(error, ServerError) else "zip_unreadable"
            _end(db, uploads, job_id, PhotoImportState.REFUSED, reason)
            return
    with writing(db):
        db.add_all(
            PhotoImportItem(
                import_id=job_id,
                position=photo.position,
                path=photo.path,
                student_number=photo.number,
                student_id=students.get(photo.number),
                state="waiting" if photo.number in students else "refused",
                reason=_unknown(photo.number, students),
            )
            for photo in photos
        )
        db.get_one(PhotoImport, job_id).state = PhotoImportState.READY


def confirm(db: Session, job: PhotoImport, account: Account, *, consents_on_paper: bool) -> int:
    """Starts the job; how many consents were recorded. The caller puts it into the queue.

    :param consents_on_paper: the instructor states that the consents of those who have none recorded are on
        paper; who has withdrawn one is not counted in.
    :raises Conflict: ``import_not_open``.
    """
    with writing(db):
        without = students_without_consent(db, job) if consents_on_paper else []
        withdrawn = _withdrawn(db, without)
        stated = [student for student in without if student.id not in withdrawn]
        if job.state != PhotoImportState.READY:
            raise Conflict("import_not_open")
        db.add_all(
            Consent(
                student_id=student.id,
                text_version=CONSENT_TEXT_VERSION,
                given_by=f"{ON_PAPER}{account.name}"[:254],
            )
            for student in stated
        )
        job.consents_on_paper = consents_on_paper
        job.state = PhotoImportState.RUNNING
        job.started_at = utc_now()
    return len(stated)


def cancel(db: Session, uploads: SealedUploads, job: PhotoImport) -> None:
    """Ends an import; photos that were enrolled already stay.

    :raises Conflict: ``import_not_open``.
    """
    if job.state not in (*_BEFORE_THE_JOB, PhotoImportState.RUNNING):
        raise Conflict("import_not_open")
    _end(db, uploads, job.id, PhotoImportState.CANCELLED)


def finish(db: Session, uploads: SealedUploads, job_id: int, reason: str | None = None) -> None:
    """The job is over; with a reason it could not go on."""
    state = PhotoImportState.REFUSED if reason else PhotoImportState.DONE
    _end(db, uploads, job_id, state, reason)


def unfinished(db: Session) -> list[int]:
    """Imports whose job was confirmed and is not over."""
    return list(db.scalars(select(PhotoImport.id).where(PhotoImport.state == PhotoImportState.RUNNING)))


def forget_abandoned(db: Session, uploads: SealedUploads) -> None:
    """Deletes what was sent and never confirmed, what no import knows of, and reports that are old."""
    with writing(db):
        db.execute(delete(PhotoImport).where(PhotoImport.finished_at < utc_now() - REMEMBERED_FOR))
    old = select(PhotoImport.id).where(
        PhotoImport.state.in_(_BEFORE_THE_JOB), PhotoImport.created_at < utc_now() - ABANDONED_AFTER
    )
    for job_id in db.scalars(old).all():
        _end(db, uploads, job_id, PhotoImportState.CANCELLED)
    kept = uploads.folders()  # Before what is known: an upload that begins meanwhile is none of these.
    open_states = (*_BEFORE_THE_JOB, PhotoImportState.RUNNING)
    known = set(db.scalars(select(PhotoImport.folder).where(PhotoImport.state.in_(open_states))))
    for folder in kept - known:
        uploads.delete(folder)


def progress(db: Session, job: PhotoImport) -> Progress:
    """How far it is."""
    rows = db.execute(
        select(PhotoImportItem.state, func.count())
        .where(PhotoImportItem.import_id == job.id)
        .group_by(PhotoImportItem.state)
    )
    counts = Counter(dict(rows.all()))
    return Progress(counts["accepted"], counts["refused"], counts["waiting"])


def students_without_consent(db: Session, job: PhotoImport) -> list[Student]:
    """Students in the ZIP who have not agreed to be recognised."""
    agreed = select(Consent.id).where(Consent.student_id == Student.id, Consent.withdrawn_at.is_(None))
    inside = select(PhotoImportItem.student_id).where(PhotoImportItem.import_id == job.id)
    return list(
        db.scalars(select(Student).where(Student.id.in_(inside), ~agreed.exists()).order_by(Student.number))
    )


def students_inside(db: Session, job: PhotoImport) -> int:
    """How many students of the course the ZIP has photos of."""
    return (
        db.scalar(
            select(func.count(PhotoImportItem.student_id.distinct())).where(
                PhotoImportItem.import_id == job.id
            )
        )
        or 0
    )


def items(
    db: Session, job: PhotoImport, state: str | None, page: int, per_page: int
) -> list[PhotoImportItem]:
    """The files in the ZIP's order, a page of them (from 1), with their students."""
    query = (
        select(PhotoImportItem)
        .options(joinedload(PhotoImportItem.student))
        .where(PhotoImportItem.import_id == job.id)
    )
    if state is not None:
        query = query.where(PhotoImportItem.state == state)
    query = query.order_by(PhotoImportItem.position).limit(per_page).offset((page - 1) * per_page)
    return list(db.scalars(query))


def _end(
    db: Session, uploads: SealedUploads, job_id: int, state: PhotoImportState, reason: str | None = None
) -> None:
    with writing(db):
        job = db.get(PhotoImport, job_id)
        if job is None:
            return
        job.state, job.reason, job.finished_at = state, reason, utc_now()
        folder = job.folder
    uploads.delete(folder)


def _students(db: Session, course_id: int) -> dict[str, int]:
    """Student number → id, of those on the roster."""
    rows = db.execute(
        select(Student.number, Student.id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.course_id == course_id, Enrolment.dropped_at.is_(None))
    )
    return dict(rows.all())


def _unknown(number: str, students: dict[str, int]) -> str:
    if number in students:
        return ""
    return "student_not_found" if number else "number_missing"


def _withdrawn(db: Session, students: Sequence[Student]) -> set[int]:
    """Those who had agreed once and took it back."""
    return set(
        db.scalars(select(Consent.student_id).where(Consent.student_id.in_([one.id for one in students])))
    )
