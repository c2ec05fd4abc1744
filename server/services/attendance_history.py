"""Attendance over time: of a course, of each student, session by session; counted by the database.

The attendance rate is those who came (present, late, left early) among those who came or were absent. Excused
sessions do not count, nor do sessions for which nothing is recorded. A streak of absence is the number of
absences since the student last came; excused sessions neither add to it nor end it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from server.models import (
    Attendance,
    AttendanceStatus,
    ClassSession,
    Course,
    Enrolment,
    SessionStatus,
    Student,
)

CAME = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.LEFT_EARLY)
HELD = (SessionStatus.OPEN, SessionStatus.CLOSED)
PAGE = 50
"""Students on a page."""
MOST_SESSIONS = 60
"""Sessions side by side."""
SORTS = ("name", "number", "rate", "absent", "late", "streak")


@dataclass(frozen=True)
class Period:
    """Days by the course's clock, both included; open where none is given."""

    first: date | None = None
    last: date | None = None

    def covers(self, course: Course) -> list[ColumnElement[bool]]:
        """The conditions for sessions of the course that were held in this period."""
        found = [ClassSession.course_id == course.id, ClassSession.status.in_(HELD)]
        if self.first is not None:
            found.append(ClassSession.starts_at >= _midnight(self.first, course))
        if self.last is not None:
            found.append(ClassSession.starts_at < _midnight(self.last + timedelta(days=1), course))
        return found


@dataclass(frozen=True)
class Tally:
    """How often each status was recorded."""

    present: int = 0
    late: int = 0
    left_early: int = 0
    excused: int = 0
    absent: int = 0

    @property
    def came(self) -> int:
        """How often somebody came."""
        return self.present + self.late + self.left_early

    @property
    def rate(self) -> float | None:
        """The attendance rate, 0 to 1; none where nothing counts."""
        counted = self.came + self.absent
        return self.came / counted if counted else None


@dataclass(frozen=True)
class StudentLine:
    """A student's part of a course.

    :ivar streak: absences since the student last came.
    :ivar dropped: not on the roster any more.
    """

    student: Student
    tally: Tally
    streak: int
    dropped: bool


@dataclass(frozen=True)
class StudentPage:
    """Some of the students, and how many there are in all."""

    lines: list[StudentLine]
    total: int


def count_sessions(db: Session, course: Course, period: Period) -> int:
    """How many sessions were held."""
    return db.scalar(select(func.count(ClassSession.id)).where(*period.covers(course))) or 0


def sessions(db: Session, course: Course, period: Period, page: int = 1) -> list[ClassSession]:
    """A page of the sessions held, oldest first; page 1 has the newest."""
    newest_first = (
        select(ClassSession)
        .where(*period.covers(course))
        .order_by(ClassSession.starts_at.desc(), ClassSession.id.desc())
        .limit(MOST_SESSIONS)
        .offset((page - 1) * MOST_SESSIONS)
    )
    return list(db.scalars(newest_first))[::-1]


def students(
    db: Session, course: Course, period: Period, *, sort: str = "name", search: str = "", page: int = 1
) -> StudentPage:
    """A page of the course's students with what was recorded of them.

    :param sort: one of :data:`SORTS`, with ``-`` before it the other way round.
    :param search: part of a name or number.
    """
    tallies, streaks = _tallies(course, period), _streaks(course, period)
    query = (
        select(
            Student,
            *(func.coalesce(tallies.c[code], 0) for code in _CODES),
            func.coalesce(streaks.c.streak, 0),
            Enrolment.dropped_at,
        )
        .join(Enrolment, and_(Enrolment.student_id == Student.id, Enrolment.course_id == course.id))
        .outerjoin(tallies, tallies.c.student_id == Student.id)
        .outerjoin(streaks, streaks.c.student_id == Student.id)
        .where(or_(Enrolment.dropped_at.is_(None), tallies.c.student_id.is_not(None)))
    )
    for word in search.split():
        pattern = f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        query = query.where(
            or_(Student.name.ilike(pattern, escape="!"), Student.number.ilike(pattern, escape="!"))
        )
    total = db.scalar(select(func.count()).select_from(query.with_only_columns(Student.id).subquery())) or 0
    rows = db.execute(_ordered(query, sort, tallies, streaks).limit(PAGE).offset((page - 1) * PAGE))
    return StudentPage(
        [
            StudentLine(student, Tally(*map(int, counts)), int(streak), dropped_at is not None)
            for student, *counts, streak, dropped_at in rows
        ],
        total,
    )


