"""When a course's instructors are told of absences."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Invalid
from server.services import absence_alerts, courses
from server.views.pages.blueprint import account, bp
from server.views.pages.wording import reason_sentence


@bp.post("/courses/<int:course_id>/attendance/alerts")
def set_absence_alerts(course_id: int) -> Response:
    """Changes the course's rule; without a number there is none."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    text = request.form.get("after", "").strip()
    try:
        after = _number(text) if text else None
        mail, digest = "by_mail" in request.form, "digest" in request.form
        absence_alerts.set_rule(db, course, after, by_mail=mail, digest=digest)
    except Invalid as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        flash(gettext("Saved."))
    return redirect(url_for("pages.attendance", course_id=course_id, _anchor="alerts-heading"))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        raise Invalid("alert_after_invalid")
    return int(text)
