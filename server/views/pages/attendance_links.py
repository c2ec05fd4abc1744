"""Personal links to a student's own attendance: for one student, or for the whole roster as a list."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.models import LinkPurpose
from server.services import courses, student_links
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.qr import qr_svg

DAYS = (30, 120, 365)


@bp.route("/courses/<int:course_id>/attendance/links", methods=["GET", "POST"])
def attendance_links(course_id: int) -> str:
    """Makes links for the roster, or for one student with ``?student=``, and shows them this once."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    only = request.args.get("student", type=int)
    if only is not None:
        students = [courses.student(db, course, only)]
    else:
        students = [entry.student for entry in courses.roster(db, course)]
    tokens: dict[int, str] = {}
    form = BareForm()
    if form.validate_on_submit():
        days = request.form.get("days", 0, type=int)
        tokens = student_links.create_all(db, students, course, LinkPurpose.ATTENDANCE, days, by=account())
    links = [
        (student, url_for("pages.my_attendance", token=tokens[student.id], _external=True))
        for student in students
        if student.id in tokens
    ]
    return render_template(
        "attendance_links.html",
        course=course,
        students=students,
        only=students[0] if only is not None else None,
        links=links,
        qr=qr_svg(links[0][1]) if only is not None and links else None,
        in_use=len(student_links.in_use(db, students[0], course, LinkPurpose.ATTENDANCE)) if only else 0,
        days=DAYS,
        form=form,
    )


@bp.post("/courses/<int:course_id>/attendance/links/<int:student_id>/end")
def end_attendance_links(course_id: int, student_id: int) -> Response:
    """Ends a student's links at once."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    student_links.revoke(db, courses.student(db, course, student_id), course, LinkPurpose.ATTENDANCE)
    flash(gettext("All links of this student have ended."))
    return redirect(url_for("pages.attendance_links", course_id=course_id, student=student_id))
