"""Server-sent events (WHATWG HTML, section 9.2) for a session's dashboard."""

import json
import time
from collections.abc import Iterator

from flask import Response, request

from server.auth import signed_in
from server.db import get_db
from server.event_stream import Subscription
from server.exceptions import Invalid
from server.runtime import get_runtime
from server.services import class_sessions
from server.services.outbox import Event
from server.views.api.blueprints import instructor_api

HEARTBEAT_S = 15.0
LIFETIME_S = 600.0
"""A stream ends after this long; the browser comes back by itself and is asked anew who it is."""
RECONNECT_MS = 1000


@instructor_api.get("/events")
def stream() -> Response:
    """The events of one session: those after Last-Event-ID (or ``last_event_id``), then live."""
    account = signed_in()
    session_id = request.args.get("session_id", type=int)
    if session_id is None:
        raise Invalid("invalid_session_id")
    session = class_sessions.get(get_db(), account, session_id)
    known = request.headers.get("Last-Event-ID") or request.args.get("last_event_id") or ""
    after = int(known) if known.isascii() and known.isdecimal() and len(known) < 19 else None
    subscription = get_runtime().events.subscribe(session.id, after)
    response = Response(_lines(subscription), mimetype="text/event-stream")
    response.call_on_close(subscription.close)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _lines(subscription: Subscription) -> Iterator[str]:
    yield f"retry: {RECONNECT_MS}\n\n"
    ends = time.monotonic() + LIFETIME_S
    for event in subscription.events(HEARTBEAT_S):
        yield _line(event)
        if time.monotonic() > ends:
            return


def _line(event: Event | None) -> str:
    if event is None:
        return ": still here\n\n"
    data = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.id}\nevent: {event.type}\ndata: {data}\n\n"
