"""What lets the kiosk's page open while the server is away: its service worker and the list of its files."""

from flask import Response, jsonify, make_response, send_from_directory, url_for

from server.auth import current_kiosk
from server.kiosk_files import kiosk_files, kiosk_version
from server.runtime import get_runtime
from server.views.gesture_address import gesture_head_address
from server.views.pages.assets import built_file
from server.views.pages.blueprint import bp

WORKER = "kiosk/offline/worker.js"
HEAD_FILES = ("model.json", "metadata.json", "meanings.json", "weights.bin")


@bp.app_template_global("kiosk_worker_url")
def kiosk_worker_url() -> str:
    """The address of the service worker of this version."""
    return url_for("pages.kiosk_worker", v=kiosk_version(get_runtime().settings.web_dist))


@bp.app_template_global("kiosk_version")
def version() -> str:
    """The version of the kiosk's files."""
    return kiosk_version(get_runtime().settings.web_dist)


@bp.get("/kiosk-worker.js")
def kiosk_worker() -> Response:
    """The service worker. It lies beside the kiosk's page, so that it may serve that and its files."""
    response = make_response(
        send_from_directory(get_runtime().settings.web_dist.resolve(), built_file(WORKER))
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/kiosk-files.json")
def kiosk_files_listing() -> Response:
    """The files to keep: the built ones and the gesture model of this kiosk."""
    head = gesture_head_address(current_kiosk())
    model = [head.removesuffix("model.json") + name for name in HEAD_FILES]
    built = [url_for("pages.asset_file", name=name) for name in kiosk_files(get_runtime().settings.web_dist)]
    return jsonify(files=built + model)
