"""A word for each request: in its answer, on the page of an error, in every line logged meanwhile."""

import re
import uuid

from flask import Flask, Response, current_app, g, has_request_context, request

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9_-]{8,64}")


def init_app(app: Flask, *, trusted: bool) -> None:
    """Answers each request with its id.

    :param trusted: whether a proxy in front gives the ids (nginx does); else each is made here, whatever a
        caller sends.
    """
    app.config["TAKE_REQUEST_IDS"] = trusted

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        return response


def request_id() -> str:
    """The id of the request under way."""
    if "request_id" not in g:
        given = request.headers.get(HEADER, "") if current_app.config["TAKE_REQUEST_IDS"] else ""
        g.request_id = given if _FORM.fullmatch(given) else uuid.uuid4().hex
    found: str = g.request_id
    return found


def request_id_if_any() -> str | None:
    """As :func:`request_id`; none outside of a request."""
    return request_id() if has_request_context() else None
