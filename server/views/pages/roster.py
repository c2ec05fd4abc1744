"""The roster of a course: searching, adding one, dropping, moving, putting back."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course
from server.runtime import get_runtime
from server.services import courses, roster_list
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import StudentForm, blame
from server.views.pages.forms_roster import RosterForm
from server.views.pages.wording import reason_sentence

MAX_CHOSEN = 1000


@bp.get("/courses/<int:course_id>/roster")
def roster(course_id: int) -> str:
    """The roster, a page of it."""
    return roster_page(courses.get(get_db(), account(), course_id))


@bp.post("/courses/<int:course_id>/students")
def add_student(course_id: int) -> Response | tuple[str, int]:
    """Puts one student on the roster."""
    found = courses.get(get_db(), account(), course_id)
    form = StudentForm(prefix="student")
    if form.validate_on_submit():
        try:
            student = courses.add_student(get_db(), found, form.number.data, form.name.data)
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            get_runtime().roster_changed(get_db(), course_id)
            flash(gettext("%(name)s is on the roster.", name=student.name))
            return redirect(url_for("pages.student", course_id=course_id, student_id=student.id))
    return roster_page(found, student_form=form), 422


@bp.post("/courses/<int:course_id>/students/<int:student_id>/drop")
def drop_student(course_id: int, student_id: int) -> Response:
    """Takes a student off the roster."""
    found = courses.get(get_db(), account(), course_id)
    student = courses.student(get_db(), found, student_id)
    name = student.name
    courses.drop_student(get_db(), found, student)
    flash(gettext("%(name)s is no longer on the roster.", name=name))
    return redirect(url_for("pages.roster", course_id=course_id))


@bp.post("/courses/<int:course_id>/students/<int:student_id>/return")
def put_back(course_id: int, student_id: int) -> Response:
    """Puts somebody who was on the roster on it again."""
    found = courses.get(get_db(), account(), course_id)
    student = roster_list.put_back(get_db(), found, student_id)
    get_runtime().roster_changed(get_db(), course_id)
    flash(gettext("%(name)s is on the roster.", name=student.name))
    return redirect(url_for("pages.roster", course_id=course_id))


@bp.post("/courses/<int:course_id>/roster/selection")
def change_chosen(course_id: int) -> Response:
    """Drops or moves the students that were ticked."""
    db = get_db()
    found = courses.get(db, account(), course_id)
    ids = request.form.getlist("student", type=int)[:MAX_CHOSEN]
    try:
        if request.form.get("action") == "move":
            to = courses.get(db, account(), request.form.get("to", type=int) or 0)
            number = roster_list.move(db, found, to, ids)
            get_runtime().roster_changed(db, to.id)
            flash(
                ngettext(
                    "%(num)d student moved to %(course)s.",
                    "%(num)d students moved to %(course)s.",
                    number,
                    course=to.name,
                )
            )
        else:
            number = roster_list.drop(db, found, ids)
            flash(ngettext("%(num)d student left the roster.", "%(num)d students left the roster.", number))
    except (Invalid, Conflict) as error:
        flash(reason_sentence(error.reason), "problem")
    return redirect(url_for("pages.roster", course_id=course_id))


def roster_page(
    found: Course, *, student_form: FlaskForm | None = None, roster_form: FlaskForm | None = None
) -> str:
    """The roster's page, with what was typed into its forms."""
    db = get_db()
    words = request.args.get("q", "").strip()[:200]
    sort = request.args.get("sort", "name")
    sort = sort if sort in roster_list.SORTS else "name"
    backwards = request.args.get("order") == "down"
    return render_template(
        "roster.html",
        course=found,
        page=roster_list.page(
            db,
            found,
            words=words,
            sort=sort,
            backwards=backwards,
            number=request.args.get("page", 1, type=int) or 1,
        ),
        words=words,
        sort=sort,
        backwards=backwards,
        former=roster_list.former(db, found),
        others=[one for one in courses.list_for(db, account()) if one.id != found.id],
        student_form=student_form or StudentForm(formdata=None, prefix="student"),
        roster_form=roster_form or RosterForm(formdata=None, prefix="roster"),
    )
