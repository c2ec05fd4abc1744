"""The bodies of answers, as JSON Schemas."""

from typing import Any

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """A reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """An object with exactly these properties, all there but the optional ones."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
SCORE: Schema = {"type": "number"}
TIME: Schema = {"type": "string", "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
STATUS: Schema = {"enum": ["present", "late", "absent", "excused", "left_early"]}
METHOD: Schema = {"enum": ["face", "card", "phone", "pin", "roll_call", "manual"]}

SCHEMAS: dict[str, Schema] = {
    "Error": {
        "type": "object",
        "properties": {"reason": TEXT, "message": TEXT},
        "required": ["reason", "message"],
    },
    "Student": record({"id": NUMBER, "name": TEXT, "number": TEXT}),
    "KioskState": record(
        {
            "paired": FLAG,
            "revoked": FLAG,
            "kiosk": nullable(record({"name": TEXT})),
            "sessions": listed(ref("OpenSession")),
            "demo": FLAG,
            "locale": {"enum": ["ko", "en"]},
            "now": TIME,
            "keeping": nullable(record({"hours": NUMBER, "visits": NUMBER})),
            "version": TEXT,
            "gesture_head": TEXT,
        }
    ),
    "PairingCode": record({"code": TEXT, "seconds": NUMBER}),
    "Pairing": record({"paired": FLAG}),
    "OpenSession": record(
        {
            "id": NUMBER,
            "title": TEXT,
            "course": record({"code": TEXT, "name": TEXT}),
            "starts_at": TIME,
            "time_zone": TEXT,
            "is_demo": FLAG,
            "challenges": FLAG,
        }
    ),
    "Asked": record(
        {
            "challenge": nullable(
                record({"id": TEXT, "kind": {"enum": ["turn_left", "turn_right"]}, "expires_at": TIME})
            )
        }
    ),
    "Match": record(
        {
            "id": TEXT,
            "reason": {"const": "match"},
            "status": {"const": "awaiting_answer"},
            "student": ref("Student"),
            "session": record({"id": NUMBER, "title": TEXT}),
            "confidence": {"enum": ["high", "fair"]},
            "leaving": FLAG,
            "expires_at": TIME,
        }
    ),
    "Nobody": record(
        {"id": TEXT, "reason": {"enum": ["unknown", "not_on_roster"]}, "status": {"const": "final"}}
    ),
    "AlreadyThere": record(
        {
            "id": TEXT,
            "reason": {"const": "already_checked_in"},
            "status": {"const": "final"},
            "student": ref("Student"),
            "attendance": ref("Arrival"),
        }
    ),
    "RefusedVisit": record(
        {
            "id": TEXT,
            "reason": {
                "enum": [
                    "no_face",
                    "several_faces",
                    "low_quality",
                    "not_live",
                    "truncated",
                    "not_an_image",
                    "unsupported_format",
                    "too_many_bytes",
                    "too_many_pixels",
                    "session_closed",
                ]
            },
            "status": {"const": "final"},
            "problems": listed(TEXT),
            "message": TEXT,
        },
        optional=("problems",),
    ),
    "RefusedClaim": record(
        {
            "id": TEXT,
            "reason": {"enum": ["code_unknown", "code_expired", "code_used", "pin_wrong", "session_closed"]},
            "status": {"const": "final"},
            "message": TEXT,
        }
    ),
    "Arrival": record(
        {
            "status": STATUS,
            "recorded_at": TIME,
            "left_at": nullable(TIME),
            "check_out_from": nullable(TIME),
        }
    ),
    "Accepted": record(
        {
            "id": TEXT,
            "reason": {"enum": ["match", "already_checked_in"]},
            "status": {"const": "accepted"},
            "student": ref("Student"),
            "attendance": ref("Arrival"),
        }
    ),
    "Discarded": record({"id": TEXT, "status": {"const": "discarded"}}),
    "Counts": record(
        {
            "present": NUMBER,
            "late": NUMBER,
            "absent": NUMBER,
            "excused": NUMBER,
            "left_early": NUMBER,
            "waiting": NUMBER,
        }
    ),
    "Entry": record(
        {
            "student": ref("Student"),
            "status": nullable(STATUS),
            "method": nullable(METHOD),
            "recorded_at": nullable(TIME),
            "score": nullable(SCORE),
            "challenged": nullable(FLAG),
            "unconfirmed": FLAG,
            "reason": TEXT,
            "kiosk": nullable(TEXT),
            "confidence": nullable({"enum": ["very_sure", "sure", "just_enough"]}),
            "left_at": nullable(TIME),
        }
    ),
    "Marked": record({"entry": ref("Entry"), "counts": ref("Counts")}),
    "Roster": record(
        {
            "session": record(
                {
                    "id": NUMBER,
                    "title": TEXT,
                    "status": {"enum": ["scheduled", "open", "closed", "cancelled", "missed"]},
                    "starts_at": TIME,
                    "closed_at": nullable(TIME),
                    "course": record({"id": NUMBER, "code": TEXT, "name": TEXT}),
                    "time_zone": TEXT,
                }
            ),
            "counts": ref("Counts"),
            "entries": listed(ref("Entry")),
            "last_event_id": NUMBER,
        }
    ),
    "DemoPerson": record({"id": TEXT, "name": TEXT, "pictures": listed(TEXT)}),
    "Health": record({"status": {"const": "ok"}}),
    "Readiness": record(
        {
            "status": {"enum": ["ready", "warming_up", "failed"]},
            "models": {"type": "object"},
            "database": {"enum": ["ok", "unavailable"]},
            "reason": TEXT,
        },
        optional=("reason",),
    ),
}
