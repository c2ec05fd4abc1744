"""Looks at each request as it ends: how long it took, what came of it; tells who counts."""

import logging
import time
from collections.abc import Callable

from flask import Flask, Response, g, request

log = logging.getLogger(__name__)

SLOW_S = 1.0
UNKNOWN = "none"
"""The endpoint of an address that is no page's."""


Seen = Callable[[str, int, float], None]
"""Told of a request: endpoint, HTTP status, seconds."""


class _Readiness:
    """Programs ask every second whether a process is ready: that it is not is logged once."""

    ENDPOINT = "health.readyz"

    def __init__(self) -> None:
        self._status = 200

    def said_already(self, endpoint: str, status: int) -> bool:
        """Whether this failure is the same as the last answer."""
        if endpoint != self.ENDPOINT:
            return False
        before, self._status = self._status, status
        return status == before and status >= 500


def init_app(app: Flask, seen: Seen) -> None:
    """Times every request, from its arrival to the head of its answer, and logs those that matter.

    Logged is what changes something, fails or is slow, by its endpoint: an address may hold a secret.
    """

    readiness = _Readiness()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.began if "began" in g else 0.0
        endpoint, status = request.endpoint or UNKNOWN, response.status_code
        method = request.method if request.endpoint else UNKNOWN
        seen(endpoint, status, seconds)
        if readiness.said_already(endpoint, status):
            return response
        if method not in {"GET", "HEAD", UNKNOWN} or status >= 500 or seconds > SLOW_S:
            level = logging.WARNING if status >= 500 else logging.INFO
            ms = round(seconds * 1000)
            told = {"method": method, "endpoint": endpoint, "status": status, "ms": ms}
            log.log(level, "%s %s: %d after %d ms", method, endpoint, status, ms, extra=told)
        return response
