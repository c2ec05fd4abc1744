"""How often somebody may try: throttled by address, and signing in by account too."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from server.settings import Settings

BY_ADDRESS = {
    "pages.sign_in": "20 per 5 minutes",
    "pages.setup": "10 per 5 minutes",
    "pages.accept_pairing": "30 per 5 minutes",
    "kiosk_api.new_pairing": "120 per 5 minutes",
}
BY_ACCOUNT = {"pages.sign_in": "8 per 5 minutes"}


def init_app(app: Flask, settings: Settings) -> Limiter:
    """Puts the limits on the views, which must be registered already.

    Without Redis each worker process counts for itself.
    """
    storage = settings.redis_url.get_secret_value() if settings.redis_url else "memory://"
    limiter = Limiter(get_remote_address, app=app, storage_uri=storage, headers_enabled=False)
    for endpoint, limit in BY_ADDRESS.items():
        if endpoint in app.view_functions:
            view = limiter.limit(limit, methods=["POST"])(app.view_functions[endpoint])
            if endpoint in BY_ACCOUNT:
                view = limiter.limit(BY_ACCOUNT[endpoint], key_func=_account, methods=["POST"])(view)
            app.view_functions[endpoint] = view
    return limiter


def _account() -> str:
    return request.form.get("email", "").strip().lower()[:254] or get_remote_address()
