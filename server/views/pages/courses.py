"""The list of courses, and making one."""

from flask import redirect, render_template, request, url_for
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
    db, words = get_db(), request.args.get("q", "").strip()[:200]
    return render_template(
        "courses.html",
        page=course_service.page_for(db, account(), request.args.get("page", 1, type=int), words),
        words=words,
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
