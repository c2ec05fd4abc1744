"""Takes the sessions of a calendar over into a course: first a plan to look at, then the same for good.

An occurrence is known again by its UID and its original time, so a calendar can be imported again after it
changed. A session at the same time as one that the course has is that one.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.models import ClassSession, Course, SessionStatus, utc_now
from server.services import calendar_reading, class_sessions
from server.services.calendar_reading import CalendarSession, RefusedEvent
from server.services.session_rules import SessionRules


@dataclass(frozen=True)
class ImportPlan:
    """What importing a calendar does.

    :ivar changed: sessions that came from an earlier import, at their new time or under their new title.
    :ivar cancelled: the same that do not take place any more.
    :ivar known: how many are there as they are.
    :ivar over: how many are over already.
    """

    added: list[CalendarSession] = field(default_factory=list)
    changed: list[CalendarSession] = field(default_factory=list)
    cancelled: list[CalendarSession] = field(default_factory=list)
    refused: list[RefusedEvent] = field(default_factory=list)
    known: int = 0
    over: int = 0

    @property
    def does_anything(self) -> bool:
        """Whether there is anything to take over."""
        return bool(self.added or self.changed or self.cancelled)


def plan(db: Session, course: Course, content: bytes) -> ImportPlan:
    """What importing this file would do; nothing is changed.

    :raises Invalid: as :func:`calendar_reading.read`.
    """
    reading = calendar_reading.read(content, course.zone, utc_now())
    by_key, by_start = _present(db, course)
    made = ImportPlan(refused=list(reading.refused), over=reading.over)
    known = 0
    starts: set[datetime] = set()
    for found in reading.sessions:
        present = by_key.get(found.key)
        if present is None and (found.starts_at in by_start or found.starts_at in starts):
            known += 1
        elif present is None and found.cancelled:
            made.refused.append(_told(found, course, "event_cancelled"))
        elif present is None:
            made.added.append(found)
            starts.add(found.starts_at)
        elif present.status != SessionStatus.SCHEDULED or present.edited or _same(present, found, course):
            known += 1
        elif found.cancelled:
            made.cancelled.append(found)
        else:
            made.changed.append(found)
    return ImportPlan(made.added, made.changed, made.cancelled, made.refused, known=known, over=made.over)


def take_over(db: Session, course: Course, content: bytes) -> ImportPlan:
    """Does what the plan for this file says, and gives it.

    :raises Invalid: as :func:`plan`.
    """
    with writing(db):
        made = plan(db, course, content)
        by_key, _ = _present(db, course)
        rules = SessionRules.of_course(course)
        for found in made.added:
            session = ClassSession(
                course_id=course.id, status=SessionStatus.SCHEDULED, imported_key=found.key
            )
            _fit(session, found, course, rules)
            db.add(session)
        for found in made.changed:
            _fit(by_key[found.key], found, course, rules)
        for found in made.cancelled:
            by_key[found.key].status = SessionStatus.CANCELLED
    return made


def _present(db: Session, course: Course) -> tuple[dict[str, ClassSession], set[datetime]]:
    sessions = list(db.scalars(select(ClassSession).where(ClassSession.course_id == course.id)))
    by_key = {one.imported_key: one for one in sessions if one.imported_key is not None}
    return by_key, {one.starts_at for one in sessions}


def _fit(session: ClassSession, found: CalendarSession, course: Course, rules: SessionRules) -> None:
    session.title = found.title or class_sessions.title_for(course, found.starts_at)
    rules.lasting(found.minutes or rules.minutes).give_to(session, found.starts_at)


def _same(session: ClassSession, found: CalendarSession, course: Course) -> bool:
    return not found.cancelled and (session.starts_at, session.minutes, session.title) == (
        found.starts_at,
        found.minutes or course.session_minutes,
        found.title or class_sessions.title_for(course, found.starts_at),
    )


def _told(found: CalendarSession, course: Course, reason: str) -> RefusedEvent:
    return RefusedEvent(
        found.title, found.starts_at.astimezone(course.zone).strftime("%Y-%m-%d %H:%M"), reason
    )
