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
    return request.accept_languages.best_match(LANGUAGES, default=default) or default


def init_app(app: Flask) -> None:
    """Wires Babel."""
    Babel(app, locale_selector=select_locale)
