"""Figures for Prometheus, for nobody but the operator."""

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from server.exceptions import Unauthorised
from server.installation_metrics import InstallationMetrics
from server.metrics_access import asked_from_this_machine, shows_token
from server.runtime import get_runtime

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def metrics() -> Response:
    """The figures of all processes of this server, and the state of the installation."""
    runtime = get_runtime()
    token = runtime.settings.metrics_token
    if token is not None and not shows_token(request.environ, token):
        raise Unauthorised("token_invalid")
    if token is None and not asked_from_this_machine(request.environ):
        abort(404)
    state: InstallationMetrics = current_app.extensions["installation_metrics"]
    text = generate_latest(runtime.figures.metrics.all_processes()) + generate_latest(state.registry())
    return Response(text, content_type=CONTENT_TYPE_LATEST)
