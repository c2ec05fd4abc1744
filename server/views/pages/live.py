"""The live roster of one session: who is here, marking by hand, ending it, taking it away as CSV."""

import re
from collections.abc import Sequence

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.auth import current_kiosk
from server.db import get_db
from server.locales import select_locale
from server.models import ClassSession
from server.services import (
    arrivals,
    attendance,
    class_sessions,
    courses,
    enrolled,
    exports,
    outbox,
    visits,
    wall_faces,
)
from server.services.attendance import LiveEntry
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.wording import live_words

STATUSES = ("present", "late", "absent", "excused", "left_early")
VIEWS = ("list", "wall")
VIEW_COOKIE = "live_view"
"""Set by the page's script, which also knows its path."""
SHOWN = ("all", "here", "missing")


def session_of(session_id: int) -> ClassSession:
    """One of the account's sessions."""
    return class_sessions.get(get_db(), account(), session_id)


@bp.get("/sessions/<int:session_id>")
def live(session_id: int) -> str:
    """The live roster; a script keeps it up to date from the event after ``last_event_id`` on."""
    db = get_db()
    session = session_of(session_id)
    last_event_id = outbox.last_id(db)  # First, so that what happens meanwhile arrives as an event.
    entries = attendance.live_roster(db, session)
    view = _choice("view", VIEWS, request.cookies.get(VIEW_COOKIE))
    return render_template(
        "live.html",
        session=session,
        course=session.course,
        entries=entries,
        last=last_arrival(entries),
        arrivals=arrivals.over_time(db, session),
        faces=wall_faces.shown(db, session),
        view=view,
        show=_choice("show", SHOWN),
        counts=attendance.counts(db, session),
        visits=visits.in_vain(db, session),
        by_mask=visits.by_mask(db, session),
        last_event_id=last_event_id,
        statuses=STATUSES,
        is_kiosk=session.course.is_demo or current_kiosk() is not None,
        form=BareForm(formdata=None),
        words=live_words(),
    )


def last_arrival(entries: Sequence[LiveEntry]) -> LiveEntry | None:
    """Who came last."""
    came = [one for one in entries if one.status in attendance.HERE and one.recorded_at is not None]
    return max(came, key=lambda one: str(one.recorded_at), default=None)


def _choice(name: str, allowed: tuple[str, ...], remembered: str | None = None) -> str:
    """What the address asks for, else what this browser remembers, else the first."""
    return next((one for one in (request.args.get(name), remembered) if one in allowed), allowed[0])


@bp.post("/sessions/<int:session_id>/students/<int:student_id>")
def mark(session_id: int, student_id: int) -> Response:
    """Records a status by hand (the way without scripts)."""
    db = get_db()
    session = session_of(session_id)
    student = enrolled.ever(db, session.course, student_id)
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
