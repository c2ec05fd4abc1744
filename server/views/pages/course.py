"""One course: its roster, its sessions, starting one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import Course
from server.runtime import get_runtime
from server.services import class_sessions, courses, roster_import
from server.services.roster_import import ImportResult
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, RosterForm, StartForm, StudentForm, blame
from server.views.pages.wording import reason_sentence

SHOWN_BAD_ROWS = 20


@bp.get("/courses/<int:course_id>")
def course(course_id: int) -> str:
    """The course page."""
    return _page(courses.get(get_db(), account(), course_id))


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
    return _page(found, student_form=form), 422


@bp.post("/courses/<int:course_id>/roster")
def import_roster(course_id: int) -> Response | tuple[str, int]:
    """Puts many students on the roster."""
    found = courses.get(get_db(), account(), course_id)
    form = RosterForm(prefix="roster")
    if form.validate_on_submit():
        try:
            result = roster_import.add_students_csv(get_db(), found, _text(form))
        except Invalid as error:
            blame(form, error)
        else:
            get_runtime().roster_changed(get_db(), course_id)
            _tell(result)
            return redirect(url_for("pages.course", course_id=course_id))
    return _page(found, roster_form=form), 422


@bp.post("/courses/<int:course_id>/students/<int:student_id>/drop")
def drop_student(course_id: int, student_id: int) -> Response:
    """Takes a student off the roster."""
    found = courses.get(get_db(), account(), course_id)
    student = courses.student(get_db(), found, student_id)
    name = student.name
    courses.drop_student(get_db(), found, student)
    flash(gettext("%(name)s is no longer on the roster.", name=name))
    return redirect(url_for("pages.course", course_id=course_id))


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


def _page(
    found: Course,
    *,
    student_form: FlaskForm | None = None,
    roster_form: FlaskForm | None = None,
    start_form: FlaskForm | None = None,
) -> str:
    db = get_db()
    summaries = class_sessions.of_course(db, found)
    return render_template(
        "course.html",
        course=found,
        entries=courses.roster(db, found),
        summaries=summaries,
        next_session=class_sessions.next_planned(db, found),
        open_session=next((one.session for one in summaries if one.session.status == "open"), None),
        student_form=student_form or StudentForm(formdata=None, prefix="student"),
        roster_form=roster_form or RosterForm(formdata=None, prefix="roster"),
        start_form=start_form or StartForm(formdata=None, prefix="start"),
        form=BareForm(formdata=None),
    )


def _text(form: RosterForm) -> str:
    """What was pasted, else what the file holds.

    :raises Invalid: ``csv_unreadable`` when the file is in no encoding we know.
    """
    upload = request.files.get(form.file.name)
    if form.text.data or upload is None or not upload.filename:
        return form.text.data or ""
    content = upload.stream.read(roster_import.MAX_CHARACTERS * 3 + 1)
    for encoding in ("utf-8-sig", "cp949"):  # Korean Excel writes CP949.
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("csv_unreadable")


def _tell(result: ImportResult) -> None:
    """Says what an import did, with every row that was left out."""
    flash(ngettext("%(num)d student added.", "%(num)d students added.", result.added))
    if result.already_enrolled:
        flash(ngettext("%(num)d was there already.", "%(num)d were there already.", result.already_enrolled))
    for row in result.bad_rows[:SHOWN_BAD_ROWS]:
        text = row.text[:80].strip(", ")
        sentence = gettext("Line %(line)d was left out: %(text)s.", line=row.line, text=text)
        flash(f"{sentence} {reason_sentence(row.reason)}", "problem")
    if len(result.bad_rows) > SHOWN_BAD_ROWS:
        rest = len(result.bad_rows) - SHOWN_BAD_ROWS
        flash(
            ngettext("%(num)d more line was left out.", "%(num)d more lines were left out.", rest), "problem"
        )
