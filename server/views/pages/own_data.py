"""What is kept about one's own account: shown, and given out."""

from flask import Response, render_template

from server.db import get_db
from server.services import account_data
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.personal_archive import personal_archive


@bp.get("/account/data")
def own_data() -> str:
    """Everything, to read."""
    return render_template("own_data.html", told=account_data.collect(get_db(), account()))


@bp.get("/account/data/export.zip")
def export_own_data() -> Response:
    """Everything, to take along."""
    own = account()
    told = account_data.collect(get_db(), own)
    audited("data_exported", f"account:{own.id}")
    return personal_archive(told, own.name, own.email, f"account-{own.id}")
