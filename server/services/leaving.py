"""Checking out: a second visit of a student who has come, where a course asks for it.

The rules. A visit within :data:`AGAIN` of the arrival is no leaving. Every later one is, and the last one
counts. Who left before the session's end, having stayed for less than the minimum, left early; the stay
counts from the arrival, at the earliest from the session's start. Who never checked out of a session that
went to its planned end left early too; a session that was closed before it, or has none, is nobody's fault.
The session stays open for :data:`AFTER_END`, so that everybody can check out. A status that was set by
hand, an excuse and an arrival that counts as absent stay; when the student left is noted all the same.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    Attendance,
    AttendanceMethod,
    AttendanceStatus,
    ChangeSource,
    CheckIn,
    ClassSession,
)
from server.services import attendance_log

AGAIN = timedelta(minutes=5)
AFTER_END = timedelta(minutes=15)
STAYING = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)


def is_there(session: ClassSession, record: Attendance | None) -> bool:
    """Whether the student has come; who left early has, where the kiosk records it."""
    if record is None:
        return False
    return record.came or (session.check_out and record.status == AttendanceStatus.LEFT_EARLY)


def is_leaving(session: ClassSession, record: Attendance | None, at: datetime) -> bool:
    """Whether a visit at this moment is a check-out."""
    if record is None or not session.check_out or not is_there(session, record):
        return False
    return at - record.recorded_at >= AGAIN and (record.left_at is None or record.left_at < at)


def leave(db: Session, session: ClassSession, check_in: CheckIn, record: Attendance) -> None:
    """Notes that the student left, within a writing transaction that holds the session's lock."""
    before = attendance_log.snapshot(record)
    record.left_at = check_in.created_at
    if _follows_the_rules(record):
        early = record.left_at < check_out_from(session, record)
        arrived = session.status_at(record.recorded_at)
        record.status = AttendanceStatus.LEFT_EARLY if early else arrived
    db.flush()
    attendance_log.note(db, record, before, ChangeSource.LEAVING, kiosk_id=check_in.kiosk_id)


def check_out_from(session: ClassSession, record: Attendance) -> datetime:
    """From when on leaving is not early: after the minimum stay, at the latest at the planned end."""
    stayed = max(record.recorded_at, session.starts_at) + timedelta(minutes=session.minimum_stay_minutes)
    return stayed if session.ends_at is None else min(stayed, session.ends_at)


def closes_at(session: ClassSession) -> datetime | None:
    """When a session closes by itself; none without a planned end."""
    if session.ends_at is None:
        return None
    return session.ends_at + AFTER_END if session.check_out else session.ends_at


def close(db: Session, session: ClassSession, at: datetime) -> None:
    """As a session closes that went to its planned end: who never checked out left early."""
    if not session.check_out or session.ends_at is None or at < session.ends_at:
        return
    for record in db.scalars(
        select(Attendance).where(
            Attendance.session_id == session.id,
            Attendance.left_at.is_(None),
            Attendance.status.in_(STAYING),
        )
    ):
        if _follows_the_rules(record):
            before = attendance_log.snapshot(record)
            record.status = AttendanceStatus.LEFT_EARLY
            db.flush()
            attendance_log.note(db, record, before, ChangeSource.CLOSING)


def _follows_the_rules(record: Attendance) -> bool:
    leaves = (*STAYING, AttendanceStatus.LEFT_EARLY)
    return record.method != AttendanceMethod.MANUAL and record.status in leaves
