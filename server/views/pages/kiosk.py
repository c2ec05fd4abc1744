"""The kiosk's page. Everything on it is done by its script, which asks the API."""

from flask import render_template

from server.views.pages.blueprint import bp


@bp.get("/kiosk")
def kiosk() -> str:
    """Always there, whoever asks: the script says what is missing."""
    return render_template("kiosk.html")
