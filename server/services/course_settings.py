"""What an instructor sets for a course: its name, its clock, its term, the rules of its sessions."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid
from server.models import ClassSession, Course, SessionStatus, utc_now
from server.services import courses, timetable
from server.services.one_line import one_line
from server.services.session_rules import SessionRules


@dataclass(frozen=True)
class CourseSettings:
    """Everything at once; the days of the term are both given or both not."""

    code: str
    name: str
    time_zone: str
    rules: SessionRules
    term_name: str = ""
    term_first_day: date | None = None
    term_last_day: date | None = None


def change(db: Session, course: Course, settings: CourseSettings) -> None:
    """Takes the settings over; planned sessions that nobody edited keep to the new rules from now on.

    In another time zone the weekly patterns keep their time of day, single sessions their moment.

    :raises Invalid: as :func:`courses.check_course` and :meth:`SessionRules.check`; ``term_name_invalid``,
        ``term_days_invalid``.
    """
    code, name = courses.check_course(settings.code, settings.name, settings.time_zone)
    settings.rules.check()
    term_name = one_line(settings.term_name)
    if len(term_name) > 100:
        raise Invalid("term_name_invalid")
    first, last = settings.term_first_day, settings.term_last_day
    if (first is None) != (last is None) or (first is not None and last is not None and last < first):
        raise Invalid("term_days_invalid")
    with writing(db):
        course.code, course.name, course.time_zone = code, name, settings.time_zone
        course.term_name, course.term_first_day, course.term_last_day = term_name, first, last
        minutes_before = course.session_minutes
        settings.rules.give_to_course(course)
        for session in _untouched(db, course):
            rules = SessionRules.of_course(course)
            if (
                session.imported_key is not None or session.minutes != minutes_before
            ):  # Its length is its own.
                rules = rules.lasting(session.minutes or rules.minutes)
            rules.give_to(session, session.starts_at)
        timetable.regenerate(db, course)


def archive(db: Session, course: Course) -> None:
    """Puts a course away: it is in no list any more, its planned sessions do not open; nothing is deleted.

    :raises Conflict: ``course_has_open_session``.
    """
    with writing(db):
        is_open = select(ClassSession.id).where(
            ClassSession.course_id == course.id, ClassSession.status == SessionStatus.OPEN
        )
        if db.scalar(is_open.limit(1)) is not None:
            raise Conflict("course_has_open_session")
        course.archived_at = utc_now()


def restore(db: Session, course: Course) -> None:
    """Takes a course that was put away into use again."""
    with writing(db):
        course.archived_at = None


def _untouched(db: Session, course: Course) -> list[ClassSession]:
    return list(
        db.scalars(
            select(ClassSession).where(
                ClassSession.course_id == course.id,
                ClassSession.status == SessionStatus.SCHEDULED,
                ClassSession.edited.is_(False),
                ClassSession.opens_at.is_not(None),
                ClassSession.pattern_id.is_(None),
                ClassSession.starts_at > utc_now(),
            )
        )
    )
