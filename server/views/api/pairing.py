"""A browser asks to become a kiosk: the code that it shows, and the token that it collects."""

from flask import Response, jsonify

from server.auth import forget_pairing, pairing_secret, remember_kiosk, remember_pairing, same_origin_only
from server.db import get_db
from server.services import pairing
from server.views.api.blueprints import kiosk_api


@kiosk_api.post("/pairings")
@same_origin_only
def new_pairing() -> Response:
    """A fresh code to show; it takes the place of the one before."""
    asked, secret = pairing.new_code(get_db(), pairing_secret())
    response = jsonify(code=asked.code, seconds=int(pairing.SHOWN_FOR.total_seconds()))
    remember_pairing(response, secret)
    return response


@kiosk_api.post("/pairings/collection")
@same_origin_only
def collect_pairing() -> Response:
    """Whether the code was accepted; if so, this browser becomes the kiosk, once."""
    token = pairing.collect(get_db(), pairing_secret())
    response = jsonify(paired=token is not None)
    if token is not None:
        remember_kiosk(response, token)
        forget_pairing(response)
    return response
