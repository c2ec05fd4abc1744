"""The gesture model that kiosks load: a Teachable Machine pose export, as it is."""

from flask import Response, abort, send_from_directory, url_for

from server.runtime import get_runtime
from server.views.pages.blueprint import bp

FILES = ("model.json", "metadata.json", "weights.bin")
POSENET = "posenet-dd63bf2d/model-stride16.json"
"""Where the build puts PoseNet's checkpoint: see web/posenet.js."""


@bp.app_template_global("posenet_url")
def posenet_url() -> str:
    """The address of PoseNet's `model.json`."""
    return url_for("pages.asset_file", name=POSENET)


@bp.get("/gestures/<name>")
def gesture_file(name: str) -> Response:
    """One file of the export. It may change under its name, so browsers ask each time whether it has."""
    if name not in FILES:
        abort(404)
    response = send_from_directory(get_runtime().settings.gestures_dir.resolve(), name)
    response.headers["Cache-Control"] = "no-cache"
    return response
