"""Which language to answer in."""

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel

from server.messages import LANGUAGES

LOCALE_COOKIE = "locale"


def select_locale() -> str:
    """The cookie's choice, else ``?lang=``, else the browser's preference, else the operator's default."""
    default: str = current_app.config["BABEL_DEFAULT_LOCALE"]
    if not has_request_context():
        return default
    for choice in (request.cookies.get(LOCALE_COOKIE), request.args.get("lang")):
        if choice in LANGUAGES:
            return choice
    # By the browser's order of preference; "ko-KR" asks for Korean as well.
    preferred = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in preferred if language in LANGUAGES), default)


def init_app(app: Flask) -> None:
    """Wires Babel."""
    Babel(app, locale_selector=select_locale)
