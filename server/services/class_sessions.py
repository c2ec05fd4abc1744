"""Class sessions: starting, opening and closing by hand, and what there is today."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

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
from server.services import attendance, attendance_log, courses, leaving, outbox
from server.services.list_pages import PAGE, ListPage
from server.services.one_line import one_line
from server.services.session_rules import SessionRules

STANDS_FOR = timedelta(minutes=30)
"""Starting a session so shortly before a planned one opens the planned one."""


@dataclass(frozen=True)
class SessionSummary:
    """A session with its course and how many are present, late, absent, excused, waiting."""

    session: ClassSession
    course: Course
    counts: dict[str, int]


def today(db: Session, account: Account, number: int | None = None) -> ListPage[SessionSummary]:
    """A page of the account's sessions that are open now or are on today by their course's clock, in order of
    time.

    :param number: from 1; default the page on which is what is open or comes next.
    """
    now = utc_now()
    visible = courses.visible_to(account).subquery()
    near = db.execute(
        select(ClassSession.id, ClassSession.status, ClassSession.starts_at, visible.c.time_zone)
        .join(visible, visible.c.id == ClassSession.course_id)
        .where(
            or_(
                ClassSession.status == SessionStatus.OPEN,
                ClassSession.starts_at.between(now - timedelta(hours=36), now + timedelta(hours=36)),
            )
        )
        .order_by(ClassSession.starts_at, ClassSession.id)
    )
    is_open = SessionStatus.OPEN
    found = [row for row in near if row.status == is_open or _is_today(row.starts_at, row.time_zone, now)]
    if number is None:
        to_come = (place for place, row in enumerate(found) if row.status == is_open or row.starts_at >= now)
        number = 1 + next(to_come, 0) // PAGE
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, number), pages)
    shown = [row.id for row in found[(number - 1) * PAGE : number * PAGE]]
    by_id = {
        one.id: one for one in db.scalars(select(ClassSession).where(ClassSession.id.in_(shown))).unique()
    }
    counts = attendance.counts_of(db, list(by_id.values()))
    rows = [SessionSummary(by_id[each], by_id[each].course, counts[each]) for each in shown]
    return ListPage(rows, number, pages, len(found))


def of_course(db: Session, course: Course, limit: int = 50) -> list[SessionSummary]:
    """The course's latest sessions that were opened or should have been, newest first."""
    sessions = list(
        db.scalars(
            select(ClassSession)
            .where(
                ClassSession.course_id == course.id,
                or_(
                    ClassSession.status.in_((SessionStatus.OPEN, SessionStatus.CLOSED)),
                    ClassSession.starts_at <= utc_now(),
                ),
            )
            .order_by(ClassSession.starts_at.desc(), ClassSession.id.desc())
            .limit(limit)
        )
    )
    counts = attendance.counts_of(db, sessions)
    return [SessionSummary(session, course, counts[session.id]) for session in sessions]


def next_planned(db: Session, course: Course) -> ClassSession | None:
    """The course's next session to come."""
    return db.scalar(
        select(ClassSession)
        .where(
            ClassSession.course_id == course.id,
            ClassSession.status == SessionStatus.SCHEDULED,
            ClassSession.starts_at > utc_now(),
        )
        .order_by(ClassSession.starts_at)
        .limit(1)
    )


def between(db: Session, course: Course, first: date, last: date, limit: int) -> list[ClassSession]:
    """The sessions from one day to another by the course's clock, planned ones too, by time."""
    begin = datetime.combine(first, time(), course.zone)
    end = datetime.combine(last + timedelta(days=1), time(), course.zone)
    return list(
        db.scalars(
            select(ClassSession)
            .where(
                ClassSession.course_id == course.id,
                ClassSession.starts_at >= begin,
                ClassSession.starts_at < end,
                ClassSession.status != SessionStatus.CANCELLED,
            )
            .order_by(ClassSession.starts_at, ClassSession.id)
            .limit(limit)
        )
    )


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
    """Opens a session now, to be closed by hand. Without a title it is named after the course's date.

    Where a planned session begins within :data:`STANDS_FOR` or has begun, that one is opened instead.

    :raises Invalid: ``session_title_invalid``.
    :raises Conflict: ``session_already_open``: a course has one open session at a time.
    """
    now = utc_now()
    given = check_title(title)
    planned = _about_to_begin(db, course, now)
    if planned is not None:
        open_planned(db, planned, given)
        return planned
    try:
        with writing(db):
            session = ClassSession(
                course_id=course.id,
                title=given or title_for(course, now),
                status=SessionStatus.SCHEDULED,
                starts_at=now,
                late_after_minutes=course.late_after_minutes,
                absent_after_minutes=course.absent_after_minutes,
                check_out=course.check_out,
                minimum_stay_minutes=course.minimum_stay_minutes,
            )
            db.add(session)
            db.flush()
            begin(db, session, now)
    except IntegrityError as error:
        raise Conflict("session_already_open") from error
    return session


