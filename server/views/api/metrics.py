"""Figures for Prometheus, for nobody but the operator."""

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from server.exceptions import Unauthorised
from server.installation_metrics import InstallationMetrics
from server.runtime import get_runtime

bp = Blueprint("metrics", __name__)

_PROXIED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded")


@bp.get("/metrics")
def metrics() -> Response:
    """The figures of all processes of this server, and the state of the installation.

    Where no token is set, only this machine may ask, and not through a proxy: one that runs here would make
    everybody look like this machine.
    """
    runtime = get_runtime()
    token = runtime.settings.metrics_token
    if token is not None:
        _check_token(token)
    elif not _asked_from_this_machine():
        abort(404)
    state: InstallationMetrics = current_app.extensions["installation_metrics"]
    text = generate_latest(runtime.figures.metrics.all_processes()) + generate_latest(state.registry())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _check_token(token: SecretStr) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        given.strip().encode(), token.get_secret_value().encode()
    ):
        raise Unauthorised("token_invalid")


def _asked_from_this_machine() -> bool:
    original = request.environ.get("werkzeug.proxy_fix.orig", {})
    address = original.get("REMOTE_ADDR", request.environ.get("REMOTE_ADDR")) or ""
    try:
        near = ip_address(address).is_loopback
    except ValueError:
        return False
    return near and not any(name in request.headers for name in _PROXIED)
