"""Files that a page hands out."""

import re

from flask import Response, make_response

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}


def download(content: str | bytes, stem: str, extension: str) -> Response:
    """A file to save, named after the stem as far as that is plain ASCII; never cached."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.") or "export"
    response = make_response(content)
    response.headers["Content-Type"] = TYPES[extension]
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}.{extension}"'
    response.headers["Cache-Control"] = "no-store"
    return response
