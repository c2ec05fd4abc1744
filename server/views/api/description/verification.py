"""What compares pictures."""

from server.views.api.description.answers import error, json_answer
from server.views.api.description.schemas import (
    FLAG,
    NUMBER,
    SCORE,
    TEXT,
    Schema,
    listed,
    nullable,
    record,
    ref,
)

PICTURE: Schema = {"type": "string", "format": "binary"}
TOKEN: Schema = {"name": "X-CSRFToken", "in": "header", "required": True, "schema": TEXT}
METRICS: Schema = {"enum": ["cosine", "euclidean", "euclidean_l2"]}
BOX: Schema = listed(SCORE) | {
    "minItems": 4,
    "maxItems": 4,
    "description": "x, y, width, height in pixels of the picture, upright.",
}

VERIFICATION_PATHS: dict[str, Schema] = {
    "/api/v1/verifications": {
        "post": {
            "summary": "Whether somebody is in both of two pictures",
            "description": (
                "Every face of the first is compared with every face of the second. Neither the pictures nor"
                " the answer are kept. A picture may have 8 MiB and 24 megapixels."
            ),
            "parameters": [TOKEN],
            "security": [{"session": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": record(
                            {
                                "first": PICTURE,
                                "second": PICTURE,
                                "metric": METRICS,
                                "threshold": SCORE
                                | {"minimum": 0, "maximum": 2, "description": "Default: the measured one."},
                            },
                            optional=("metric", "threshold"),
                        )
                    }
                },
            },
            "responses": {
                "200": json_answer(
                    "2: the same person is in both; 0: not; -2, -1: no face in the first, the second.",
                    ref("Verification"),
                ),
                "400": error("csrf_failed, pictures_missing, metric_invalid, threshold_invalid"),
                "401": error("sign_in_required"),
                "413": error("too_many_bytes"),
                "422": json_answer(
                    "-22, -21: the first, the second cannot be read; -11: read, but not to be analysed.",
                    ref("Verification"),
                ),
                "503": error("not_ready, busy; try again after Retry-After seconds"),
            },
        }
    },
}

VERIFICATION_SCHEMAS: dict[str, Schema] = {
    "Verification": record(
        {
            "code": {"enum": [2, 0, -1, -2, -11, -21, -22]},
            "same": FLAG,
            "message": TEXT,
            "detail": TEXT | {"description": "Why a picture could not be used, else empty."},
            "model": TEXT,
            "metric": METRICS,
            "threshold": SCORE,
            "distance": nullable(SCORE) | {"description": "The smallest."},
            "pair": nullable(listed(NUMBER) | {"description": "Whose it is: row and column of distances."}),
            "distances": listed(listed(SCORE)),
            "faces": listed(listed(BOX)) | {"description": "Of the first and of the second, largest first."},
        }
    ),
}
