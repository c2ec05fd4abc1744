"""Weekly patterns of a course, and their exceptions."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course
from server.services import courses, timetable
from server.services.timetable import Regenerated
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import blame
from server.views.pages.forms_timetable import ExceptionForm, PatternForm
from server.views.pages.timetable import timetable_page
from server.views.pages.wording import reason_sentence


@bp.route("/courses/<int:course_id>/patterns/new", methods=["GET", "POST"])
def new_pattern(course_id: int) -> Response | str | tuple[str, int]:
    """The form for sessions that take place every week."""
    course = courses.get(get_db(), account(), course_id)
    form = PatternForm(
        data={
            "minutes": course.session_minutes,
            "first_day": course.term_first_day,
            "last_day": course.term_last_day,
        }
    )
    if form.validate_on_submit():
        try:
            result = timetable.add_pattern(get_db(), course, form.draft)
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            flash(reason_sentence(error.reason), "problem")
            return _back(course)
        else:
            return _told(course, result)
    page = render_template("pattern.html", course=course, pattern=None, form=form)
    return (page, 422) if form.is_submitted() else page


@bp.route("/courses/<int:course_id>/patterns/<int:pattern_id>", methods=["GET", "POST"])
def edit_pattern(course_id: int, pattern_id: int) -> Response | str | tuple[str, int]:
    """The form of a weekly pattern."""
    course = courses.get(get_db(), account(), course_id)
    pattern = timetable.pattern(get_db(), course, pattern_id)
    form = PatternForm(obj=pattern)
    if form.validate_on_submit():
        try:
            result = timetable.change_pattern(get_db(), course, pattern, form.draft)
        except Invalid as error:
            blame(form, error)
        else:
            return _told(course, result)
    page = render_template("pattern.html", course=course, pattern=pattern, form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/courses/<int:course_id>/patterns/<int:pattern_id>/removal")
def remove_pattern(course_id: int, pattern_id: int) -> Response:
    """Ends a weekly pattern."""
    course = courses.get(get_db(), account(), course_id)
    pattern = timetable.pattern(get_db(), course, pattern_id)
    return _told(course, timetable.remove_pattern(get_db(), course, pattern))


@bp.post("/courses/<int:course_id>/exceptions")
def add_exception(course_id: int) -> Response | tuple[str, int]:
    """A holiday, or a day that moves."""
    course = courses.get(get_db(), account(), course_id)
    form = ExceptionForm(prefix="exception")
    if form.validate_on_submit():
        first_day = form.first_day.data
        last_day = form.last_day.data or first_day
        try:
            result = timetable.add_exception(
                get_db(), course, first_day, last_day, form.moved_to.data, form.note.data or ""
            )
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            flash(reason_sentence(error.reason), "problem")
            return _back(course)
        else:
            return _told(course, result)
    return timetable_page(course, exception_form=form), 422


@bp.post("/courses/<int:course_id>/exceptions/<int:exception_id>/removal")
def remove_exception(course_id: int, exception_id: int) -> Response:
    """The weekly patterns hold on those days again."""
    course = courses.get(get_db(), account(), course_id)
    return _told(course, timetable.remove_exception(get_db(), course, exception_id))


def _told(course: Course, result: Regenerated) -> Response:
    """Says what became of the planned sessions."""
    flash(gettext("Saved."))
    if result.added:
        flash(ngettext("%(num)d session was planned.", "%(num)d sessions were planned.", result.added))
    if result.removed:
        flash(ngettext("%(num)d session was removed.", "%(num)d sessions were removed.", result.removed))
    return _back(course)


def _back(course: Course) -> Response:
    return redirect(url_for("pages.timetable", course_id=course.id))
