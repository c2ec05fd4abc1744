"""Changing, cancelling and listing sessions that are planned."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid
from server.models import ClassSession, Course, SessionStatus, utc_now
from server.services import attendance, class_sessions, local_time
from server.services.session_rules import SessionRules

EDITABLE = (SessionStatus.SCHEDULED, SessionStatus.OPEN)


@dataclass(frozen=True)
class Week:
    """A week of a course by its own clock, which begins on a Monday."""

    first_day: date
    sessions: list[ClassSession]

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return self.first_day + timedelta(days=6)


def weeks(db: Session, course: Course, first_day: date, count: int) -> list[Week]:
    """A course's weeks from that of a day on, each with its sessions in order of time."""
    monday = local_time.week_of(first_day)
    found = [Week(monday + timedelta(weeks=number), []) for number in range(count)]
    start = local_time.start_of_day(monday, course.zone)
    end = local_time.start_of_day(monday + timedelta(weeks=count), course.zone)
    for session in db.scalars(
        select(ClassSession)
        .where(
            ClassSession.course_id == course.id,
            ClassSession.starts_at >= start,
            ClassSession.starts_at < end,
        )
        .order_by(ClassSession.starts_at, ClassSession.id)
    ):
        day = session.starts_at.astimezone(course.zone).date()
        found[(day - monday).days // 7].sessions.append(session)
    return found


def add(
    db: Session, course: Course, starts_at: datetime, title: str, rules: SessionRules | None = None
) -> ClassSession:
    """Plans a single session.

    :raises Invalid: ``session_over_already``, and as :func:`class_sessions.schedule`.
    """
    _check_not_over(starts_at, rules or SessionRules.of_course(course))
    return class_sessions.schedule(db, course, starts_at, title, rules)


def change(db: Session, session: ClassSession, starts_at: datetime, title: str, rules: SessionRules) -> None:
    """Changes a planned session, or the rules and the end of one that is open; what is recorded stays.

    :raises Invalid: ``session_over_already``, ``session_title_invalid``, as :meth:`SessionRules.check`.
    :raises Conflict: ``session_not_editable``; ``session_has_begun`` for another start of an open session.
    """
    title = class_sessions.check_title(title)
    rules.check()
    _check_not_over(starts_at, rules)
    with writing(db):
        attendance.lock(db, session)
        if session.status not in EDITABLE:
            raise Conflict("session_not_editable")
        if session.status == SessionStatus.OPEN and starts_at != session.starts_at:
            raise Conflict("session_has_begun")
        session.title = title or class_sessions.title_for(session.course, starts_at)
        session.edited = True
        rules.give_to(session, starts_at)


def cancel(db: Session, session: ClassSession) -> None:
    """The session does not take place: it never opens, and nobody is absent.

    :raises Conflict: ``session_not_scheduled`` for one that was opened.
    """
    with writing(db):
        attendance.lock(db, session)
        if session.status not in (SessionStatus.SCHEDULED, SessionStatus.MISSED):
            raise Conflict("session_not_scheduled")
        session.status = SessionStatus.CANCELLED
        session.edited = True


def restore(db: Session, session: ClassSession) -> None:
    """A session that was cancelled takes place after all.

    :raises Conflict: ``session_not_cancelled``.
    :raises Invalid: ``session_over_already``.
    """
    with writing(db):
        attendance.lock(db, session)
        if session.status != SessionStatus.CANCELLED:
            raise Conflict("session_not_cancelled")
        if session.ends_at is not None and session.ends_at <= utc_now():
            raise Invalid("session_over_already")
        session.status = SessionStatus.SCHEDULED


def _check_not_over(starts_at: datetime, rules: SessionRules) -> None:
    if starts_at + timedelta(minutes=rules.minutes) <= utc_now():
        raise Invalid("session_over_already")