def schedule(
    db: Session,
    course: Course,
    starts_at: datetime,
    title: str | None = None,
    rules: SessionRules | None = None,
) -> ClassSession:
    """Plans a session, which opens and closes by itself; without rules of its own it keeps to its course's.

    :raises Invalid: ``session_title_invalid``, and as :meth:`SessionRules.check`.
    """
    title = check_title(title) or title_for(course, starts_at)
    own = rules or SessionRules.of_course(course)
    own.check()
    with writing(db):
        session = ClassSession(course_id=course.id, title=title, status=SessionStatus.SCHEDULED)
        session.edited = own != SessionRules.of_course(course)
        own.give_to(session, starts_at)
        db.add(session)
    return session


def open_planned(db: Session, session: ClassSession, title: str = "") -> None:
    """Opens a planned session by hand; its start stays as planned, so the rule for coming late does too.

    After its planned end it stays open until it is closed by hand.

    :raises Conflict: ``session_not_scheduled``, ``session_already_open``.
    """
    try:
        with writing(db):
            attendance.lock(db, session)
            if session.status not in (SessionStatus.SCHEDULED, SessionStatus.MISSED):
                raise Conflict("session_not_scheduled")
            now = utc_now()
            session.title = title or session.title
            if session.ends_at is not None and session.ends_at <= now:
                session.ends_at = None
            begin(db, session, now)
    except IntegrityError as error:
        raise Conflict("session_already_open") from error


def close(db: Session, session: ClassSession) -> None:
    """Ends the check-ins by hand and records everybody who did not come as absent.

    :raises Conflict: ``session_not_open``.
    """
    with writing(db):
        attendance.lock(db, session)
        if session.status != SessionStatus.OPEN:
            raise Conflict("session_not_open")
        end(db, session, utc_now())


def begin(db: Session, session: ClassSession, now: datetime) -> None:
    """Opens a session, within a writing transaction.

    :raises sqlalchemy.exc.IntegrityError: when the course has an open session.
    """
    session.status = SessionStatus.OPEN
    session.opened_at = now
    db.flush()
    _announce(db, session)


def end(db: Session, session: ClassSession, at: datetime) -> None:
    """Closes an open session as of a moment, within a writing transaction; who did not come is absent."""
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
            session_id=session.id, student_id=student_id, status=AttendanceStatus.ABSENT, recorded_at=at
        )
        for student_id in missing
    ]
    db.add_all(absences)
    db.flush()
    for absence in absences:
        attendance_log.note(db, absence, None, ChangeSource.CLOSING)
    leaving.close(db, session, at)
    session.status = SessionStatus.CLOSED
    session.closed_at = at
    db.flush()
    _announce(db, session)


def check_title(title: str | None) -> str:
    """A title, tidied; empty where none is given.

    :raises Invalid: ``session_title_invalid``.
    """
    tidy = one_line(title or "")
    if len(tidy) > 200:
        raise Invalid("session_title_invalid")
    return tidy


def title_for(course: Course, starts_at: datetime) -> str:
    """The date by the course's clock: what a session is called when nobody gave it a title."""
    return starts_at.astimezone(course.zone).strftime("%Y-%m-%d")


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


def _about_to_begin(db: Session, course: Course, now: datetime) -> ClassSession | None:
    return db.scalar(
        select(ClassSession)
        .where(
            ClassSession.course_id == course.id,
            ClassSession.status == SessionStatus.SCHEDULED,
            ClassSession.starts_at <= now + STANDS_FOR,
            ClassSession.ends_at > now,
        )
        .order_by(ClassSession.starts_at)
        .limit(1)
    )


def _announce(db: Session, session: ClassSession) -> None:
    outbox.add(db, session, "session", {"status": session.status, "counts": attendance.counts(db, session)})


def _is_today(starts_at: datetime, time_zone: str, now: datetime) -> bool:
    zone = ZoneInfo(time_zone)
    return starts_at.astimezone(zone).date() == now.astimezone(zone).date()
