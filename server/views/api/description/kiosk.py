"""What kiosks call."""

from server.views.api.description.answers import error, in_path, json_answer, json_body, refused
from server.views.api.description.schemas import FLAG, NUMBER, TEXT, TIME, Schema, listed, record, ref

KEPT = (
    "Kept by a paired kiosk while the server was away: captured_at counts, within the hours that the server"
    " allows; no challenge is asked for; a match is recorded at once, marked as not confirmed."
)


def _claim(summary: str, *fields: str) -> Schema:
    """A visit without a face."""
    body = {"nonce": {"type": "string", "format": "uuid"}, "session_id": NUMBER, "captured_at": TIME}
    fields_of_all = body | dict.fromkeys(fields, TEXT) | {"kept": FLAG | {"description": KEPT}}
    return {
        "summary": summary,
        "security": [{"kiosk": []}, {}],
        "requestBody": json_body(record(fields_of_all, optional=("kept",))),
        "responses": {
            "200": json_answer("Recorded, or why not.", ref("Accepted"), ref("AlreadyThere"), ref("Nobody")),
            "400": error("The request is malformed: invalid_nonce, invalid_code, invalid_pin, …"),
            "401": error("kiosk_not_paired"),
            "403": error("cross_site"),
            "404": error("session_not_found"),
            "409": json_answer("session_closed, or nonce_reused", ref("RefusedClaim"), ref("Error")),
            "422": json_answer("code_unknown, code_expired, code_used, pin_wrong", ref("RefusedClaim")),
            "429": error("too_many_tries, too_many_requests; try again after Retry-After seconds"),
            "503": error("busy, database_away, storage_full; try again after Retry-After seconds"),
        },
    }


KIOSK_PATHS: dict[str, Schema] = {
    "/api/v1/kiosk": {
        "get": {
            "summary": "Which sessions this browser may take check-ins for",
            "responses": {"200": json_answer("The kiosk's state.", ref("KioskState"))},
        }
    },
    "/api/v1/pairings": {
        "post": {
            "summary": "A code to show, for an instructor to accept in the dashboard",
            "description": "Sets the cookie `pairing`, which alone can collect the kiosk's token.",
            "responses": {
                "200": json_answer("A fresh code, and how long to show it.", ref("PairingCode")),
                "403": error("cross_site"),
                "429": error("too_many_requests; try again after Retry-After seconds"),
            },
        }
    },
    "/api/v1/pairings/collection": {
        "post": {
            "summary": "Whether the code was accepted; if so, the cookie `kiosk` is set, once",
            "responses": {
                "200": json_answer("Paired, or not yet.", ref("Pairing")),
                "403": error("cross_site"),
            },
        }
    },
    "/api/v1/challenges": {
        "post": {
            "summary": "What the next visitor has to do to show that a person is there",
            "description": "Good for one visit of this kiosk to this session, and for half a minute.",
            "requestBody": json_body(record({"session_id": NUMBER})),
            "security": [{"kiosk": []}, {}],
            "responses": {
                "200": json_answer("A challenge; null where none is asked.", ref("Asked")),
                "400": error("invalid_session_id, invalid_json"),
                "401": error("kiosk_not_paired"),
                "403": error("cross_site"),
                "404": error("session_not_found"),
                "429": error("too_many_requests; try again after Retry-After seconds"),
            },
        }
    },
    "/api/v1/check-ins": {
        "post": {
            "summary": "A visit: one to five frames in, a decision out",
            "description": (
                "Sending a nonce again gives the first answer again and changes nothing. Without the kiosk"
                " cookie only sessions of the demo class are open."
            ),
            "security": [{"kiosk": []}, {}],
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": record(
                            {
                                "frames": listed({"type": "string", "format": "binary"})
                                | {"minItems": 1, "maxItems": 5},
                                "nonce": {"type": "string", "format": "uuid"},
                                "session_id": NUMBER,
                                "captured_at": TIME,
                                "gesture": TEXT
                                | {
                                    "description": (
                                        "A JSON object, at most 4096 characters. `bodies`: where the visitor"
                                        " was in each frame, nine numbers: x, y (parts of the picture) and"
                                        " probability of nose, left and right shoulder; or null."
                                    )
                                },
                                "challenge": TEXT | {"description": "Its id, where one was asked."},
                                "challenge_frames": listed({"type": "string", "format": "binary"})
                                | {
                                    "maxItems": 10,
                                    "description": "Taken while the visitor did as asked, oldest first.",
                                },
                                "kept": {"const": "true"} | {"description": KEPT},
                            },
                            optional=("gesture", "challenge", "challenge_frames", "kept"),
                        )
                    }
                },
            },
            "responses": {
                "200": json_answer(
                    "A decision.", ref("Match"), ref("Nobody"), ref("AlreadyThere"), ref("Accepted")
                ),
                "400": error("The request is malformed: invalid_nonce, invalid_frames, kept_out_of_time, …"),
                "401": error("kiosk_not_paired"),
                "403": error("cross_site"),
                "404": error("session_not_found"),
                "409": refused("session_closed, or nonce_reused"),
                "413": refused("too_many_bytes, too_many_pixels"),
                "415": refused("not_an_image, unsupported_format"),
                "422": refused(
                    "no_face, several_faces, low_quality, truncated, or not_live with one of these problems:"
                    " challenge_missing, challenge_unknown, challenge_used, challenge_expired, face_lost,"
                    " no_turn, wrong_way, flat, another_face, another_body"
                ),
                "429": error("too_many_requests; try again after Retry-After seconds"),
                "503": error(
                    "not_ready, busy, database_away, storage_full; try again after Retry-After seconds"
                ),
            },
        }
    },
    "/api/v1/check-ins/codes": {
        "post": _claim("A visit with what was read from a student's QR code: recorded at once", "code")
    },
    "/api/v1/check-ins/pins": {
        "post": _claim("A visit with a student number and a PIN: recorded at once", "number", "pin")
    },
    "/api/v1/check-ins/{check_in_id}/answer": {
        "post": {
            "summary": 'The answer to "is this you?", within a minute',
            "parameters": [in_path("check_in_id", TEXT)],
            "requestBody": json_body(record({"answer": {"enum": ["O", "X"]}})),
            "security": [{"kiosk": []}, {}],
            "responses": {
                "200": json_answer("Recorded, or discarded.", ref("Accepted"), ref("Discarded")),
                "400": error("answer_invalid, invalid_json"),
                "403": error("cross_site"),
                "404": error("check_in_not_found"),
                "409": error("already_answered, nothing_to_answer, session_closed"),
                "410": error("answer_expired"),
                "429": error("too_many_requests; try again after Retry-After seconds"),
            },
        }
    },
    "/api/v1/demo/people": {
        "get": {
            "summary": "The demo class's synthetic people",
            "responses": {
                "200": json_answer(
                    "With the pictures they were not enrolled from.", listed(ref("DemoPerson"))
                ),
                "404": error("demo_unavailable"),
            },
        }
    },
    "/api/v1/demo/pictures/{person}/{name}": {
        "get": {
            "summary": "One of their pictures",
            "parameters": [in_path("person", TEXT), in_path("name", TEXT)],
            "responses": {
                "200": {"description": "JPEG", "content": {"image/jpeg": {}}},
                "404": error("demo_unavailable, picture_not_found"),
            },
        }
    },
}
