"""The kiosk asks what to ask: a challenge for the visit that is about to begin."""

from flask import Response, jsonify, request

from server.auth import current_kiosk, same_origin_only
from server.db import get_db
from server.exceptions import Invalid
from server.runtime import get_runtime
from server.services import liveness
from server.views.api.blueprints import kiosk_api
from server.views.api.check_ins import session_of


@kiosk_api.post("/challenges")
@same_origin_only
def ask() -> Response:
    """What the visitor has to do, or null where nothing is asked."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("invalid_json")
    session_id = body.get("session_id")
    if not isinstance(session_id, int) or isinstance(session_id, bool) or not 0 < session_id < 10**9:
        raise Invalid("invalid_session_id")
    kiosk = current_kiosk()
    session = session_of(session_id, kiosk)
    if not liveness.is_required(session, get_runtime().settings.liveness):
        return jsonify(challenge=None)
    challenge = liveness.ask(get_db(), session, kiosk)
    return jsonify(
        challenge={
            "id": challenge.id,
            "kind": challenge.kind,
            "expires_at": challenge.expires_at.isoformat(),
        }
    )
