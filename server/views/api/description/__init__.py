"""The API's OpenAPI 3.1 description, kept by hand in small pieces."""

from typing import Any

from flask import Response, jsonify, request

from server.views.api.blueprints import kiosk_api
from server.views.api.description.distinction import DISTINCTION_PATHS, DISTINCTION_SCHEMAS
from server.views.api.description.instructor import INSTRUCTOR_PATHS
from server.views.api.description.kiosk import KIOSK_PATHS
from server.views.api.description.record_schemas import RECORD_SCHEMAS
from server.views.api.description.records import RECORD_PATHS
from server.views.api.description.roll_call import ROLL_CALL_PATHS, ROLL_CALL_SCHEMAS
from server.views.api.description.schemas import SCHEMAS
from server.views.api.description.service import SERVICE_PATHS
from server.views.api.description.verification import VERIFICATION_PATHS, VERIFICATION_SCHEMAS

VERSION = "1.0.0"


def document(root: str = "") -> dict[str, Any]:
    """The whole description.

    :param root: the prefix that the app runs under.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Face Check-in",
            "version": VERSION,
            "description": "Contactless attendance: kiosk check-ins, live rosters and events.",
        },
        "servers": [{"url": root or "/"}],
        "paths": KIOSK_PATHS
        | INSTRUCTOR_PATHS
        | RECORD_PATHS
        | VERIFICATION_PATHS
        | DISTINCTION_PATHS
        | ROLL_CALL_PATHS
        | SERVICE_PATHS,
        "components": {
            "schemas": SCHEMAS
            | RECORD_SCHEMAS
            | VERIFICATION_SCHEMAS
            | DISTINCTION_SCHEMAS
            | ROLL_CALL_SCHEMAS,
            "securitySchemes": {
                "kiosk": {"type": "apiKey", "in": "cookie", "name": "kiosk"},
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "session"},
            },
        },
    }


@kiosk_api.get("/openapi.json")
def openapi() -> Response:
    """This description."""
    return jsonify(document(request.script_root))
