"""Class sessions: opening, closing, and what there is today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import (
    Account,
    Attendance,
    AttendanceStatus,
    ChangeSource,
    ClassSession,
    Course,
    Enrolment,
    SessionStatus,
    utc_now,
)
from server.services import attendance, attendance_log, courses, outbox


@dataclass(frozen=True)
class SessionSummary:
    """A session with its course and how many are present, late, absent, excused, waiting."""

    session: ClassSession
    course: Course
    counts: dict[str, int]


def today(db: Session, account: Account) -> list[SessionSummary]:
    """The account's sessions that are open now or are on today by their course's clock, in order of time."""
    now = utc_now()
    visible = courses.visible_to(account).subquery()
    near = db.scalars(
        select(ClassSession)
        .join(visible, visible.c.id == ClassSession.course_id)
        .where(
            or_(
                ClassSession.status == SessionStatus.OPEN,
                ClassSession.starts_at.between(now - timedelta(hours=36), now + timedelta(hours=36)),
            )
        )
        .order_by(ClassSession.starts_at, ClassSession.id)
    ).unique()
    sessions = [
        session for session in near if session.status == SessionStatus.OPEN or _is_today(session, now)
    ]
    counts = attendance.counts_of(db, sessions)
    return [SessionSummary(session, session.course, counts[session.id]) for session in sessions]


def of_course(db: Session, course: Course, limit: int = 50) -> list[SessionSummary]:
    """The course's latest sessions, newest first."""
    sessions = list(
        db.scalars(
            select(ClassSession)
            .where(ClassSession.course_id == course.id)
            .order_by(ClassSession.starts_at.desc(), ClassSession.id.desc())
            .limit(limit)
        )
    )
    counts = attendance.counts_of(db, sessions)
    return [SessionSummary(session, course, counts[session.id]) for session in sessions]


def get(db: Session, account: Account, session_id: int) -> ClassSession:
    """One of the account's sessions.

    :raises NotFound: ``session_not_found``, for somebody else's session too.
    """
    visible = courses.visible_to(account).subquery()
    found = db.scalar(
        select(ClassSession)
        .join(visible, visible.c.id == ClassSession.course_id)
        .where(ClassSession.id == session_id)
    )
    if found is None:
        raise NotFound("session_not_found")
    return found


def start(db: Session, course: Course, title: str | None = None) -> ClassSession:
    """Opens a session that starts now. Without a title it is named after the date by the course's clock.

    :raises Invalid: ``session_title_invalid``.
    :raises Conflict: ``session_already_open``: a course has one open session at a time.
    """
    now = utc_now()
    title = (title or "").strip() or now.astimezone(course.zone).strftime("%Y-%m-%d")
    if len(title) > 200:
        raise Invalid("session_title_invalid")
    try:
        with writing(db):
            session = ClassSession(
                course_id=course.id,
                title=title,
                status=SessionStatus.OPEN,
                starts_at=now,
                late_after_minutes=course.late_after_minutes,
                opened_at=now,
            )
            db.add(session)
            db.flush()
            _announce(db, session)
    except IntegrityError as error:
        raise Conflict("session_already_open") from error
    return session


def schedule(db: Session, course: Course, starts_at: datetime, title: str | None = None) -> ClassSession:
    """Plans a session for later; it takes check-ins once it is opened.

    :raises Invalid: ``session_title_invalid``.
    """
    title = (title or "").strip() or starts_at.astimezone(course.zone).strftime("%Y-%m-%d")
    if len(title) > 200:
        raise Invalid("session_title_invalid")
    with writing(db):
        session = ClassSession(
            course_id=course.id,
            title=title,
            status=SessionStatus.SCHEDULED,
            starts_at=starts_at,
            late_after_minutes=course.late_after_minutes,
        )
        db.add(session)
    return session


def open_scheduled(db: Session, session: ClassSession) -> None:
    """Opens a planned session; its start stays as planned, so the rule for coming late does too.

    :raises Conflict: ``session_not_scheduled``, ``session_already_open``.
    """
    try:
        with writing(db):
            if session.status != SessionStatus.SCHEDULED:
                raise Conflict("session_not_scheduled")
            session.status = SessionStatus.OPEN
            session.opened_at = utc_now()
            db.flush()
            _announce(db, session)
    except IntegrityError as error:
        raise Conflict("session_already_open") from error


def close(db: Session, session: ClassSession) -> None:
    """Ends the check-ins and records everybody who did not come as absent.

    :raises Conflict: ``session_not_open``.
    """
    with writing(db):
        db.refresh(session, with_for_update={"of": ClassSession})
        if session.status != SessionStatus.OPEN:
            raise Conflict("session_not_open")
        now = utc_now()
        recorded = select(Attendance.student_id).where(Attendance.session_id == session.id)
        missing = db.scalars(
            select(Enrolment.student_id).where(
                Enrolment.course_id == session.course_id,
                Enrolment.dropped_at.is_(None),
                Enrolment.student_id.not_in(recorded),
            )
        ).all()
        absences = [
            Attendance(
                session_id=session.id, student_id=student_id, status=AttendanceStatus.ABSENT, recorded_at=now
            )
            for student_id in missing
        ]
        db.add_all(absences)
        db.flush()
        for absence in absences:
            attendance_log.note(db, absence, None, ChangeSource.CLOSING)
        session.status = SessionStatus.CLOSED
        session.closed_at = now
        db.flush()
        _announce(db, session)


def open_sessions(db: Session) -> list[ClassSession]:
    """Every session that takes check-ins now, oldest first."""
    return list(
        db.scalars(
            select(ClassSession)
            .where(ClassSession.status == SessionStatus.OPEN)
            .order_by(ClassSession.starts_at, ClassSession.id)
        )
    )


def count_open(db: Session) -> int:
    """How many sessions take check-ins now."""
    return db.scalar(select(func.count()).where(ClassSession.status == SessionStatus.OPEN)) or 0


def _announce(db: Session, session: ClassSession) -> None:
    outbox.add(db, session, "session", {"status": session.status, "counts": attendance.counts(db, session)})


def _is_today(session: ClassSession, now: datetime) -> bool:
    zone = session.course.zone
    return session.starts_at.astimezone(zone).date() == now.astimezone(zone).date()
