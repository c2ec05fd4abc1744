"""What a request may cost before anything looks at it."""

from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

MAX_FRAMES = 5
MAX_CHALLENGE_FRAMES = 10
MAX_FRAME_BYTES = 8 * 1024 * 1024
MAX_UPLOAD_BYTES = MAX_FRAMES * MAX_FRAME_BYTES + 1024 * 1024
MAX_FIELD_BYTES = 256 * 1024
MAX_PARTS = 32


class NamedFields(FormDataParser):
    """Refuses a form with a part that has no name, which would be a field called None."""

    def parse(self, *arguments: Any, **options: Any) -> tuple[IO[bytes], Any, Any]:
        """As `FormDataParser.parse`. Raises BadRequest."""
        stream, form, files = super().parse(*arguments, **options)
        if None in form or None in files:
            raise BadRequest
        return stream, form, files


class FormRequest(Request):
    """A request whose fields all have names."""

    form_data_parser_class = NamedFields


def init_app(app: Flask) -> None:
    """Sets the limits, and gives uploads' temporary files back with the request."""
    app.request_class = FormRequest
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FIELD_BYTES,
        MAX_FORM_PARTS=MAX_PARTS,
    )

    @app.teardown_request
    def close_files(_error: BaseException | None) -> None:
        request.close()
