"""Every error becomes an answer here, once: JSON for the API, a page for people."""

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import NoMoreData, ParseException
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadHost, HTTPException

from server.auth import forget_who_asks
from server.exceptions import NotReady, ServerError, TooMany
from server.failures import meant_by
from server.locales import select_locale
from server.messages import message
from server.request_ids import request_id

log = logging.getLogger(__name__)

_REASONS = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_many_bytes",
    415: "unsupported_media_type",
    429: "too_many_requests",
}


def error_answer(status: int, reason: str) -> Response:
    """An answer that says what is wrong, in the request's language and form."""
    text = message(reason, select_locale())
    if is_api():
        return make_response(jsonify(reason=reason, message=text), status)
    page = render_template("error.html", status=status, reason=reason, message=text, request_id=request_id())
    return make_response(page, status)


def is_api() -> bool:
    """Whether the request is a program's, not a person's."""
    return request.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


def init_app(app: Flask) -> None:
    """Registers the handlers."""

    @app.errorhandler(ServerError)
    def server_error(error: ServerError) -> Response:
        response = error_answer(error.status, error.reason)
        if isinstance(error, NotReady | TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(RateLimitExceeded)
    def too_many(error: RateLimitExceeded) -> Response:
        response = error_answer(429, "too_many_requests")
        if error.limit is not None:
            response.headers["Retry-After"] = str(error.limit.limit.get_expiry())
        return response

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> Response:
        return error_answer(400, "csrf_failed")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        if 300 <= status < 400:
            return make_response(error.get_response())
        reason = _REASONS.get(status, "bad_request" if status < 500 else "internal_error")
        response = error_answer(status, reason)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    @app.errorhandler(BadHost)
    def bad_host(_error: BadHost) -> Response:
        # No page can be drawn: its links would lead to that host.
        response = make_response(message("bad_request", select_locale()), 400)
        response.mimetype = "text/plain"
        return response

    @app.errorhandler(ParseException)
    @app.errorhandler(NoMoreData)
    def bent_body(_error: ParseException | NoMoreData) -> Response:
        # A body in chunks is taken apart only when it is read.
        return error_answer(400, "bad_request")

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    def out_of_range(error: DataError | OverflowError) -> Response:
        # A number or a moment beyond what the database or the calendar knows.
        log.warning(
            "request for what is out of range: %s %s: %s", request.method, request.path, type(error).__name__
        )
        return error_answer(400, "bad_request")

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        failure = meant_by(error)
        if failure is not None:
            log.error("%s: %s", failure.reason, getattr(error, "orig", error))
            forget_who_asks()  # The page would ask the database, which has just failed.
            return server_error(failure)
        log.exception("the request failed: %s %s", request.method, request.endpoint)
        return error_answer(500, "internal_error")
