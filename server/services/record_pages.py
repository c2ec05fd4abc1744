"""Attendance and sessions a page at a time, for programs: each page leads to the next by a cursor."""

import base64
import binascii
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from server.exceptions import Invalid
from server.models import Attendance, ClassSession, Course
from server.services.attendance import student_json

MOST_ITEMS = 500


def attendance(
    db: Session, course: Course, *, cursor: str, limit: int, session_id: int | None = None
) -> dict[str, Any]:
    """What is recorded in a course, or in one session of it, in the order it was first recorded.

    :param cursor: ``next`` of the page before; empty for the first.
    :raises Invalid: ``cursor_invalid``, ``limit_invalid``.
    """
    query = (
        select(Attendance)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .join(Attendance.student)
        .options(contains_eager(Attendance.student))
        .where(ClassSession.course_id == course.id, Attendance.id > _after(cursor))
        .order_by(Attendance.id)
        .limit(_checked(limit) + 1)
    )
    if session_id is not None:
        query = query.where(Attendance.session_id == session_id)
    rows = list(db.scalars(query))
    return _page([_attendance(row) for row in rows], [row.id for row in rows], limit)


def sessions(db: Session, course: Course, *, cursor: str, limit: int) -> dict[str, Any]:
    """The sessions of a course, in the order they were made; planned ones too.

    :raises Invalid: ``cursor_invalid``, ``limit_invalid``.
    """
    rows = list(
        db.scalars(
            select(ClassSession)
            .where(ClassSession.course_id == course.id, ClassSession.id > _after(cursor))
            .order_by(ClassSession.id)
            .limit(_checked(limit) + 1)
        )
    )
    return _page([session_json(row) for row in rows], [row.id for row in rows], limit)


def course_json(course: Course) -> dict[str, Any]:
    """A course as the API shows it."""
    return {"id": course.id, "code": course.code, "name": course.name, "time_zone": course.time_zone}


def session_json(session: ClassSession) -> dict[str, Any]:
    """A session as the API shows it."""
    return {
        "id": session.id,
        "title": session.title,
        "status": session.status,
        "starts_at": session.starts_at.isoformat(),
        "opened_at": session.opened_at.isoformat() if session.opened_at else None,
        "closed_at": session.closed_at.isoformat() if session.closed_at else None,
    }


def _attendance(row: Attendance) -> dict[str, Any]:
    return {
        "session_id": row.session_id,
        "student": student_json(row.student),
        "status": row.status,
        "method": row.method,
        "recorded_at": row.recorded_at.isoformat(),
        "left_at": row.left_at.isoformat() if row.left_at else None,
        "unconfirmed": row.unconfirmed,
    }


def _page(items: list[dict[str, Any]], ids: list[int], limit: int) -> dict[str, Any]:
    """The items, and the cursor of the next page where one more was found than asked for."""
    more = len(items) > limit
    return {"items": items[:limit], "next": _cursor(ids[limit - 1]) if more else None}


def _cursor(after: int) -> str:
    return base64.urlsafe_b64encode(f"after:{after}".encode()).decode().rstrip("=")


def _after(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Invalid("cursor_invalid") from error
    digits = text.removeprefix("after:")
    if not (text.startswith("after:") and digits.isascii() and digits.isdecimal() and len(digits) < 19):
        raise Invalid("cursor_invalid")
    return int(digits)


def _checked(limit: int) -> int:
    if not 1 <= limit <= MOST_ITEMS:
        raise Invalid("limit_invalid")
    return limit
