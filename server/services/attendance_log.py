"""The log of changes: every change of an entry is noted in the transaction that makes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from server.models import Account, Attendance, AttendanceChange, ChangeSource

IDENTITY = ("id", "session_id", "student_id")
FIELDS = tuple(column.key for column in inspect(Attendance).columns if column.key not in IDENTITY)

Snapshot = dict[str, Any]
"""What is recorded, as JSON knows it; see :data:`FIELDS`."""


def snapshot(record: Attendance | None) -> Snapshot | None:
    """What is recorded now; none when nothing is."""
    return None if record is None else {name: _plain(getattr(record, name)) for name in FIELDS}


def note(
    db: Session,
    record: Attendance,
    before: Snapshot | None,
    source: ChangeSource,
    *,
    by: Account | None = None,
    kiosk_id: int | None = None,
    reason: str = "",
) -> None:
    """Notes that an entry was changed, within the writing transaction of the change, after its flush.

    :param before: the entry's :func:`snapshot` from before the change.
    :param by: who changed it, where it was a person.
    """
    append(
        db,
        (record.session_id, record.student_id),
        before,
        snapshot(record),
        source,
        by=by,
        kiosk_id=kiosk_id,
        reason=reason,
    )


def append(
    db: Session,
    entry: tuple[int, int],
    before: Snapshot | None,
    after: Snapshot | None,
    source: ChangeSource,
    *,
    by: Account | None = None,
    kiosk_id: int | None = None,
    reason: str = "",
) -> None:
    """As :func:`note`, also for an entry that is gone.

    :param entry: session id, student id.
    """
    session_id, student_id = entry
    db.add(
        AttendanceChange(
            session_id=session_id,
            student_id=student_id,
            source=source,
            account_id=by.id if by is not None else None,
            account_name=by.name if by is not None else None,
            kiosk_id=kiosk_id,
            before=before,
            after=after,
            reason=reason,
        )
    )


def history(db: Session, session_id: int, student_id: int) -> list[AttendanceChange]:
    """All changes of an entry, newest first."""
    return list(
        db.scalars(
            select(AttendanceChange)
            .where(AttendanceChange.session_id == session_id, AttendanceChange.student_id == student_id)
            .order_by(AttendanceChange.id.desc())
        )
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
