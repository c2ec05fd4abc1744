"""One course: its sessions, starting one, the beginning of its roster."""

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course
from server.services import class_sessions, courses, roster_list
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, StartForm, blame
from server.views.pages.wording import reason_sentence


@bp.get("/courses/<int:course_id>")
def course(course_id: int) -> str:
    """The course page."""
    return _page(courses.get(get_db(), account(), course_id))


@bp.post("/courses/<int:course_id>/sessions")
def start_session(course_id: int) -> Response | tuple[str, int]:
    """Opens a session now."""
    found = courses.get(get_db(), account(), course_id)
    form = StartForm(prefix="start")
    if form.validate_on_submit():
        try:
            session = class_sessions.start(get_db(), found, form.title.data)
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            flash(reason_sentence(error.reason), "problem")
            return redirect(url_for("pages.course", course_id=course_id))
        else:
            return redirect(url_for("pages.live", session_id=session.id))
    return _page(found, start_form=form), 422


def _page(found: Course, *, start_form: FlaskForm | None = None) -> str:
    db = get_db()
    summaries = class_sessions.of_course(db, found)
    return render_template(
        "course.html",
        course=found,
        first=roster_list.page(db, found),
        summaries=summaries,
        next_session=class_sessions.next_planned(db, found),
        open_session=next((one.session for one in summaries if one.session.status == "open"), None),
        start_form=start_form or StartForm(formdata=None, prefix="start"),
        form=BareForm(formdata=None),
    )
