"""What guesses apparent gender."""

from server.views.api.description.answers import error, json_answer
from server.views.api.description.schemas import SCORE, TEXT, Schema, listed, record, ref
from server.views.api.description.verification import BOX, PICTURE, TOKEN

DISTINCTION_PATHS: dict[str, Schema] = {
    "/api/v1/distinctions": {
        "post": {
            "summary": "Apparent gender of every face of a picture, where the operator has stated what for",
            "description": (
                "A guess from looks, to decide nothing by. Neither the picture nor the answer is kept; that"
                " it was asked for, and for which purpose, is in the audit log. Off without the setting"
                " FACE_CHECKIN_DISTINGUISH_PURPOSE."
            ),
            "parameters": [TOKEN],
            "security": [{"session": []}],
            "requestBody": {
                "required": True,
                "content": {"multipart/form-data": {"schema": record({"picture": PICTURE})}},
            },
            "responses": {
                "200": json_answer("1: guessed; -1: no face was found.", ref("Distinction")),
                "400": error("csrf_failed, picture_needed"),
                "401": error("sign_in_required"),
                "403": error("role_forbids"),
                "409": error("distinguish_off: no purpose is stated"),
                "413": error("too_many_bytes"),
                "422": json_answer(
                    "-21: the picture cannot be read; -11: read, but not to be analysed.", ref("Distinction")
                ),
                "429": error("too_many_requests; try again after Retry-After seconds"),
                "503": error("not_ready, busy, distinguish_network_missing"),
            },
        }
    },
}

DISTINCTION_SCHEMAS: dict[str, Schema] = {
    "Distinction": record(
        {
            "code": {"enum": [1, -1, -11, -21]},
            "message": TEXT,
            "detail": TEXT | {"description": "Why the picture could not be used, else empty."},
            "purpose": TEXT | {"description": "As the operator states it."},
            "faces": listed(
                record(
                    {
                        "box": BOX,
                        "percent": record({"woman": SCORE, "man": SCORE}),
                        "dominant": {"enum": ["woman", "man"]},
                    }
                )
            )
            | {"description": "Largest first."},
        }
    ),
}
