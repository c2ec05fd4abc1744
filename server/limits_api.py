"""How often kiosks and signed-in accounts may call the JSON API.

The limits are far above what a class or a kiosk's kept visits need: they stop a program that runs wild, and
whoever took a kiosk's cookie. A kiosk is counted by itself, never by its address, which a school shares.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask
from flask_limiter.util import get_remote_address
from flask_login import current_user
from limits.storage import Storage

from server.auth import current_kiosk
from server.exceptions import TooMany
from server.rate_leases import LeasedWindow
from server.settings import Settings

KIOSK = (
    "kiosk_api.check_in",
    "kiosk_api.check_in_by_code",
    "kiosk_api.check_in_by_pin",
    "kiosk_api.answer",
    "kiosk_api.ask",
)
"""Each may be called as often as the setting ``kiosk_rate`` says."""
PER_MINUTE = 600
"""For each account and endpoint of the dashboards' API."""
PER_MINUTE_OF = {
    "instructor_api.verify": 120,
    "instructor_api.distinguish": 120,
    "instructor_api.roll_call": 120,
}
"""Where the networks work for each call."""


def init_app(app: Flask, settings: Settings, storage: Storage) -> None:
    """Puts the limits on the views, which must be registered already.

    :param storage: where all processes count.
    """
    for endpoint in KIOSK if settings.kiosk_rate else ():
        _put(app, endpoint, LeasedWindow(storage, endpoint, settings.kiosk_rate), _kiosk)
    for endpoint in [name for name in app.view_functions if name.startswith("instructor_api.")]:
        limit = PER_MINUTE_OF.get(endpoint, PER_MINUTE)
        _put(app, endpoint, LeasedWindow(storage, endpoint, limit), _account)


def _put(app: Flask, endpoint: str, window: LeasedWindow, who: Callable[[], str]) -> None:
    view = app.view_functions[endpoint]

    @wraps(view)
    def limited(**arguments: Any) -> Any:
        wait = window.take(who())
        if wait:
            raise TooMany("too_many_requests", retry_after=wait)
        return view(**arguments)

    app.view_functions[endpoint] = limited


def _kiosk() -> str:
    kiosk = current_kiosk()
    return f"kiosk {kiosk.id}" if kiosk is not None else f"address {get_remote_address()}"


def _account() -> str:
    """Who is not signed in is refused by the view."""
    found = current_user
    return f"account {found.id}" if found.is_authenticated else f"address {get_remote_address()}"
