"""What a request may cost before anything looks at it."""

from flask import Flask, request

MAX_FRAMES = 5
MAX_CHALLENGE_FRAMES = 10
MAX_FRAME_BYTES = 8 * 1024 * 1024
MAX_UPLOAD_BYTES = MAX_FRAMES * MAX_FRAME_BYTES + 1024 * 1024
MAX_FIELD_BYTES = 256 * 1024
MAX_PARTS = 32


def init_app(app: Flask) -> None:
    """Sets the limits, and gives uploads' temporary files back with the request."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FIELD_BYTES,
        MAX_FORM_PARTS=MAX_PARTS,
    )

    @app.teardown_request
    def close_files(_error: BaseException | None) -> None:
        request.close()
