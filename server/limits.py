"""How often somebody may try: throttled by address, and where an account is named by account too."""

import hashlib
from collections.abc import Callable
from typing import cast

from flask import Flask, request
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from sqlalchemy.orm import Session, sessionmaker

from server import rate_counts
from server.auth import waiting_for_second_factor
from server.settings import Settings

BY_ADDRESS = {
    "pages.contest_entry": "60 per 5 minutes",
    "pages.sign_in": "20 per 5 minutes",
    "pages.second_step": "20 per 5 minutes",
    "pages.face_challenge": "120 per 5 minutes",
    "pages.face_sign_in": "120 per 5 minutes",
    "pages.passkey_options": "60 per 5 minutes",
    "pages.passkey_sign_in": "30 per 5 minutes",
    "pages.setup": "10 per 5 minutes",
    "pages.choose_password": "10 per 5 minutes",
    "pages.forgot_password": "10 per 15 minutes",
    "pages.accept_pairing": "30 per 5 minutes",
    "kiosk_api.new_pairing": "120 per 5 minutes",
}
BY_EMAIL = {"pages.sign_in", "pages.forgot_password"}
BY_PATH = {
    "pages.check_shot": "300 per minute",
    "pages.check_my_shot": "300 per minute",
    "pages.check_own_shot": "300 per minute",
    "pages.add_my_photos": "120 per 5 minutes",
    "pages.remove_my_photo": "60 per 5 minutes",
}
"""By address and path, since many students of a school may share an address. Some come three a second: each
process counts these for itself, in memory."""
BY_ACCOUNT = {
    "pages.sign_in": "8 per 5 minutes",
    "pages.forgot_password": "3 per hour",
    "pages.change_password": "5 per 5 minutes",
    "pages.second_step": "5 per 5 minutes",
    "pages.face_challenge": "20 per 5 minutes",
    "pages.face_sign_in": "20 per 5 minutes",
    "pages.add_own_shot": "30 per 5 minutes",
    "pages.prove_password": "5 per 5 minutes",
    "pages.confirm_codes": "10 per 5 minutes",
}
PROGRAMS = "600 per minute"
"""For each program that calls the JSON API with a token."""
_REDIS_PATIENCE_S = 2


def init_app(app: Flask, settings: Settings, sessions: sessionmaker[Session]) -> Limiter:
    """Puts the limits on the views, which must be registered already.

    The counts are in Redis where there is one, else in the database: all processes share them. While Redis is
    away, each process counts in memory.
    """
    if settings.redis_url:
        limiter = Limiter(
            get_remote_address,
            app=app,
            storage_uri=settings.redis_url.get_secret_value(),
            storage_options={
                "socket_connect_timeout": _REDIS_PATIENCE_S,
                "socket_timeout": _REDIS_PATIENCE_S,
            },
            in_memory_fallback_enabled=True,
            headers_enabled=False,
        )
    else:
        limiter = Limiter(
            get_remote_address,
            app=app,
            storage_uri=f"{rate_counts.SCHEME}://",
            storage_options={"sessions": sessions},  # type: ignore[dict-item]
            headers_enabled=False,
        )
    looks = Limiter(_address_and_path, app=app, storage_uri="memory://", headers_enabled=False)
    for endpoint, limit in BY_PATH.items():
        _put(app, looks, endpoint, limit, _address_and_path)
    for limits, key in ((BY_ADDRESS, None), (BY_ACCOUNT, _account)):
        for endpoint, limit in limits.items():
            _put(app, limiter, endpoint, limit, key)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("token_api."):
            shared = limiter.shared_limit(PROGRAMS, scope="token_api", key_func=_token)
            app.view_functions[endpoint] = cast(RouteCallable, shared(view))
    return limiter


def _put(app: Flask, limiter: Limiter, endpoint: str, limit: str, key: Callable[[], str] | None) -> None:
    view = app.view_functions[endpoint]
    limited = limiter.limit(limit, key_func=key, methods=["POST"])(view)
    app.view_functions[endpoint] = cast(RouteCallable, limited)


def _token() -> str:
    """Tells tokens apart without keeping them."""
    return hashlib.sha256(request.headers.get("Authorization", "").encode()).hexdigest()


def _address_and_path() -> str:
    return f"{get_remote_address()} {request.path}"


def _account() -> str:
    """Whom a request is about: the e-mail entered to come in, else who is signed in or on the way."""
    if request.endpoint in BY_EMAIL:
        return request.form.get("email", "").strip().lower()[:254] or get_remote_address()
    account = current_user if current_user.is_authenticated else waiting_for_second_factor()
    return f"account {account.id}" if account is not None else get_remote_address()