def cells(
    db: Session, sessions: Sequence[ClassSession], lines: Sequence[StudentLine]
) -> dict[tuple[int, int], str]:
    """What is recorded: (student id, session id) → status."""
    rows = db.execute(
        select(Attendance.student_id, Attendance.session_id, Attendance.status).where(
            Attendance.session_id.in_([one.id for one in sessions]),
            Attendance.student_id.in_([one.student.id for one in lines]),
        )
    )
    return {(student_id, session_id): status for student_id, session_id, status in rows}


def by_session(db: Session, sessions: Sequence[ClassSession]) -> dict[int, Tally]:
    """What was recorded in each session, by its id."""
    rows = db.execute(
        select(Attendance.session_id, *_counts())
        .where(Attendance.session_id.in_([one.id for one in sessions]))
        .group_by(Attendance.session_id)
    )
    found = {session_id: Tally(*map(int, counts)) for session_id, *counts in rows}
    return {one.id: found.get(one.id, Tally()) for one in sessions}


def in_all(db: Session, course: Course, period: Period) -> Tally:
    """What was recorded of everybody."""
    row = db.execute(select(*_counts()).join(ClassSession).where(*period.covers(course))).one()
    return Tally(*(int(count or 0) for count in row))


def of_student(
    db: Session, course: Course, student: Student, period: Period
) -> list[tuple[ClassSession, Attendance | None]]:
    """The course's sessions, oldest first, with what is recorded of the student."""
    joined = and_(Attendance.session_id == ClassSession.id, Attendance.student_id == student.id)
    rows = db.execute(
        select(ClassSession, Attendance)
        .outerjoin(Attendance, joined)
        .where(*period.covers(course))
        .order_by(ClassSession.starts_at, ClassSession.id)
    )
    return [(session, record) for session, record in rows]


def tally_of(statuses: Sequence[str]) -> Tally:
    """The same count of a list at hand."""
    return Tally(*(sum(one == code for one in statuses) for code in _CODES))


def streaks_of(statuses: Sequence[str]) -> tuple[int, int]:
    """The streak of absences at the end, and the longest there was, of statuses in order of time."""
    now = longest = 0
    for status in statuses:
        if status in CAME:
            now = 0
        elif status == AttendanceStatus.ABSENT:
            now += 1
            longest = max(longest, now)
    return now, longest


AnySelect = TypeVar("AnySelect", bound=Select)  # type: ignore[type-arg]
_CODES = ("present", "late", "left_early", "excused", "absent")


def _counts() -> list[ColumnElement[Any]]:
    return [func.sum(case((Attendance.status == code, 1), else_=0)).label(code) for code in _CODES]


def _tallies(course: Course, period: Period) -> Subquery:
    return (
        select(Attendance.student_id, *_counts())
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(*period.covers(course))
        .group_by(Attendance.student_id)
        .subquery("tallies")
    )


def _streaks(course: Course, period: Period) -> Subquery:
    came = (
        select(Attendance.student_id, func.max(ClassSession.starts_at).label("at"))
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(*period.covers(course), Attendance.status.in_(CAME))
        .group_by(Attendance.student_id)
        .subquery("last_came")
    )
    return (
        select(Attendance.student_id, func.count().label("streak"))
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .outerjoin(came, came.c.student_id == Attendance.student_id)
        .where(
            *period.covers(course),
            Attendance.status == AttendanceStatus.ABSENT,
            or_(came.c.at.is_(None), ClassSession.starts_at > came.c.at),
        )
        .group_by(Attendance.student_id)
        .subquery("streaks")
    )


def _ordered(query: AnySelect, sort: str, tallies: Subquery, streaks: Subquery) -> AnySelect:
    key, backwards = sort.removeprefix("-"), sort.startswith("-")
    came = tallies.c.present + tallies.c.late + tallies.c.left_early
    by: dict[str, ColumnElement[Any]] = {
        "name": Student.name.expression,
        "number": Student.number.expression,
        "rate": func.coalesce(came * 1.0 / func.nullif(came + tallies.c.absent, 0), 2.0),
        "absent": func.coalesce(tallies.c.absent, 0),
        "late": func.coalesce(tallies.c.late, 0),
        "streak": func.coalesce(streaks.c.streak, 0),
    }
    column = by.get(key, Student.name.expression)
    return query.order_by(column.desc() if backwards else column, Student.name, Student.number)


def _midnight(day: date, course: Course) -> datetime:
    return datetime.combine(day, time(), tzinfo=course.zone).astimezone(UTC)
