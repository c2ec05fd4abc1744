"""Who may read figures: whoever shows the token or, where none is set, only this machine."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from pydantic import SecretStr

_PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED")


def shows_token(environ: Mapping[str, Any], token: SecretStr) -> bool:
    """Whether a request (WSGI, PEP 3333) carries the token as its bearer."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        given.strip().encode(), token.get_secret_value().encode()
    )


def asked_from_this_machine(environ: Mapping[str, Any]) -> bool:
    """Whether a request came from here, and not through a proxy, which would make everybody look near."""
    original = environ.get("werkzeug.proxy_fix.orig", {})
    address = original.get("REMOTE_ADDR", environ.get("REMOTE_ADDR")) or ""
    try:
        near = ip_address(address).is_loopback
    except ValueError:
        return False
    return near and not any(name in environ for name in _PROXIED)
