"""What programs with a token call."""

from server.views.api.description.answers import error, in_path, json_answer, json_body
from server.views.api.description.schemas import NUMBER, STATUS, TEXT, Schema, listed, record, ref

COURSE, SESSION = in_path("course_id", NUMBER), in_path("session_id", NUMBER)
PLACE: list[Schema] = [
    {"name": "cursor", "in": "query", "schema": TEXT, "description": "`next` of the page before"},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500}},
]
DENIED: Schema = {
    "401": error("token_invalid"),
    "403": error("token_cannot_write, role_forbids"),
    "429": error("too_many_requests; try again after Retry-After seconds"),
}
CHANGE: Schema = {
    "parameters": [COURSE],
    "requestBody": json_body(record({"students": listed(record({"number": TEXT, "name": TEXT}))})),
    "security": [{"token": []}],
    "responses": {
        "200": json_answer("What changed.", ref("RosterChange")),
        "400": error("invalid_json, csv_too_long"),
        "404": error("course_not_found"),
        "422": json_answer("Nothing was changed: these rows are bad.", ref("BadRows")),
        **DENIED,
    },
}


def _get(summary: str, parameters: list[Schema], schema: str, *refusals: str) -> Schema:
    """A call that reads."""
    answers = {"200": json_answer(summary, ref(schema))}
    answers |= {reason[:3]: error(reason[4:]) for reason in refusals}
    return {
        "summary": summary,
        "parameters": parameters,
        "security": [{"token": []}],
        "responses": answers | DENIED,
    }


RECORD_PATHS: dict[str, Schema] = {
    "/api/v1/courses": {"get": _get("The courses of the token's account", [], "CourseList")},
    "/api/v1/courses/{course_id}/roster": {
        "get": _get("Who is enrolled now", [COURSE], "StudentList", "404 course_not_found"),
        "post": {"summary": "Add students, or put them back"} | CHANGE,
        "put": {"summary": "Make these students the whole roster"} | CHANGE,
    },
    "/api/v1/courses/{course_id}/sessions": {
        "get": _get(
            "The sessions of a course",
            [COURSE, *PLACE],
            "SessionPage",
            "404 course_not_found",
            "400 cursor_invalid, limit_invalid",
        )
    },
    "/api/v1/courses/{course_id}/attendance": {
        "get": _get(
            "What is recorded in a course",
            [COURSE, *PLACE],
            "AttendancePage",
            "404 course_not_found",
            "400 cursor_invalid, limit_invalid",
        )
    },
    "/api/v1/sessions/{session_id}/attendance": {
        "get": _get(
            "What is recorded in a session",
            [SESSION, *PLACE],
            "AttendancePage",
            "404 session_not_found",
            "400 cursor_invalid, limit_invalid",
        ),
        "post": {
            "summary": "Record a status, as by hand",
            "parameters": [SESSION],
            "requestBody": json_body(
                record({"number": TEXT, "status": STATUS, "reason": TEXT}, optional=("reason",))
            ),
            "security": [{"token": []}],
            "responses": {
                "200": json_answer("Recorded.", ref("Recorded")),
                "400": error("invalid_json, status_invalid, reason_too_long"),
                "404": error("session_not_found, student_not_found"),
                **DENIED,
            },
        },
    },
}
