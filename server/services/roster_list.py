"""A course's roster a page at a time, who was on it before, and moving students."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import Course, Enrolment, Student, utc_now
from server.services import courses
from server.services.courses import RosterEntry

PAGE_SIZE = 100
SORTS = {
    "name": (Student.name, Student.number),
    "number": (Student.number,),
    "since": (Enrolment.created_at, Student.name),
}


@dataclass(frozen=True)
class RosterPage:
    """A page of a roster.

    :ivar total: how many students the search found.
    :ivar number: of this page, from 1.
    """

    entries: list[RosterEntry]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class FormerStudent:
    """Somebody who was on the roster."""

    student: Student
    since: datetime
    until: datetime


def page(
    db: Session,
    course: Course,
    *,
    words: str = "",
    sort: str = "name",
    backwards: bool = False,
    number: int = 1,
) -> RosterPage:
    """One page. Every word has to be in the name or the number; pages beyond the last are the last."""
    query = courses.roster_query(course)
    for word in words.split()[:5]:
        query = query.where(
            or_(
                Student.name.icontains(word, autoescape=True), Student.number.icontains(word, autoescape=True)
            )
        )
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
    order = [column.desc() if backwards else column for column in SORTS.get(sort, SORTS["name"])]
    shown = query.order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return RosterPage(courses.entries(db, shown), total, number)


def former(db: Session, course: Course, limit: int = 200) -> list[FormerStudent]:
    """Who was on the roster and is not any more, the latest to leave first."""
    rows = db.execute(
        select(Student, Enrolment.created_at, Enrolment.dropped_at)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.course_id == course.id, Enrolment.dropped_at.is_not(None))
        .order_by(Enrolment.dropped_at.desc(), Student.name)
        .limit(limit)
    )
    return [FormerStudent(student, since, until) for student, since, until in rows if until is not None]


def drop(db: Session, course: Course, student_ids: Sequence[int]) -> int:
    """Takes students off the roster and tells how many; what was recorded of them stays.

    :raises Invalid: ``nobody_chosen``.
    """
    with writing(db):
        enrolments = _present(db, course, student_ids)
        for enrolment in enrolments:
            enrolment.dropped_at = utc_now()
    return len(enrolments)


def move(db: Session, course: Course, to: Course, student_ids: Sequence[int]) -> int:
    """Moves students to another course's roster; in this one, what was recorded of them stays.

    :raises Invalid: ``nobody_chosen``.
    :raises Conflict: ``same_course``.
    """
    if course.id == to.id:
        raise Conflict("same_course")
    with writing(db):
        enrolments = _present(db, course, student_ids)
        for enrolment in enrolments:
            enrolment.dropped_at = utc_now()
            courses.enrol(db, to, enrolment.student)
    return len(enrolments)


def put_back(db: Session, course: Course, student_id: int) -> Student:
    """Puts somebody who was on the roster on it again: the same enrolment, with all that was recorded.

    :raises NotFound: ``student_not_found``.
    """
    with writing(db):
        enrolment = db.scalar(
            select(Enrolment).where(Enrolment.course_id == course.id, Enrolment.student_id == student_id)
        )
        if enrolment is None:
            raise NotFound("student_not_found")
        enrolment.dropped_at = None
    return enrolment.student


def _present(db: Session, course: Course, student_ids: Sequence[int]) -> list[Enrolment]:
    found = db.scalars(
        select(Enrolment).where(
            Enrolment.course_id == course.id,
            Enrolment.student_id.in_(student_ids),
            Enrolment.dropped_at.is_(None),
        )
    ).all()
    if not found:
        raise Invalid("nobody_chosen")
    return list(found)
