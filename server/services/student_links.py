"""Personal links for students: made by an instructor, good for one purpose in one course until they expire.

Whoever has the link is taken for the student, so a link shows and changes nothing but what is the student's
own in that course. Several may be in use; all of a student's can be ended at once.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Gone, Invalid
from server.models import Account, Course, LinkPurpose, Student, StudentLink, utc_now

MOST_DAYS = 400
TOKEN_BYTES = 24


def create(
    db: Session,
    student: Student,
    course: Course,
    purpose: LinkPurpose,
    days: int,
    *,
    by: Account | None = None,
) -> str:
    """The token of a new link, to be shown this once.

    :param days: until it expires.
    :raises Invalid: ``student_link_days_invalid``.
    """
    return create_all(db, [student], course, purpose, days, by=by)[student.id]


def create_all(
    db: Session,
    students: Sequence[Student],
    course: Course,
    purpose: LinkPurpose,
    days: int,
    *,
    by: Account | None = None,
) -> dict[int, str]:
    """A new link for each of these students: student id → token.

    :raises Invalid: ``student_link_days_invalid``.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("student_link_days_invalid")
    tokens = {student.id: secrets.token_urlsafe(TOKEN_BYTES) for student in students}
    expires_at = utc_now() + timedelta(days=days)
    maker, course_id = (by.id if by is not None else None), course.id
    with writing(db):
        db.add_all(
            StudentLink(
                student_id=student_id,
                course_id=course_id,
                purpose=purpose,
                token_hash=_hash(token),
                created_by=maker,
                expires_at=expires_at,
            )
            for student_id, token in tokens.items()
        )
    return tokens


def resolve(db: Session, token: str, purpose: LinkPurpose) -> StudentLink:
    """The link of a token, with its student and course.

    :raises Gone: ``student_link_over`` when there is none for this purpose, it expired or was ended, or its
        course is archived.
    """
    found = db.scalar(
        select(StudentLink).where(StudentLink.token_hash == _hash(token), StudentLink.purpose == purpose)
    )
    if found is None or found.revoked_at is not None or found.expires_at <= utc_now():
        raise Gone("student_link_over")
    if found.course.archived_at is not None:
        raise Gone("student_link_over")
    return found


def in_use(db: Session, student: Student, course: Course, purpose: LinkPurpose) -> list[StudentLink]:
    """The student's links that work, newest first."""
    return list(
        db.scalars(
            select(StudentLink)
            .where(*_working(student, course, purpose), StudentLink.expires_at > utc_now())
            .order_by(StudentLink.id.desc())
        )
    )


def revoke(db: Session, student: Student, course: Course, purpose: LinkPurpose) -> None:
    """Ends all of the student's links for this purpose in this course, at once."""
    where = _working(student, course, purpose)
    with writing(db):
        db.execute(update(StudentLink).where(*where).values(revoked_at=utc_now()))


def _working(student: Student, course: Course, purpose: LinkPurpose) -> tuple[ColumnElement[bool], ...]:
    return (
        StudentLink.student_id == student.id,
        StudentLink.course_id == course.id,
        StudentLink.purpose == purpose,
        StudentLink.revoked_at.is_(None),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
