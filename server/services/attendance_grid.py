"""Students by sessions: what is recorded of a course over a range of dates, in one query."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, or_, select
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


@dataclass(frozen=True)
class GridSession:
    """A column; its time is by the course's clock."""

    id: int
    title: str
    starts_at: datetime


@dataclass(frozen=True)
class GridStudent:
    """A row."""

    id: int
    number: str
    name: str


@dataclass(frozen=True)
class Cell:
    """What is recorded of a student in a session; its time is by the course's clock."""

    status: str
    method: str | None
    recorded_at: datetime
    unconfirmed: bool


@dataclass(frozen=True)
class Grid:
    """A course's sessions by time, its students by name, and what is recorded."""

    course: Course
    sessions: list[GridSession]
    students: list[GridStudent]
    cells: dict[tuple[int, int], Cell]
    """By student id and session id."""

    def cell(self, student: GridStudent, session: GridSession) -> Cell | None:
        """What is recorded of one student in one session."""
        return self.cells.get((student.id, session.id))

    def rate(self, student: GridStudent) -> float | None:
        """The share of the sessions recorded, excused ones left out, that the student came to; 0 to 1."""
        found = [cell.status for session in self.sessions if (cell := self.cell(student, session))]
        counted = [status for status in found if status != AttendanceStatus.EXCUSED]
        return sum(status in CAME for status in counted) / len(counted) if counted else None


def read(
    db: Session,
    course: Course,
    *,
    first: date | None = None,
    last: date | None = None,
    session_id: int | None = None,
) -> Grid:
    """The sessions that took or take check-ins, and everybody who is on the roster or was recorded then.

    :param first: first day by the course's clock.
    :param last: last day, included.
    :param session_id: this session only.
    """
    chosen = [
        ClassSession.course_id == Enrolment.course_id,
        ClassSession.status.in_([SessionStatus.OPEN, SessionStatus.CLOSED]),
    ]
    if first is not None:
        chosen.append(ClassSession.starts_at >= _midnight(course, first))
    if last is not None:
        chosen.append(ClassSession.starts_at < _midnight(course, last + timedelta(days=1)))
    if session_id is not None:
        chosen.append(ClassSession.id == session_id)
    rows = db.execute(
        select(
            Student.id,
            Student.number,
            Student.name,
            ClassSession.id,
            ClassSession.title,
            ClassSession.starts_at,
            Attendance.status,
            Attendance.method,
            Attendance.recorded_at,
            Attendance.unconfirmed,
        )
        .select_from(Enrolment)
        .join(Student, Student.id == Enrolment.student_id)
        .outerjoin(ClassSession, and_(*chosen))
        .outerjoin(
            Attendance, and_(Attendance.session_id == ClassSession.id, Attendance.student_id == Student.id)
        )
        .where(
            Enrolment.course_id == course.id,
            or_(Enrolment.dropped_at.is_(None), Attendance.id.is_not(None)),
        )
        .order_by(Student.name, Student.number)
    )
    zone = course.zone
    students: dict[int, GridStudent] = {}
    sessions: dict[int, GridSession] = {}
    cells: dict[tuple[int, int], Cell] = {}
    for (
        student_id,
        number,
        name,
        found_id,
        title,
        starts_at,
        status,
        method,
        recorded_at,
        unconfirmed,
    ) in rows:
        if student_id not in students:
            students[student_id] = GridStudent(student_id, number, name)
        if found_id is not None and found_id not in sessions:
            sessions[found_id] = GridSession(found_id, title, starts_at.astimezone(zone))
        if status is not None:
            cells[student_id, found_id] = Cell(status, method, recorded_at.astimezone(zone), unconfirmed)
    in_time = sorted(sessions.values(), key=lambda session: (session.starts_at, session.id))
    return Grid(course, in_time, list(students.values()), cells)


def _midnight(course: Course, day: date) -> datetime:
    """When a day begins by the course's clock."""
    return datetime.combine(day, time(), course.zone)
