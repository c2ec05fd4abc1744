"""The contests of a course: what students say is wrong, and the instructor's answers."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course
from server.services import contests as service
from server.services import courses
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.live import STATUSES
from server.views.pages.wording import reason_sentence


@bp.get("/courses/<int:course_id>/contests")
def contests(course_id: int) -> str:
    """Those that wait for an answer first."""
    course = courses.get(get_db(), account(), course_id)
    return render_template(
        "contests.html",
        course=course,
        page=service.of_course(get_db(), course, request.args.get("page", 1, type=int)),
        statuses=STATUSES,
        form=BareForm(formdata=None),
    )


@bp.post("/courses/<int:course_id>/contests/<int:contest_id>")
def answer_contest(course_id: int, contest_id: int) -> Response:
    """Accepts, which puts the entry right, or declines with words."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    answer = request.form.get("answer", "")
    try:
        if request.form.get("verdict") == "accept":
            service.accept(db, course, contest_id, request.form.get("status", ""), answer, account())
            flash(gettext("The entry is put right; the student sees it."))
        else:
            service.decline(db, course, contest_id, answer, account())
            flash(gettext("Declined; the student sees your answer."))
    except (Conflict, Invalid) as error:
        flash(reason_sentence(error.reason), "problem")
    return redirect(url_for("pages.contests", course_id=course_id, _anchor=f"contest-{contest_id}"))


@bp.app_template_global("open_contests")
def open_contests(course: Course) -> int:
    """How many of the course's contests wait for an answer."""
    return service.count_open(get_db(), course)
