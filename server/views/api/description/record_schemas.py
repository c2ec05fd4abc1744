"""The bodies of the answers to programs with a token, as JSON Schemas."""

from server.views.api.description.schemas import (
    FLAG,
    METHOD,
    NUMBER,
    STATUS,
    TEXT,
    TIME,
    Schema,
    listed,
    nullable,
    record,
    ref,
)

RECORD_SCHEMAS: dict[str, Schema] = {
    "CourseList": record(
        {"items": listed(record({"id": NUMBER, "code": TEXT, "name": TEXT, "time_zone": TEXT}))}
    ),
    "StudentList": record({"items": listed(ref("Student"))}),
    "SessionPage": record(
        {
            "items": listed(
                record(
                    {
                        "id": NUMBER,
                        "title": TEXT,
                        "status": TEXT,
                        "starts_at": TIME,
                        "opened_at": nullable(TIME),
                        "closed_at": nullable(TIME),
                    }
                )
            ),
            "next": nullable(TEXT),
        }
    ),
    "AttendancePage": record(
        {
            "items": listed(
                record(
                    {
                        "session_id": NUMBER,
                        "student": ref("Student"),
                        "status": STATUS,
                        "method": nullable(METHOD),
                        "recorded_at": TIME,
                        "left_at": nullable(TIME),
                        "unconfirmed": FLAG,
                    }
                )
            ),
            "next": nullable(TEXT),
        }
    ),
    "Recorded": record({"entry": ref("Entry")}),
    "RosterChange": record(
        {"added": NUMBER, "returned": NUMBER, "renamed": NUMBER, "dropped": NUMBER, "unchanged": NUMBER}
    ),
    "BadRows": record(
        {
            "reason": TEXT,
            "message": TEXT,
            "rows": listed(record({"row": NUMBER, "reason": TEXT, "message": TEXT})),
        }
    ),
}
