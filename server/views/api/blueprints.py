"""The API's blueprints."""

from flask import Blueprint

kiosk_api = Blueprint("kiosk_api", __name__, url_prefix="/api/v1")
"""For kiosks and for anybody: no form tokens."""

token_api = Blueprint("token_api", __name__, url_prefix="/api/v1")
"""For programs with a token; cookies count for nothing here, so no form tokens either."""

instructor_api = Blueprint("instructor_api", __name__, url_prefix="/api/v1")
"""For signed-in accounts: form tokens on everything that changes something."""
