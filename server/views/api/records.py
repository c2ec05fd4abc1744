"""For programs with a token: courses, rosters, sessions and attendance of the token's account."""

from typing import Any

from flask import Response, g, jsonify, make_response, request

from server.auth import bearer
from server.db import get_db, writing
from server.exceptions import Forbidden, Invalid, NotFound
from server.locales import select_locale
from server.messages import message
from server.models import Account, Student
from server.permissions import may
from server.runtime import get_runtime
from server.services import attendance, class_sessions, courses, record_pages, roster_plan
from server.services.roster_text import MAX_ROWS
from server.views.api.blueprints import token_api

USUAL_ITEMS = 100


@token_api.before_request
def authenticate() -> None:
    """Lets nobody in without a token, and nobody do what the token or the role of its account forbids."""
    g.api_token = bearer()
    if not may(g.api_token.account, request.endpoint or "", request.method):
        raise Forbidden("role_forbids")
    if request.method not in {"GET", "HEAD"} and not g.api_token.writes:
        raise Forbidden("token_cannot_write")


@token_api.get("/courses")
def list_courses() -> Response:
    """The courses of the account."""
    return jsonify(items=[record_pages.course_json(one) for one in courses.list_for(get_db(), _account())])


@token_api.get("/courses/<int:course_id>/roster")
def get_roster(course_id: int) -> Response:
    """Who is enrolled now, by name."""
    course = courses.get(get_db(), _account(), course_id)
    return jsonify(items=[attendance.student_json(one.student) for one in courses.roster(get_db(), course)])


@token_api.route("/courses/<int:course_id>/roster", methods=["POST", "PUT"])
def change_roster(course_id: int) -> Response:
    """Adds students (POST) or makes these the whole roster (PUT); all, or none where a row is bad."""
    db = get_db()
    course = courses.get(db, _account(), course_id)
    rows = _rows(_body().get("students"))
    with writing(db):
        plan = roster_plan.make(db, course, rows, whole=request.method == "PUT")
        if plan.bad_rows:
            bad = [
                {"row": row.line, "reason": row.reason, "message": message(row.reason, select_locale())}
                for row in plan.bad_rows
            ]
            told = message("roster_rows_invalid", select_locale())
            return make_response(jsonify(reason="roster_rows_invalid", message=told, rows=bad), 422)
        roster_plan.carry_out(db, course, plan)
    get_runtime().roster_changed(db, course_id)
    return jsonify(
        added=len(plan.added),
        returned=len(plan.returning),
        renamed=len(plan.renamed),
        dropped=len(plan.dropped),
        unchanged=len(plan.unchanged),
    )


@token_api.get("/courses/<int:course_id>/sessions")
def list_sessions(course_id: int) -> Response:
    """The sessions of a course."""
    course = courses.get(get_db(), _account(), course_id)
    return jsonify(record_pages.sessions(get_db(), course, **_place()))


@token_api.get("/courses/<int:course_id>/attendance")
def course_attendance(course_id: int) -> Response:
    """What is recorded in a course."""
    course = courses.get(get_db(), _account(), course_id)
    return jsonify(record_pages.attendance(get_db(), course, **_place()))


@token_api.get("/sessions/<int:session_id>/attendance")
def session_attendance(session_id: int) -> Response:
    """What is recorded in a session."""
    session = class_sessions.get(get_db(), _account(), session_id)
    found = record_pages.attendance(get_db(), session.course, session_id=session.id, **_place())
    return jsonify(found)


@token_api.post("/sessions/<int:session_id>/attendance")
def mark(session_id: int) -> Response:
    """Records a status, as an instructor does by hand."""
    db = get_db()
    session = class_sessions.get(db, _account(), session_id)
    body = _body()
    number, status, reason = (body.get(name, "") for name in ("number", "status", "reason"))
    if not isinstance(number, str) or not isinstance(status, str) or not isinstance(reason, str):
        raise Invalid("invalid_json")
    student = db.query(Student).filter_by(number=" ".join(number.split())).one_or_none()
    if student is None:
        raise NotFound("student_not_found")
    record = attendance.mark(db, session, student, status, _account(), reason)
    return jsonify(entry=attendance.entry(student, record).as_json())


def _account() -> Account:
    account: Account = g.api_token.account
    return account


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("invalid_json")
    return body


def _rows(students: Any) -> list[tuple[int, str, str]]:
    """Line, number and name of each, the lines counted from 1.

    :raises Invalid: ``invalid_json``, ``csv_too_long``.
    """
    if not isinstance(students, list) or not students:
        raise Invalid("invalid_json")
    if len(students) > MAX_ROWS:
        raise Invalid("csv_too_long")
    rows = []
    for line, one in enumerate(students, start=1):
        if not isinstance(one, dict) or not all(isinstance(one.get(key), str) for key in ("number", "name")):
            raise Invalid("invalid_json")
        rows.append((line, one["number"], one["name"]))
    return rows


def _place() -> dict[str, Any]:
    """Where a page begins and how long it is.

    :raises Invalid: ``limit_invalid``.
    """
    limit = request.args.get("limit", str(USUAL_ITEMS))
    if not (limit.isascii() and limit.isdecimal() and len(limit) < 6):
        raise Invalid("limit_invalid")
    return {"cursor": request.args.get("cursor", ""), "limit": int(limit)}
