"""The browser's files, built once by Vite: found by their source name, served to be kept for good."""

import json
from pathlib import Path

from flask import Response, abort, send_from_directory, url_for

from server.runtime import get_runtime
from server.views.pages.blueprint import bp

MANIFEST = Path(".vite", "manifest.json")
A_YEAR_S = 365 * 24 * 3600


@bp.app_template_global("asset")
def asset(source: str) -> str:
    """The address of a built file, for example of ``kiosk/main.js``.

    :raises LookupError: when ``web/`` was not built or does not build this file.
    """
    return url_for("pages.asset_file", name=built_file(source))


def built_file(source: str) -> str:
    """The name of a built file below the folder of built files; raises as :func:`asset`."""
    dist = get_runtime().settings.web_dist
    try:
        manifest = json.loads((dist / MANIFEST).read_text(encoding="utf-8"))
        built: str = manifest[source]["file"]
    except (OSError, KeyError) as error:
        raise LookupError(f"{source} is not among the built pages in {dist}: run `make setup`") from error
    return built


@bp.get("/assets/<path:name>")
def asset_file(name: str) -> Response:
    """A built file. Its name holds a digest of its content, so browsers may keep it for good."""
    if any(part.startswith(".") for part in name.split("/")):
        abort(404)
    folder = get_runtime().settings.web_dist.resolve()
    response = send_from_directory(folder, name, max_age=A_YEAR_S)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    return response
