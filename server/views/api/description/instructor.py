"""What dashboards call."""

from server.views.api.description.answers import error, in_path, json_answer, json_body
from server.views.api.description.schemas import NUMBER, STATUS, TEXT, Schema, record, ref

INSTRUCTOR_PATHS: dict[str, Schema] = {
    "/api/v1/sessions/{session_id}/roster": {
        "get": {
            "summary": "The live roster of a session",
            "parameters": [in_path("session_id", NUMBER)],
            "security": [{"session": []}],
            "responses": {
                "200": json_answer("Everybody, with what is recorded.", ref("Roster")),
                "401": error("sign_in_required"),
                "404": error("session_not_found"),
            },
        }
    },
    "/api/v1/sessions/{session_id}/attendance/{student_id}": {
        "post": {
            "summary": "Record a status by hand",
            "parameters": [
                in_path("session_id", NUMBER),
                in_path("student_id", NUMBER),
                {"name": "X-CSRFToken", "in": "header", "required": True, "schema": TEXT},
            ],
            "requestBody": json_body(record({"status": STATUS, "reason": TEXT}, optional=("reason",))),
            "security": [{"session": []}],
            "responses": {
                "200": json_answer("Recorded.", ref("Marked")),
                "400": error("csrf_failed, status_invalid, reason_too_long, invalid_json"),
                "401": error("sign_in_required"),
                "404": error("session_not_found, student_not_found"),
            },
        }
    },
    "/api/v1/events": {
        "get": {
            "summary": "Server-sent events of a session",
            "description": (
                "Events `attendance` (an entry with the counts), `visit` (id, reason, created_at),"
                " `visit_resolved` (id, student, by) and `session` (status, counts)."
                " Reconnecting with Last-Event-ID loses nothing."
            ),
            "parameters": [
                {"name": "session_id", "in": "query", "required": True, "schema": NUMBER},
                {"name": "last_event_id", "in": "query", "schema": NUMBER},
                {"name": "Last-Event-ID", "in": "header", "schema": NUMBER},
            ],
            "security": [{"session": []}],
            "responses": {
                "200": {
                    "description": "A stream that stays open.",
                    "content": {"text/event-stream": {"schema": TEXT}},
                },
                "400": error("invalid_session_id"),
                "401": error("sign_in_required"),
                "404": error("session_not_found"),
                "503": error("too_many_streams; try again after Retry-After seconds"),
            },
        }
    },
}
