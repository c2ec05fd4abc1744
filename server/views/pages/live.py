"""The live roster of one session: who is here, marking by hand, ending it, taking it away as CSV."""

import re

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.auth import current_kiosk
from server.db import get_db
from server.locales import select_locale
from server.models import ClassSession
from server.services import attendance, class_sessions, courses, exports, outbox, visits
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.wording import live_words

STATUSES = ("present", "late", "absent", "excused", "left_early")


def session_of(session_id: int) -> ClassSession:
    """One of the account's sessions."""
    return class_sessions.get(get_db(), account(), session_id)


@bp.get("/sessions/<int:session_id>")
def live(session_id: int) -> str:
    """The live roster; a script keeps it up to date from the event after ``last_event_id`` on."""
    db = get_db()
    session = session_of(session_id)
    last_event_id = outbox.last_id(db)  # First, so that what happens meanwhile arrives as an event.
    return render_template(
        "live.html",
        session=session,
        course=session.course,
        entries=attendance.live_roster(db, session),
        counts=attendance.counts(db, session),
        visits=visits.in_vain(db, session),
        by_mask=visits.by_mask(db, session),
        last_event_id=last_event_id,
        statuses=STATUSES,
        is_kiosk=session.course.is_demo or current_kiosk() is not None,
        form=BareForm(formdata=None),
        words=live_words(),
    )


@bp.post("/sessions/<int:session_id>/students/<int:student_id>")
def mark(session_id: int, student_id: int) -> Response:
    """Records a status by hand (the way without scripts)."""
    db = get_db()
    session = session_of(session_id)
    student = attendance.student_of(db, session, student_id)
    attendance.mark(db, session, student, request.form.get("status", ""), account())
    return redirect(url_for("pages.live", session_id=session_id, _anchor=f"student-{student_id}"))


@bp.post("/sessions/<int:session_id>/opening")
def open_session(session_id: int) -> Response:
    """Opens a session that was planned."""
    class_sessions.open_planned(get_db(), session_of(session_id))
    return redirect(url_for("pages.live", session_id=session_id))


@bp.post("/sessions/<int:session_id>/close")
def close_session(session_id: int) -> Response:
    """Ends the session; whoever did not come is absent."""
    class_sessions.close(get_db(), session_of(session_id))
    flash(gettext("The session is closed. Everybody who did not come is recorded as absent."))
    return redirect(url_for("pages.live", session_id=session_id))


@bp.get("/sessions/<int:session_id>/attendance.csv")
def attendance_csv(session_id: int) -> FlaskResponse:
    """The session's attendance for a spreadsheet."""
    session = session_of(session_id)
    course = courses.get(get_db(), account(), session.course_id)
    local_day = session.starts_at.astimezone(course.zone).date().isoformat()
    code = re.sub(r"[^A-Za-z0-9._-]+", "-", course.code).strip("-") or "course"
    audited("attendance_exported", f"session:{session_id}")
    response = make_response(exports.session_csv(get_db(), session, select_locale()))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{local_day}.csv"'
    return response
