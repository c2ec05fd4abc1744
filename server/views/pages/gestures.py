"""The gesture model that kiosks load: a Teachable Machine pose export, as it is."""

from flask import Response, make_response, url_for

from server.auth import current_kiosk
from server.db import get_db
from server.runtime import get_runtime
from server.services import gesture_serving
from server.views.gesture_address import gesture_head_address
from server.views.pages.assets import A_YEAR_S
from server.views.pages.blueprint import bp

TYPES = {
    "model.json": "application/json",
    "metadata.json": "application/json",
    "meanings.json": "application/json",
    "weights.bin": "application/octet-stream",
}
POSENET = "posenet-dd63bf2d/model-stride16.json"
"""Where the build puts PoseNet's checkpoint: see web/posenet.js."""


@bp.app_template_global("posenet_url")
def posenet_url() -> str:
    """The address of PoseNet's `model.json`."""
    return url_for("pages.asset_file", name=POSENET)


@bp.app_template_global("gesture_head_url")
def gesture_head_url() -> str:
    """The address of the `model.json` of the gesture model that this browser is to use."""
    return gesture_head_address(current_kiosk())


@bp.get("/gestures/<version>/<any('model.json', 'metadata.json', 'meanings.json', 'weights.bin'):name>")
def gesture_file(version: str, name: str) -> Response:
    """One file of an export. Its address holds a digest of its content, so browsers may keep it for good."""
    content = gesture_serving.served(get_db(), get_runtime().default_gestures, version, name)
    response = make_response(content)
    response.mimetype = TYPES[name]
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    return response
