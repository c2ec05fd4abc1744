"""Taking back the newest change of an entry, which is a change too, and noted like any other."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import writing
from server.exceptions import Conflict, NotFound
from server.models import (
    Account,
    Attendance,
    AttendanceChange,
    AttendanceStatus,
    ChangeSource,
    CheckIn,
    ClassSession,
    SessionStatus,
    Student,
)
from server.services import attendance, attendance_log
from server.services.attendance_log import Snapshot

TIMES = ("recorded_at", "left_at")
TELLING = ("status", "recorded_at", "left_at")
"""Two snapshots that agree on these tell the same."""


def undo(db: Session, session: ClassSession, student: Student, change_id: int, by: Account) -> None:
    """Puts the entry back to what it was before its newest change.

    Where nothing was recorded before, nothing is recorded again; but in a session that was closed since,
    the student is absent, as closing would have recorded.

    :raises NotFound: ``change_not_found``, for another entry's change too.
    :raises Conflict: ``change_not_newest`` when something was changed since.
    """
    with writing(db):
        attendance.lock(db, session)
        change = db.get(AttendanceChange, change_id)
        if change is None or (change.session_id, change.student_id) != (session.id, student.id):
            raise NotFound("change_not_found")
        record = attendance.find(db, session, student.id)
        now = attendance_log.snapshot(record)
        if not _newest(db, change) or not _same(now, change.after):
            raise Conflict("change_not_newest")
        wanted = change.before or _filled_in(db, session, student, change)
        restored = _restore(db, session, student, record, wanted)
        db.flush()
        attendance_log.append(
            db,
            (session.id, student.id),
            now,
            attendance_log.snapshot(restored),
            ChangeSource.UNDO,
            by=by,
        )
        attendance.announce(db, session, student, restored)


def undoable(db: Session, session: ClassSession, student: Student) -> AttendanceChange | None:
    """The change that can be taken back now."""
    changes = attendance_log.history(db, session.id, student.id)
    if not changes:
        return None
    now = attendance_log.snapshot(attendance.find(db, session, student.id))
    return changes[0] if _same(now, changes[0].after) else None


def _newest(db: Session, change: AttendanceChange) -> bool:
    return attendance_log.history(db, change.session_id, change.student_id)[0].id == change.id


def _same(one: Snapshot | None, other: Snapshot | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(one[name] == other[name] for name in TELLING)


def _filled_in(
    db: Session, session: ClassSession, student: Student, change: AttendanceChange
) -> Snapshot | None:
    """What closing would have recorded of somebody who was waited for when the change was made."""
    closed_since = session.closed_at is not None and change.at <= session.closed_at
    if session.status != SessionStatus.CLOSED or not closed_since or session.closed_at is None:
        return None
    if not attendance.on_roster(db, session, student.id):
        return None
    blank = dict.fromkeys(attendance_log.FIELDS)
    filled = {"status": AttendanceStatus.ABSENT.value, "recorded_at": session.closed_at.isoformat()}
    return blank | filled | {"unconfirmed": False, "reason": ""}


def _restore(
    db: Session,
    session: ClassSession,
    student: Student,
    record: Attendance | None,
    wanted: Snapshot | None,
) -> Attendance | None:
    if wanted is None:
        if record is not None:
            db.delete(record)
        return None
    if record is None:
        record = Attendance(session_id=session.id, student_id=student.id)
        db.add(record)
    for name in attendance_log.FIELDS:
        if name in wanted:
            setattr(record, name, _value(db, name, wanted[name]))
    return record


def _value(db: Session, name: str, plain: Any) -> Any:
    """What a snapshot says, unless it speaks of somebody or something that is gone."""
    if plain is None:
        return None
    if name in TIMES:
        return datetime.fromisoformat(plain)
    if name == "check_in_id" and db.get(CheckIn, plain) is None:
        return None
    if name == "marked_by" and db.get(Account, plain) is None:
        return None
    return plain
