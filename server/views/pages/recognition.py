"""How a course's roster is recognised: fits, versions of the model, their figures, going back."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, NotFound
from server.models import Course, FitState, RosterModelVersion
from server.runtime import get_runtime
from server.services import courses, roster_fits, roster_models, roster_rollback
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.model_figures import figures_of, report_of
from server.views.pages.wording import reason_sentence

AT = "/courses/<int:course_id>/recognition"
STAGES = ("loading", "copies", "fitting", "calibrating")


@bp.get(AT)
def recognition(course_id: int) -> str:
    """The fit under way, the version that serves, and those before."""
    course = _course(course_id)
    db = get_db()
    versions = roster_models.history(db, course_id)
    active = next((version for version in versions if version.is_active), None)
    under_way = roster_fits.under_way(db, course_id)
    return render_template(
        "recognition.html",
        course=course,
        fit=under_way or roster_fits.latest(db, course_id),
        live=under_way is not None or _fit_is_coming(course, active),
        coming=under_way is None and _fit_is_coming(course, active),
        stages=STAGES,
        active=active,
        figures=figures_of(active) if active else [],
        versions=[(version, _obstacle(version)) for version in versions],
        comparable=[version for version in versions if version.figures.get("people")],
    )


@bp.post(f"{AT}/fits")
def fit_now(course_id: int) -> Response:
    """Has the roster fitted now."""
    try:
        fit = roster_fits.ask(get_db(), _course(course_id), account())
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        get_runtime().jobs.fit_now(fit.id)
    return _back(course_id)


@bp.get(f"{AT}/versions/<int:number>")
def model_version(course_id: int, number: int) -> str:
    """One version with its report."""
    course = _course(course_id)
    version = roster_rollback.version_of(get_db(), course, number)
    return render_template(
        "model_version.html",
        course=course,
        version=version,
        obstacle=_obstacle(version),
        figures=figures_of(version),
        report=report_of(version),
    )


@bp.get(f"{AT}/comparison")
def compare_versions(course_id: int) -> str:
    """Two versions side by side."""
    course = _course(course_id)
    numbers = (request.args.get("a", type=int), request.args.get("b", type=int))
    if None in numbers:
        raise NotFound("version_not_found")
    first, second = (
        roster_rollback.version_of(get_db(), course, number) for number in sorted(filter(None, numbers))
    )
    rows = [
        (one.name, one.text, other.text, one.hint)
        for one, other in zip(
            figures_of(first) + report_of(first), figures_of(second) + report_of(second), strict=True
        )
    ]
    return render_template("compare_versions.html", course=course, first=first, second=second, rows=rows)


@bp.post(f"{AT}/versions/<int:number>/restoration")
def restore_version(course_id: int, number: int) -> Response:
    """Lets an earlier version serve again."""
    course = _course(course_id)
    try:
        now = roster_rollback.roll_back(get_db(), get_runtime().models, course, number)
    except Conflict as error:
        flash(reason_sentence(error.reason), "problem")
    else:
        audited("model_rolled_back", f"course:{course_id}", version=number)
        flash(gettext("Version %(old)d serves again, as version %(new)d.", old=number, new=now))
    return _back(course_id)


def _course(course_id: int) -> Course:
    return courses.get(get_db(), account(), course_id)


def _obstacle(version: RosterModelVersion) -> str | None:
    """Why a version cannot serve again, as far as that is known without its files."""
    return roster_rollback.obstacle(version, version.embedder_id)


def _fit_is_coming(course: Course, active: RosterModelVersion | None) -> bool:
    """Whether a change waits to be fitted until things are quiet."""
    if active is None or not active.contents or course.is_demo:
        return False
    latest = roster_fits.latest(get_db(), course.id)
    failed = latest is not None and latest.state == FitState.FAILED and latest.created_at > active.created_at
    return active.kind not in roster_models.SETTLED and not failed


def _back(course_id: int) -> Response:
    return redirect(url_for("pages.recognition", course_id=course_id))
