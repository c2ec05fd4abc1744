"""The JSON API under ``/api/v1``, and the health checks beside it.

Three blueprints, for three kinds of callers: kiosks are known by their cookie and are held to the same origin
(:func:`server.auth.same_origin_only`); instructors are signed in and send ``X-CSRFToken`` with what changes
anything; programs send an account's token (:func:`server.auth.bearer`).
"""

from flask import Flask
from flask_wtf import CSRFProtect

from server.installation_metrics import InstallationMetrics
from server.views.api import (
    challenges,
    check_ins,
    claims,
    demo,
    description,
    distinctions,
    events,
    health,
    metrics,
    pairing,
    records,
    roll_calls,
    sessions,
    verifications,
)
from server.views.api.blueprints import instructor_api, kiosk_api, token_api

__all__ = [
    "challenges",
    "check_ins",
    "claims",
    "demo",
    "description",
    "distinctions",
    "events",
    "init_app",
    "pairing",
    "records",
    "roll_calls",
    "sessions",
    "verifications",
]


def init_app(app: Flask, csrf: CSRFProtect) -> None:
    """Registers the API."""
    csrf.exempt(kiosk_api)
    csrf.exempt(token_api)
    app.register_blueprint(kiosk_api)
    app.register_blueprint(instructor_api)
    app.register_blueprint(token_api)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    app.extensions["installation_metrics"] = InstallationMetrics(app.extensions["face_checkin"])
