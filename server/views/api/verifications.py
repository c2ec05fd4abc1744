"""Are two pictures of the same person?"""

from flask import Response, jsonify, request

from recognition.result_codes import ResultCode
from server.auth import signed_in
from server.db import get_db
from server.exceptions import Invalid
from server.locales import select_locale
from server.runtime import get_runtime
from server.services import verifications
from server.views.api.blueprints import instructor_api


@instructor_api.post("/verifications")
def verify() -> tuple[Response, int]:
    """Two pictures in, every face of one against every face of the other out; nothing is kept."""
    signed_in()
    metric = verifications.metric_called(request.form.get("metric"))
    threshold = verifications.threshold_of(request.form.get("threshold"))
    pictures = [request.files.get(name) for name in ("first", "second")]
    first, second = (upload.stream.read() if upload is not None else b"" for upload in pictures)
    if not first or not second:
        raise Invalid("pictures_missing")
    runtime = get_runtime()
    verifier = runtime.verifier
    get_db().commit()  # The connection goes back while the networks work.
    with runtime.place():
        outcome = verifications.compare(verifier, first, second, metric, threshold).outcome
    status = 422 if outcome.code <= ResultCode.NOT_ANALYSABLE else 200
    return jsonify(outcome.as_json(select_locale())), status
