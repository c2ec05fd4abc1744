"""What belongs to the live roster: faces on the wall, the chart, who a visit was, who is here on paper."""

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, NotFound
from server.models import utc_now
from server.runtime import get_runtime
from server.services import arrivals, attendance, enrolled, visit_resolution, visits, wall_faces
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm
from server.views.pages.live import session_of
from server.views.pages.wording import reason_sentence


@bp.get("/sessions/<int:session_id>/faces/<int:student_id>.jpg")
def wall_face(session_id: int, student_id: int) -> FlaskResponse:
    """A student's face for the wall; nothing without consent."""
    db = get_db()
    session = session_of(session_id)
    student = enrolled.ever(db, session.course, student_id)
    response = make_response(wall_faces.face_jpeg(db, get_runtime().vault, session, student))
    response.mimetype = "image/jpeg"
    return response


@bp.get("/sessions/<int:session_id>/arrivals")
def arrivals_chart(session_id: int) -> str:
    """The chart of arrivals alone, which the live roster's script takes over."""
    session = session_of(session_id)
    return render_template(
        "arrivals.html",
        session=session,
        course=session.course,
        arrivals=arrivals.over_time(get_db(), session),
    )


@bp.get("/sessions/<int:session_id>/who-is-here")
def who_is_here(session_id: int) -> str:
    """Everybody who is here now, to be printed and ticked off outside."""
    db = get_db()
    session = session_of(session_id)
    entries = attendance.live_roster(db, session)
    here = [one for one in entries if one.status in attendance.HERE]
    return render_template(
        "who_is_here.html",
        session=session,
        course=session.course,
        here=here,
        missing=[one for one in entries if one not in here],
        now=utc_now(),
    )


@bp.get("/sessions/<int:session_id>/visits/<visit_id>")
def visit(session_id: int, visit_id: str) -> str:
    """A visit without a result, and the roster to pick from who it was."""
    db = get_db()
    session = session_of(session_id)
    found = next((one for one in visits.in_vain(db, session, visit_id=visit_id)), None)
    if found is None:
        raise NotFound("visit_not_found")
    return render_template(
        "visit.html",
        session=session,
        course=session.course,
        visit=found,
        entries=attendance.live_roster(db, session),
        form=BareForm(formdata=None),
    )


@bp.post("/sessions/<int:session_id>/visits/<visit_id>/student")
def resolve_visit(session_id: int, visit_id: str) -> Response:
    """Says who a visit without a result was."""
    db = get_db()
    session = session_of(session_id)
    student = enrolled.ever(db, session.course, request.form.get("student", 0, type=int))
    name = student.name
    try:
        changed = visit_resolution.resolve(db, session, visit_id, student, account())
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        flash(
            gettext("%(name)s is recorded.", name=name)
            if changed
            else gettext("%(name)s was here already; the entry stays as it was.", name=name)
        )
    return redirect(url_for("pages.live", session_id=session_id, _anchor="visits-heading"))
