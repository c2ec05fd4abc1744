"""What is kept about somebody as one file: JSON for programs, a page for people, the photos."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from server.models import utc_now
from server.views.pages.downloads import download


def personal_archive(
    told: Mapping[str, Any], name: str, line: str, stem: str, photos: Mapping[int, bytes] | None = None
) -> Response:
    """The file to save.

    :param line: stands below the name on the page.
    :param stem: of the file's name; the day is added.
    :param photos: JPEG files by id.
    """
    pictures = photos or {}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        page = render_template(
            "personal_data_export.html", name=name, line=line, told=told, photos=list(pictures)
        )
        archive.writestr("index.html", page)
        for photo_id, jpeg in pictures.items():
            archive.writestr(f"photos/{photo_id}.jpg", jpeg)
    return download(file.getvalue(), f"{stem}-{utc_now().date().isoformat()}", "zip")
