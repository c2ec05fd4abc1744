"""A course's recurring sessions: weekly patterns, exceptions, and keeping the planned sessions like them.

Sessions are rows from the start, so that whatever is done with a session can be done with one to come. A
change makes anew only those to come that nobody touched: not edited, not cancelled, not opened, nothing
recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, Invalid, NotFound
from server.models import (
    Attendance,
    ClassSession,
    Course,
    SessionStatus,
    TimetableException,
    WeeklyPattern,
    utc_now,
)
from server.models.timetable import WEEKDAYS
from server.services import class_sessions
from server.services.one_line import one_line
from server.services.session_rules import A_DAY, SessionRules
from server.services.weekly_recurrence import Occurrence, occurrences

MOST_DAYS = 400
MOST_PATTERNS = 20
MOST_EXCEPTIONS = 100


@dataclass(frozen=True)
class PatternDraft:
    """What a weekly pattern says; see :class:`server.models.WeeklyPattern`."""

    title: str
    weekdays: Sequence[str]
    starts: time
    minutes: int
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Regenerated:
    """What became of the planned sessions."""

    added: int
    removed: int


def patterns(db: Session, course: Course) -> list[WeeklyPattern]:
    """The course's weekly patterns, in order of their first day."""
    query = select(WeeklyPattern).where(WeeklyPattern.course_id == course.id)
    return list(db.scalars(query.order_by(WeeklyPattern.first_day, WeeklyPattern.starts, WeeklyPattern.id)))


def exceptions(db: Session, course: Course) -> list[TimetableException]:
    """The course's exceptions, in order of their first day."""
    query = select(TimetableException).where(TimetableException.course_id == course.id)
    return list(db.scalars(query.order_by(TimetableException.first_day, TimetableException.id)))


def pattern(db: Session, course: Course, pattern_id: int) -> WeeklyPattern:
    """One of the course's patterns.

    :raises NotFound: ``pattern_not_found``.
    """
    found = db.get(WeeklyPattern, pattern_id)
    if found is None or found.course_id != course.id:
        raise NotFound("pattern_not_found")
    return found


def add_pattern(db: Session, course: Course, draft: PatternDraft) -> Regenerated:
    """Has sessions take place every week.

    :raises Invalid: ``session_title_invalid``, ``pattern_weekdays_missing``, ``session_minutes_invalid``,
        ``pattern_days_invalid``.
    :raises Conflict: ``patterns_full``.
    """
    title = _check(draft)
    with writing(db):
        if len(patterns(db, course)) >= MOST_PATTERNS:
            raise Conflict("patterns_full")
        made = WeeklyPattern(course_id=course.id)
        _take_over(made, draft, title)
        db.add(made)
        return regenerate(db, course)


def change_pattern(db: Session, course: Course, made: WeeklyPattern, draft: PatternDraft) -> Regenerated:
    """Changes a pattern, and the sessions to come that nobody touched.

    :raises Invalid: as :func:`add_pattern`.
    """
    title = _check(draft)
    with writing(db):
        _take_over(made, draft, title)
        return regenerate(db, course)


def remove_pattern(db: Session, course: Course, made: WeeklyPattern) -> Regenerated:
    """Ends a pattern: its sessions to come that nobody touched go, all others stay."""
    with writing(db):
        made.weekdays = []
        result = regenerate(db, course)
        db.delete(made)
        return result


def add_exception(
    db: Session, course: Course, first_day: date, last_day: date, moved_to: date | None, note: str
) -> Regenerated:
    """Says that on some days it is otherwise: no session, or those of one day on another one.

    :raises Invalid: ``exception_days_invalid``, ``exception_move_invalid`` when several days are to move to
        one or a day to itself, ``exception_overlaps``, ``exception_note_invalid``.
    :raises Conflict: ``exceptions_full``.
    """
    note = one_line(note)
    if not 0 <= (last_day - first_day).days < MOST_DAYS:
        raise Invalid("exception_days_invalid")
    if moved_to is not None and not first_day == last_day != moved_to:
        raise Invalid("exception_move_invalid")
    if len(note) > 200:
        raise Invalid("exception_note_invalid")
    with writing(db):
        present = exceptions(db, course)
        if len(present) >= MOST_EXCEPTIONS:
            raise Conflict("exceptions_full")
        if any(one.first_day <= last_day and first_day <= one.last_day for one in present):
            raise Invalid("exception_overlaps")
        made = TimetableException(course_id=course.id, first_day=first_day, last_day=last_day, note=note)
        made.moved_to = moved_to
        db.add(made)
        return regenerate(db, course)


def remove_exception(db: Session, course: Course, exception_id: int) -> Regenerated:
    """The weekly patterns hold on those days again.

    :raises NotFound: ``exception_not_found``.
    """
    with writing(db):
        found = db.get(TimetableException, exception_id)
        if found is None or found.course_id != course.id:
            raise NotFound("exception_not_found")
        db.delete(found)
        return regenerate(db, course)


def regenerate(db: Session, course: Course) -> Regenerated:
    """Makes the sessions to come as the patterns want them, within a writing transaction."""
    now = utc_now()
    db.flush()
    meant = occurrences(patterns(db, course), exceptions(db, course), course.zone)
    wanted = {(one.pattern_id, one.pattern_day): one for one in meant if one.starts_at > now}
    rules = SessionRules.of_course(course)
    removed = 0
    present = list(
        db.scalars(
            select(ClassSession).where(
                ClassSession.course_id == course.id, ClassSession.pattern_id.is_not(None)
            )
        )
    )
    recorded = set(
        db.scalars(
            select(Attendance.session_id).where(Attendance.session_id.in_([one.id for one in present]))
        )
    )
    for session in present:
        assert session.pattern_id is not None
        assert session.pattern_day is not None
        occurrence = wanted.pop((session.pattern_id, session.pattern_day), None)
        if not _untouched(session, now) or session.id in recorded:
            continue
        if occurrence is None:
            db.delete(session)
            removed += 1
        else:
            _fit(session, course, occurrence, rules)
    for occurrence in wanted.values():
        session = ClassSession(course_id=course.id, status=SessionStatus.SCHEDULED)
        session.pattern_id, session.pattern_day = occurrence.pattern_id, occurrence.pattern_day
        _fit(session, course, occurrence, rules)
        db.add(session)
    db.flush()
    return Regenerated(added=len(wanted), removed=removed)


def _untouched(session: ClassSession, now: datetime) -> bool:
    return session.status == SessionStatus.SCHEDULED and not session.edited and session.starts_at > now


def _fit(session: ClassSession, course: Course, occurrence: Occurrence, rules: SessionRules) -> None:
    session.title = occurrence.title or class_sessions.title_for(course, occurrence.starts_at)
    rules.lasting(occurrence.minutes).give_to(session, occurrence.starts_at)


def _take_over(made: WeeklyPattern, draft: PatternDraft, title: str) -> None:
    made.title = title
    made.weekdays = [code for code in WEEKDAYS if code in draft.weekdays]
    made.starts = draft.starts
    made.minutes = draft.minutes
    made.first_day, made.last_day = draft.first_day, draft.last_day


def _check(draft: PatternDraft) -> str:
    title = class_sessions.check_title(draft.title)
    if not draft.weekdays or not set(draft.weekdays) <= set(WEEKDAYS):
        raise Invalid("pattern_weekdays_missing")
    if not 1 <= draft.minutes <= A_DAY:
        raise Invalid("session_minutes_invalid")
    if not 0 <= (draft.last_day - draft.first_day).days < MOST_DAYS:
        raise Invalid("pattern_days_invalid")
    return title
