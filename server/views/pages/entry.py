"""One entry: what is recorded of a student in a session, what became of it, changing it, undoing that."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.models import ClassSession, Student
from server.services import attendance, attendance_log, attendance_undo, enrolled
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, blame
from server.views.pages.forms_attendance import ChangeForm
from server.views.pages.live import session_of
from server.views.pages.wording import reason_sentence

AT = "/sessions/<int:session_id>/students/<int:student_id>"


@bp.get(AT)
def entry(session_id: int, student_id: int) -> str:
    """The entry's page."""
    return _page(*_entry(session_id, student_id))


@bp.post(f"{AT}/changes")
def change_entry(session_id: int, student_id: int) -> Response | tuple[str, int]:
    """Records a status with its reason."""
    session, student = _entry(session_id, student_id)
    form = ChangeForm()
    if form.validate_on_submit():
        try:
            attendance.mark(get_db(), session, student, form.status.data, account(), form.reason.data or "")
        except Invalid as error:
            blame(form, error)
        else:
            return _back(session_id, student_id)
    return _page(session, student, form), 422


@bp.post(f"{AT}/changes/<int:change_id>/undo")
def undo_change(session_id: int, student_id: int, change_id: int) -> Response:
    """Takes the newest change back."""
    session, student = _entry(session_id, student_id)
    try:
        attendance_undo.undo(get_db(), session, student, change_id, account())
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        flash(gettext("The change is undone."))
    return _back(session_id, student_id)


def _entry(session_id: int, student_id: int) -> tuple[ClassSession, Student]:
    session = session_of(session_id)
    return session, enrolled.ever(get_db(), session.course, student_id)


def _page(session: ClassSession, student: Student, form: ChangeForm | None = None) -> str:
    db = get_db()
    record = attendance.find(db, session, student.id)
    suggested = {"status": "present"} if record is None else {"status": record.status}
    return render_template(
        "entry.html",
        session=session,
        course=session.course,
        student=student,
        entry=attendance.entry(student, record),
        changes=attendance_log.history(db, session.id, student.id),
        undoable=attendance_undo.undoable(db, session, student),
        change_form=form or ChangeForm(formdata=None, data=suggested),
        form=BareForm(formdata=None),
    )


def _back(session_id: int, student_id: int) -> Response:
    return redirect(url_for("pages.entry", session_id=session_id, student_id=student_id))
