"""Writing down in the audit log what an account does."""

from typing import Any

from flask import Response, g, request
from flask_login import current_user

from server.db import get_db
from server.runtime import get_runtime
from server.views.pages.blueprint import bp

CHANGES = {
    "pages.course_settings": "settings_changed",
    "pages.archive_course": "settings_changed",
    "pages.restore_course": "settings_changed",
}
"""Forms whose being sent is written down, whatever they say."""


def audited(action: str, subject: str = "", **detail: Any) -> None:
    """Adds an entry by the account that is asking, in the transaction under way if there is one."""
    g.audited = True
    actor_id = current_user.id if current_user.is_authenticated else None
    get_runtime().audit.record(get_db(), action, actor_id=actor_id, subject=subject, **detail)


@bp.after_request
def write_down(response: Response) -> Response:
    """Files that were taken out and settings that were changed, where the view did not do so itself."""
    action = None if "audited" in g else _action(response)
    if action and current_user.is_authenticated:
        audited(action, _subject(), what=(request.endpoint or "").removeprefix("pages."))
    return response


def _action(response: Response) -> str | None:
    """What there is to write down about an answer."""
    if response.status_code == 200 and "attachment" in response.headers.get("Content-Disposition", ""):
        return "exported"
    sent = request.method == "POST" and response.status_code == 302
    return CHANGES.get(request.endpoint or "") if sent else None


def _subject() -> str:
    """What the address is about: its first id."""
    for name, value in (request.view_args or {}).items():
        if name.endswith("_id"):
            return f"{name.removesuffix('_id')}:{value}"
    return ""
