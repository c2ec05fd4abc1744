"""Streaks of absence: which there are, and telling the instructors once of each.

Only closed sessions count, within the course's term. A streak is told of when it reaches the course's number;
it is known by the first session missed, so that it is told of once however long it grows.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Invalid
from server.models import (
    AbsenceAlertRule,
    Account,
    Attendance,
    AttendanceStatus,
    ClassSession,
    Course,
    Enrolment,
    SentMail,
    SessionStatus,
    Student,
)
from server.services.attendance_history import CAME, Period

MOST_IN_A_ROW = 50


@dataclass(frozen=True)
class Streak:
    """A student's absences in a row, oldest first."""

    student: Student
    missed: tuple[ClassSession, ...]


@dataclass(frozen=True)
class DayOfCourse:
    """What the digest of one day tells: the sessions closed, who was absent, and the streaks.

    :ivar absences: of each session, by name.
    """

    on: date
    absences: tuple[tuple[ClassSession, tuple[Student, ...]], ...]
    streaks: tuple[Streak, ...]


def rule(db: Session, course: Course) -> AbsenceAlertRule | None:
    """The course's rule."""
    return db.get(AbsenceAlertRule, course.id)


def set_rule(db: Session, course: Course, after: int | None, *, by_mail: bool, digest: bool) -> None:
    """Changes the course's rule; without a number there is none any more.

    :raises Invalid: ``alert_after_invalid``.
    """
    if after is not None and not 1 <= after <= MOST_IN_A_ROW:
        raise Invalid("alert_after_invalid")
    with writing(db):
        found = db.get(AbsenceAlertRule, course.id)
        if found is not None and after is None:
            db.delete(found)
        elif after is not None:
            made = found or AbsenceAlertRule(course_id=course.id)
            made.after, made.by_mail, made.digest = after, by_mail, digest
            db.add(made)


def streaks(db: Session, course: Course, after: int) -> list[Streak]:
    """The streaks of at least this length of those on the roster, the longest first."""
    held = [*Period(course.term_first_day, course.term_last_day).covers(course), _CLOSED]
    came = (
        select(Attendance.student_id, func.max(ClassSession.starts_at).label("at"))
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .where(*held, Attendance.status.in_(CAME))
        .group_by(Attendance.student_id)
        .subquery("last_came")
    )
    rows = db.execute(
        select(Student, ClassSession)
        .join(Attendance, Attendance.student_id == Student.id)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .join(Enrolment, and_(Enrolment.student_id == Student.id, Enrolment.course_id == course.id))
        .outerjoin(came, came.c.student_id == Student.id)
        .where(
            *held,
            Enrolment.dropped_at.is_(None),
            Attendance.status == AttendanceStatus.ABSENT,
            or_(came.c.at.is_(None), ClassSession.starts_at > came.c.at),
        )
        .order_by(Student.name, Student.number, ClassSession.starts_at)
    )
    missed: dict[Student, list[ClassSession]] = {}
    for student, session in rows:
        missed.setdefault(student, []).append(session)
    found = [Streak(student, tuple(theirs)) for student, theirs in missed.items() if len(theirs) >= after]
    return sorted(found, key=lambda one: -len(one.missed))


def day_of(db: Session, course: Course, on: date, after: int) -> DayOfCourse | None:
    """The course's day by its own clock; none when no session was closed."""
    held = db.scalars(
        select(ClassSession).where(*Period(on, on).covers(course), _CLOSED).order_by(ClassSession.starts_at)
    ).all()
    if not held:
        return None
    rows = db.execute(
        select(Attendance.session_id, Student)
        .join(Student, Student.id == Attendance.student_id)
        .where(
            Attendance.session_id.in_([one.id for one in held]),
            Attendance.status == AttendanceStatus.ABSENT,
        )
        .order_by(Student.name, Student.number)
    ).all()
    absences = tuple((one, tuple(who for where, who in rows if where == one.id)) for one in held)
    return DayOfCourse(on, absences, tuple(streaks(db, course, after)))


def claim(db: Session, account: Account, key: str) -> bool:
    """Notes that the account is about to be sent this; false when it was sent before, or is being sent."""
    try:
        with writing(db):
            db.add(SentMail(account_id=account.id, subject_key=key))
    except IntegrityError:
        return False
    return True


def was_sent(db: Session, account: Account, key: str) -> bool:
    """Whether the account was sent this."""
    return (
        db.scalar(select(SentMail.id).where(SentMail.account_id == account.id, SentMail.subject_key == key))
        is not None
    )


def give_back(db: Session, account: Account, key: str) -> None:
    """Takes a claim back, because the mail could not be sent."""
    with writing(db):
        found = db.scalar(
            select(SentMail).where(SentMail.account_id == account.id, SentMail.subject_key == key)
        )
        if found is not None:
            db.delete(found)


def watched_courses(db: Session) -> list[tuple[Course, AbsenceAlertRule]]:
    """The courses with a rule that sends mail, with it."""
    rows = db.execute(
        select(Course, AbsenceAlertRule)
        .join(AbsenceAlertRule, AbsenceAlertRule.course_id == Course.id)
        .where(Course.archived_at.is_(None), AbsenceAlertRule.by_mail | AbsenceAlertRule.digest)
    )
    return [(course, own) for course, own in rows]


def local_now(course: Course, now: datetime) -> datetime:
    """The moment by the course's clock."""
    return now.astimezone(course.zone)


_CLOSED = ClassSession.status == SessionStatus.CLOSED
