"""The demo class goes with one click."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.runtime import get_runtime
from server.services import demo
from server.views.pages.blueprint import account, bp


@bp.post("/demo/removal")
def remove_demo() -> Response:
    """Deletes the demo class with everything in it."""
    account()
    demo.remove(get_db(), get_runtime())
    flash(gettext("The demo class is removed."))
    return redirect(url_for("pages.today"))
