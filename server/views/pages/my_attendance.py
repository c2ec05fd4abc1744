"""A student's own attendance in one course, through their personal link; and contesting an entry."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Contest, LinkPurpose, StudentLink
from server.services import attendance_history, contests, student_links
from server.services.attendance_history import Period
from server.views.pages.blueprint import bp
from server.views.pages.forms import BareForm
from server.views.pages.wording import reason_sentence


@bp.get("/me/<token>")
def my_attendance(token: str) -> str:
    """What is recorded of whoever has the link, in the link's course."""
    db = get_db()
    link = _link(token)
    rows = attendance_history.of_student(db, link.course, link.student, Period())
    told: dict[int, list[Contest]] = {}
    for contest in contests.of_link(db, link):
        told.setdefault(contest.session_id, []).append(contest)
    return render_template(
        "my_attendance.html",
        token=token,
        link=link,
        course=link.course,
        student=link.student,
        rows=rows[::-1],
        tally=attendance_history.tally_of([record.status for _, record in rows if record is not None]),
        told=told,
        most=contests.MOST_OF_ONE_ENTRY,
        form=BareForm(formdata=None),
    )


@bp.post("/me/<token>/contests/<int:session_id>")
def contest_entry(token: str, session_id: int) -> Response:
    """Says that an entry is not right."""
    link = _link(token)
    try:
        contests.submit(get_db(), link, session_id, request.form.get("words", ""))
    except (Conflict, Invalid) as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        flash(gettext("Your instructor sees it now. The answer will appear here."))
    return redirect(url_for("pages.my_attendance", token=token, _anchor=f"session-{session_id}"))


def _link(token: str) -> StudentLink:
    return student_links.resolve(get_db(), token, LinkPurpose.ATTENDANCE)
