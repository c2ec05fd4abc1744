"""Who is or was in a course: for looking back, those who left count too."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.exceptions import NotFound
from server.models import Course, Enrolment, Student


def now(db: Session, course: Course, student: Student) -> bool:
    """Whether the student is on the course's roster."""
    return (
        db.scalar(
            select(Enrolment.id).where(
                Enrolment.course_id == course.id,
                Enrolment.student_id == student.id,
                Enrolment.dropped_at.is_(None),
            )
        )
        is not None
    )


def ever(db: Session, course: Course, student_id: int) -> Student:
    """A student who is on the course's roster, or was.

    :raises NotFound: ``student_not_found``.
    """
    found = db.scalar(
        select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.course_id == course.id, Student.id == student_id)
    )
    if found is None:
        raise NotFound("student_not_found")
    return found
