"""The list of courses, and making one."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Invalid
from server.runtime import get_runtime
from server.services import courses as course_service
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import CourseForm, blame


@bp.get("/courses")
def courses() -> str:
    """The account's courses, and at the end those that were put away."""
    db = get_db()
    return render_template(
        "courses.html",
        courses=course_service.list_for(db, account()),
        archived=course_service.archived_for(db, account()),
    )


@bp.route("/courses/new", methods=["GET", "POST"])
def new_course() -> Response | str | tuple[str, int]:
    """The form for a new course."""
    form = CourseForm(time_zone=get_runtime().settings.default_time_zone)
    if form.validate_on_submit():
        try:
            made = course_service.create(
                get_db(),
                account(),
                form.code.data,
                form.name.data,
                form.time_zone.data,
                form.late_after_minutes.data,
            )
        except Invalid as error:
            blame(form, error)
        else:
            return redirect(url_for("pages.course", course_id=made.id))
    page = render_template("new_course.html", form=form)
    return (page, 422) if form.is_submitted() else page
