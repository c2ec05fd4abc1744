"""The pages' blueprint, and what all of them share: who may see them and what every template knows."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from server.auth import signed_in
from server.db import get_db
from server.locales import select_locale
from server.models import Account
from server.services import demo

bp = Blueprint("pages", __name__)

PUBLIC = {
    "pages.sign_in",
    "pages.second_step",
    "pages.face_step",
    "pages.face_challenge",
    "pages.face_sign_in",
    "pages.passkey_options",
    "pages.passkey_sign_in",
    "pages.setup",
    "pages.choose_password",
    "pages.forgot_password",
    "pages.language",
    "pages.kiosk",
    "pages.gesture_file",
    "pages.asset_file",
    "pages.kiosk_worker",
    "pages.kiosk_files_listing",
    "pages.take_phone",
    "pages.my_attendance",
    "pages.contest_entry",
    "pages.my_code",
    "pages.my_code_now",
    "pages.calendar_feed_file",
    "pages.my_photos",
    "pages.my_consent",
    "pages.withdraw_my_consent",
    "pages.check_my_shot",
    "pages.add_my_photos",
    "pages.my_photo",
    "pages.remove_my_photo",
}
"""Endpoints for everybody; all others are for accounts."""


def account() -> Account:
    """The account that is asking; the pages' gate has let nobody else in."""
    return signed_in()


@bp.before_request
def gate() -> Response | None:
    """Sends everybody who is not signed in to the sign-in page, and back afterwards."""
    if request.endpoint in PUBLIC or current_user.is_authenticated:
        return None
    if request.method != "GET" or wants_json():
        signed_in()  # Raises: a form that was sent cannot be sent on.
    return redirect(url_for("pages.sign_in", next=here()))


def here() -> str:
    """This page's address below the host, as `next` of the sign-in page."""
    query = request.query_string.decode("ascii", "ignore")
    return f"{request.script_root}{request.path}{'?' + query if query else ''}"


def wants_json() -> bool:
    """Whether a script of ours is asking, rather than the browser's address bar or a form."""
    return request.accept_mimetypes.best == "application/json"


@bp.app_context_processor
def shared() -> dict[str, Any]:
    """What every template may use."""
    return {
        "locale": select_locale(),
        "other_locale": "en" if select_locale() == "ko" else "ko",
        "api_root": f"{request.script_root}/api/v1",
        "here": here(),
        "demo_exists": _demo_exists,
    }


def _demo_exists() -> bool:
    return demo.exists(get_db())
