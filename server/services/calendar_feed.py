"""A course's sessions as a calendar that others subscribe to, behind a secret link.

There is nobody's name in it: times, titles, and whether a session is cancelled.
"""

import secrets
from datetime import timedelta

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import NotFound
from server.models import ClassSession, Course, SessionStatus, utc_now

PAST = timedelta(days=400)
MOST_SESSIONS = 2000
REFRESH = timedelta(hours=1)


def renew(db: Session, course: Course) -> str:
    """A fresh secret for the course's link; the one before ends."""
    with writing(db):
        course.calendar_token = secrets.token_urlsafe(32)
    return course.calendar_token


def end(db: Session, course: Course) -> None:
    """Nobody can subscribe any more."""
    with writing(db):
        course.calendar_token = None


def course_of(db: Session, token: str) -> Course:
    """The course that a link leads to.

    :raises NotFound: ``calendar_not_found``, for an archived course too.
    """
    course = db.scalar(select(Course).where(Course.calendar_token == token, Course.archived_at.is_(None)))
    if course is None:
        raise NotFound("calendar_not_found")
    return course


def write(db: Session, course: Course, host: str) -> bytes:
    """The course's sessions of the last and of all coming months, as iCalendar (RFC 5545).

    :param host: the server's, so that the events' ids are the world's only ones.
    """
    now = utc_now()
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Face Check-in//Timetable//EN")
    calendar.add("NAME", f"{course.code} {course.name}")
    calendar.add("X-WR-CALNAME", f"{course.code} {course.name}")
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    for session in db.scalars(
        select(ClassSession)
        .where(ClassSession.course_id == course.id, ClassSession.starts_at > now - PAST)
        .order_by(ClassSession.starts_at, ClassSession.id)
        .limit(MOST_SESSIONS)
    ):
        event = Event()
        event.add("UID", f"session-{session.id}@{host}")
        event.add("DTSTAMP", now)
        event.add("DTSTART", session.starts_at)
        end = session.ends_at or session.closed_at
        if end is not None:
            event.add("DTEND", end)
        event.add("SUMMARY", session.title)
        event.add("CATEGORIES", [course.code])
        event.add("STATUS", "CANCELLED" if session.status == SessionStatus.CANCELLED else "CONFIRMED")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
