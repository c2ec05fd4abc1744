"""How long photos and templates are kept: until their student has had no lesson for so many days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import forget_journal, writing
from server.models import ClassSession, Course, Enrolment, FacePhoto, Student
from server.services import roster_models
from server.services.audit import AuditLog
from server.services.enrolment import RosterChanged
from server.services.roster_models import RosterModels


@dataclass(frozen=True)
class Due:
    """A student whose photos have had their time.

    :ivar last_needed: their last lesson, or when they left, or when the newest photo was taken in.
    """

    student: Student
    photos: int
    last_needed: datetime


def due(db: Session, days: int, now: datetime) -> list[Due]:
    """Whose photos would go now, by name. Lessons that are planned count as well; synthetic people stay."""
    lesson = (
        select(Enrolment.student_id, func.max(ClassSession.starts_at).label("at"))
        .join(ClassSession, ClassSession.course_id == Enrolment.course_id)
        .where(Enrolment.dropped_at.is_(None) | (ClassSession.starts_at <= Enrolment.dropped_at))
        .group_by(Enrolment.student_id)
        .subquery()
    )
    photo = (
        select(FacePhoto.student_id, func.count().label("n"), func.max(FacePhoto.created_at).label("at"))
        .group_by(FacePhoto.student_id)
        .subquery()
    )
    rows = db.execute(
        select(Student, photo.c.n, photo.c.at, lesson.c.at)
        .join(photo, photo.c.student_id == Student.id)
        .outerjoin(lesson, lesson.c.student_id == Student.id)
        .where(Student.is_demo.is_(False))
        .order_by(Student.name, Student.number)
    )
    found = []
    for student, photos, taken, held in rows:
        last = max(moment for moment in (taken, held) if moment is not None)
        if last < now - timedelta(days=days):
            found.append(Due(student, photos, last))
    return found


def purge(
    db: Session,
    models: RosterModels,
    audit: AuditLog,
    days: int,
    now: datetime,
    changed: RosterChanged | None = None,
) -> int:
    """Deletes the photos and templates that are due; how many students it was about.

    The roster models follow. Consent and attendance stay as they were written down.
    """
    student_ids = [one.student.id for one in due(db, days, now)]
    course_ids: set[int] = set()
    for student_id in student_ids:
        with writing(db):
            for photo in db.scalars(select(FacePhoto).where(FacePhoto.student_id == student_id)):
                db.delete(photo)
            audit.record(db, "retention_run", subject=f"student:{student_id}", days=days)
        course_ids.update(roster_models.courses_of(db, student_id))
    known = set(db.scalars(select(Course.id)))
    for course_id in sorted(course_ids & known):
        if roster_models.update(db, models, course_id) and changed is not None:
            changed(course_id)
    if student_ids:
        forget_journal(db)
    return len(student_ids)
