"""What the operator's tools call."""

from server.views.api.description.answers import json_answer
from server.views.api.description.schemas import Schema, ref

SERVICE_PATHS: dict[str, Schema] = {
    "/healthz": {
        "get": {
            "summary": "The process is alive",
            "responses": {"200": json_answer("It is.", ref("Health"))},
        }
    },
    "/readyz": {
        "get": {
            "summary": "The networks are warm and the database answers",
            "responses": {
                "200": json_answer("Ready, with versions.", ref("Readiness")),
                "503": json_answer("Not yet.", ref("Readiness")),
            },
        }
    },
    "/api/v1/openapi.json": {
        "get": {
            "summary": "This description",
            "responses": {
                "200": {"description": "OpenAPI 3.1", "content": {"application/json": {}}},
            },
        }
    },
}
