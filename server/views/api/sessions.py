"""The live roster of a session, and marking by hand."""

from typing import Any

from flask import Response, jsonify, request

from server.auth import signed_in
from server.db import get_db
from server.exceptions import Invalid, NotFound
from server.models import ClassSession, Student
from server.services import attendance, class_sessions, outbox
from server.views.api.blueprints import instructor_api


@instructor_api.get("/sessions/<int:session_id>/roster")
def roster(session_id: int) -> Response:
    """Everybody on the roster, and the id of the last event it takes into account."""
    account, db = signed_in(), get_db()
    session = class_sessions.get(db, account, session_id)
    last_event_id = outbox.last_id(db)
    return jsonify(
        session=_session(session),
        counts=attendance.counts(db, session),
        entries=[entry.as_json() for entry in attendance.live_roster(db, session)],
        last_event_id=last_event_id,
    )


@instructor_api.post("/sessions/<int:session_id>/attendance/<int:student_id>")
def mark(session_id: int, student_id: int) -> Response:
    """Records a status by hand."""
    account, db = signed_in(), get_db()
    session = class_sessions.get(db, account, session_id)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("invalid_json")
    status = body.get("status")
    if not isinstance(status, str):
        raise Invalid("status_invalid")
    reason = body.get("reason", "")
    if not isinstance(reason, str):
        raise Invalid("invalid_json")
    student = db.get(Student, student_id)
    if student is None:
        raise NotFound("student_not_found")
    record = attendance.mark(db, session, student, status, account, reason)
    return jsonify(entry=attendance.entry(student, record).as_json(), counts=attendance.counts(db, session))


def _session(session: ClassSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "title": session.title,
        "status": session.status,
        "starts_at": session.starts_at.isoformat(),
        "closed_at": session.closed_at.isoformat() if session.closed_at else None,
        "course": {"id": session.course.id, "code": session.course.code, "name": session.course.name},
        "time_zone": session.course.time_zone,
    }
