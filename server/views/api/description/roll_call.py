"""What looks at a picture of a room."""

from server.views.api.description.answers import error, json_answer
from server.views.api.description.schemas import NUMBER, SCORE, STATUS, Schema, listed, nullable, record, ref
from server.views.api.description.verification import BOX, PICTURE, TOKEN

ROLL_CALL_PATHS: dict[str, Schema] = {
    "/api/v1/roll-calls": {
        "post": {
            "summary": "Who of the roster is in a picture of the room",
            "description": (
                "Every face with its box, and the student it is or null. One student is in one place. Nothing"
                " is recorded, and the picture is not kept."
            ),
            "parameters": [TOKEN],
            "security": [{"session": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": record(
                            {
                                "session_id": NUMBER,
                                "picture": PICTURE,
                                "camera_id": NUMBER | {"description": "A registered camera instead."},
                                "live": {
                                    "const": "true",
                                    "description": "A frame of a running picture: quicker, fewer far faces.",
                                },
                            },
                            optional=("picture", "camera_id", "live"),
                        )
                    }
                },
            },
            "responses": {
                "200": json_answer("The faces, largest first.", ref("RollCall")),
                "400": error("csrf_failed, invalid_session_id, invalid_camera_id, picture_missing"),
                "401": error("sign_in_required"),
                "404": error("session_not_found, camera_not_found"),
                "413": error("too_many_bytes"),
                "422": error("not_an_image, unsupported_format, truncated, too_many_bytes, too_many_pixels"),
                "502": error("camera_silent"),
                "503": error("not_ready, busy; try again after Retry-After seconds"),
            },
        }
    },
}

ROLL_CALL_SCHEMAS: dict[str, Schema] = {
    "RoomFace": record(
        {
            "box": BOX,
            "student": nullable(ref("Student")),
            "status": nullable(STATUS) | {"description": "What is recorded of the student already."},
            "score": nullable(SCORE),
        }
    ),
    "RollCall": record(
        {
            "session_id": NUMBER,
            "width": NUMBER,
            "height": NUMBER,
            "faces": listed(ref("RoomFace")),
            "known": NUMBER,
            "unknown": NUMBER,
        }
    ),
}
