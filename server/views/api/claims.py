"""The kiosk's calls for whoever checks in without a face: a QR code, or a student number and a PIN."""

from typing import Any

from flask import Response, request

from server.auth import current_kiosk, same_origin_only
from server.db import get_db
from server.exceptions import Invalid
from server.runtime import get_runtime
from server.services import claims
from server.services.check_ins import Visit
from server.services.passes import MOST_CHARACTERS
from server.views.api.blueprints import kiosk_api
from server.views.api.check_ins import session_of, to_response, visit_from


@kiosk_api.post("/check-ins/codes")
@same_origin_only
def check_in_by_code() -> tuple[Response, int]:
    """A visit with a card or a phone."""
    visit, body = _visit()
    code = body.get("code")
    if not isinstance(code, str) or not 1 <= len(code) <= MOST_CHARACTERS:
        raise Invalid("invalid_code")
    return to_response(claims.by_code(get_db(), get_runtime().vault, visit, code))


@kiosk_api.post("/check-ins/pins")
@same_origin_only
def check_in_by_pin() -> tuple[Response, int]:
    """A visit with a student number and a PIN."""
    visit, body = _visit()
    number, pin = body.get("number"), body.get("pin")
    if not isinstance(number, str) or not isinstance(pin, str) or not number or not pin:
        raise Invalid("invalid_pin")
    return to_response(claims.by_pin(get_db(), visit, number, pin))


def _visit() -> tuple[Visit, dict[str, Any]]:
    """The visit and the rest of the request; the session it names is one of the kiosk's."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("invalid_json")
    kiosk = current_kiosk()
    visit = visit_from({name: str(value) for name, value in body.items()}, kiosk)
    session_of(visit.session_id, kiosk)
    return visit, body
