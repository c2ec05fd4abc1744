"""A course's settings, and putting it away."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.services import course_settings as service
from server.services import courses
from server.services.course_settings import CourseSettings
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import blame
from server.views.pages.forms_timetable import SettingsForm
from server.views.pages.wording import reason_sentence


@bp.route("/courses/<int:course_id>/settings", methods=["GET", "POST"])
def course_settings(course_id: int) -> Response | str | tuple[str, int]:
    """The course's name, its clock, its term, and the rules of its sessions."""
    course = courses.get(get_db(), account(), course_id)
    form = SettingsForm(course)
    if form.validate_on_submit():
        settings = CourseSettings(
            code=form.code.data,
            name=form.name.data,
            time_zone=form.time_zone.data,
            rules=form.rules,
            term_name=form.term_name.data or "",
            term_first_day=form.term_first_day.data,
            term_last_day=form.term_last_day.data,
        )
        try:
            service.change(get_db(), course, settings)
        except Invalid as error:
            blame(form, error)
        else:
            flash(gettext("Saved."))
            return redirect(url_for("pages.course_settings", course_id=course_id))
    page = render_template("course_settings.html", course=course, form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/courses/<int:course_id>/archive")
def archive_course(course_id: int) -> Response:
    """Puts the course away."""
    course = courses.get(get_db(), account(), course_id)
    name = course.name
    try:
        service.archive(get_db(), course)
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
        return redirect(url_for("pages.course_settings", course_id=course_id))
    flash(gettext("%(name)s is archived. It can be restored at the end of this page.", name=name))
    return redirect(url_for("pages.courses"))


@bp.post("/courses/<int:course_id>/restoration")
def restore_course(course_id: int) -> Response:
    """Takes the course into use again."""
    course = courses.get_archived(get_db(), account(), course_id)
    service.restore(get_db(), course)
    return redirect(url_for("pages.course", course_id=course_id))
