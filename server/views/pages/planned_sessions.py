"""Planning one session, changing it, cancelling it."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import ClassSession, Course, utc_now
from server.services import class_sessions, courses, local_time, planned_sessions
from server.services.session_rules import SessionRules
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import blame
from server.views.pages.forms_timetable import SessionForm
from server.views.pages.wording import clock, reason_sentence


@bp.route("/courses/<int:course_id>/sessions/new", methods=["GET", "POST"])
def plan_session(course_id: int) -> Response | str | tuple[str, int]:
    """The form for a single session."""
    course = courses.get(get_db(), account(), course_id)
    rules = SessionRules.of_course(course)
    form = SessionForm(data=SessionForm.data_of(rules) | {"day": utc_now().astimezone(course.zone).date()})
    if form.validate_on_submit():
        try:
            session = planned_sessions.add(
                get_db(), course, _start(form, course), form.title.data or "", form.rules
            )
        except Invalid as error:
            blame(form, error)
        else:
            return _saved(form, session, gettext("The session is planned."))
    page = render_template("planned_session.html", course=course, session=None, form=form)
    return (page, 422) if form.is_submitted() else page


@bp.route("/sessions/<int:session_id>/plan", methods=["GET", "POST"])
def edit_session(session_id: int) -> Response | str | tuple[str, int]:
    """The form of a planned session."""
    session = class_sessions.get(get_db(), account(), session_id)
    course = session.course
    local = session.starts_at.astimezone(course.zone)
    form = SessionForm(
        data=SessionForm.data_of(SessionRules.of_session(session))
        | {"title": session.title, "day": local.date(), "at": local.time()}
    )
    if form.validate_on_submit():
        starts_at = _start(form, course)
        if (form.day.data, form.at.data) == (local.date(), local.time().replace(second=0, microsecond=0)):
            starts_at = session.starts_at  # Not moved, though the form shows no seconds.
        try:
            planned_sessions.change(get_db(), session, starts_at, form.title.data or "", form.rules)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            return _saved(form, session, gettext("Saved."))
    page = render_template("planned_session.html", course=course, session=session, form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/sessions/<int:session_id>/cancellation")
def cancel_session(session_id: int) -> Response:
    """The session does not take place."""
    session = class_sessions.get(get_db(), account(), session_id)
    try:
        planned_sessions.cancel(get_db(), session)
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        flash(gettext("The session is cancelled."))
    return _to_its_week(session)


@bp.post("/sessions/<int:session_id>/restoration")
def restore_session(session_id: int) -> Response:
    """The session takes place after all."""
    session = class_sessions.get(get_db(), account(), session_id)
    try:
        planned_sessions.restore(get_db(), session)
    except (Conflict, Invalid) as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        flash(gettext("The session is planned again."))
    return _to_its_week(session)


def _start(form: SessionForm, course: Course) -> datetime:
    return local_time.moment(form.day.data, form.at.data, course.zone)


def _saved(form: SessionForm, session: ClassSession, sentence: str) -> Response:
    """Says so, and that the clocks change where the time that was asked for does not exist."""
    flash(sentence)
    local = session.starts_at.astimezone(session.course.zone)
    if (local.hour, local.minute) != (form.at.data.hour, form.at.data.minute):
        shown = clock(session.starts_at, session.course.zone)
        flash(gettext("The clocks change on that day: the session starts at %(time)s.", time=shown))
    return _to_its_week(session)


def _to_its_week(session: ClassSession) -> Response:
    day = session.starts_at.astimezone(session.course.zone).date()
    query: dict[str, Any] = {"from": day.isoformat(), "_anchor": f"session-{session.id}"}
    return redirect(url_for("pages.timetable", course_id=session.course_id, **query))
