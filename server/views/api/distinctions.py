"""Apparent gender of the faces of a picture, where the operator has stated what for."""

from flask import Response, jsonify, request

from recognition.distinction import DistinctionCode
from server.auth import signed_in
from server.db import get_db
from server.distinguishing import get_distinguisher, stated_purpose
from server.exceptions import Invalid
from server.locales import select_locale
from server.runtime import get_runtime
from server.services import distinctions
from server.views.api.blueprints import instructor_api


@instructor_api.post("/distinctions")
def distinguish() -> tuple[Response, int]:
    """One picture in, the shares of each face out; neither is kept."""
    account = signed_in()
    purpose = stated_purpose()
    upload = request.files.get("picture")
    picture = upload.stream.read() if upload is not None else b""
    if not picture:
        raise Invalid("picture_needed")
    runtime = get_runtime()
    distinguisher = get_distinguisher()
    db = get_db()
    distinctions.write_down(db, runtime.audit, account.id, purpose)
    db.commit()  # The connection goes back while the networks work.
    with runtime.place():
        outcome = distinctions.look(distinguisher, picture).outcome
    status = 422 if outcome.code <= DistinctionCode.NOT_ANALYSABLE else 200
    return jsonify(purpose=purpose, **outcome.as_json(select_locale())), status
