"""Is the server on this machine ready? Asked by the container's health check and by the start itself."""

import json
import sys
import urllib.error
import urllib.request
from typing import Any

from server.settings import Settings
from server.tls import trusting_context

PATIENCE_S = 4.0


def health(settings: Settings) -> int:
    """``python -m server health``: 0 when it takes check-ins, else 1 with the reason."""
    try:
        state = readiness(settings, PATIENCE_S)
    except OSError as error:
        print(f"The server does not answer: {error}", file=sys.stderr)
        return 1
    if state.get("status") != "ready":
        print(f"The server is not ready: {state.get('reason') or state.get('status')}", file=sys.stderr)
        return 1
    return 0


def readiness(settings: Settings, patience_s: float) -> dict[str, Any]:
    """What /readyz says on this machine.

    :raises OSError: when nothing answers there, or something else does.
    """
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "localhost"} else settings.host  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    address = f"{settings.scheme}://{host}:{settings.port}/readyz"
    context = trusting_context() if settings.scheme == "https" else None
    try:
        with urllib.request.urlopen(address, timeout=patience_s, context=context) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    try:
        state = json.loads(body)
    except ValueError as error:
        raise OSError("another program answers there") from error
    return state if isinstance(state, dict) else {}
