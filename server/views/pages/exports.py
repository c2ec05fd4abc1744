"""Getting it out: attendance and rosters as files."""

from collections.abc import Callable
from datetime import date

from flask import Response, render_template, request

from server import fonts
from server.db import get_db
from server.exceptions import Invalid, NotReady
from server.locales import select_locale
from server.models import ClassSession, Course
from server.runtime import get_runtime
from server.services import (
    attendance_grid,
    class_sessions,
    courses,
    export_workbook,
    exports,
    oneroster_export,
)
from server.services.attendance_grid import Grid
from server.services.sign_in_sheet import Sheet, sign_in_sheet
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.downloads import download
from server.views.pages.wording import clock, day

MAX_SHEETS = 40
MAX_COURSES = 50

ATTENDANCE: dict[str, tuple[str, Callable[[Grid, str], str | bytes]]] = {
    "csv": ("csv", exports.course_csv),
    "xlsx": ("xlsx", lambda grid, locale: export_workbook.course_workbook([grid], locale)),
    "moodle": ("csv", lambda grid, _locale: exports.moodle_csv(grid)),
    "canvas": ("csv", lambda grid, _locale: exports.canvas_csv(grid)),
}
"""Form of an export: what its file's name ends with, and how it is made."""
ROSTER: dict[str, Callable[[Course, list[tuple[str, str]], str], str | bytes]] = {
    "csv": lambda _course, students, locale: exports.roster_csv(students, locale),
    "xlsx": lambda course, students, locale: export_workbook.roster_workbook(course.code, students, locale),
}


@bp.get("/courses/<int:course_id>/exports")
def course_exports(course_id: int) -> str:
    """What can be taken away, and how."""
    found = courses.get(get_db(), account(), course_id)
    return render_template(
        "exports.html",
        course=found,
        font_there=fonts.present(get_runtime().settings.fonts_dir),
        summaries=class_sessions.of_course(get_db(), found, limit=100),
    )


@bp.get("/courses/<int:course_id>/exports/attendance.<any(csv, xlsx, moodle, canvas):form>")
def export_attendance(course_id: int, form: str) -> Response:
    """The course's attendance, between the days ``from`` and ``to``."""
    found = courses.get(get_db(), account(), course_id)
    first, last = _day("from"), _day("to")
    audited("attendance_exported", f"course:{course_id}", form=form)
    extension, make = ATTENDANCE[form]
    grid = attendance_grid.read(get_db(), found, first=first, last=last)
    days = "-".join(one.isoformat() for one in (first, last) if one)
    stem = "-".join(part for part in (found.code, form if extension != form else "", days) if part)
    return download(make(grid, select_locale()), stem, extension)


@bp.get("/exports/attendance.xlsx")
def export_all() -> Response:
    """All courses of the account, a sheet each, between the days ``from`` and ``to``.

    :raises Invalid: ``too_many_courses``, ``day_invalid``.
    """
    db, first, last = get_db(), _day("from"), _day("to")
    found = courses.list_for(db, account())
    if len(found) > MAX_COURSES:
        raise Invalid("too_many_courses")
    for course in found:
        audited("attendance_exported", f"course:{course.id}", form="xlsx")
    grids = [attendance_grid.read(db, course, first=first, last=last) for course in found]
    return download(export_workbook.course_workbook(grids, select_locale()), "attendance", "xlsx")


@bp.get("/sessions/<int:session_id>/attendance.<any(xlsx, moodle, canvas):form>")
def export_session(session_id: int, form: str) -> Response:
    """One session's attendance."""
    session = class_sessions.get(get_db(), account(), session_id)
    course = session.course
    audited("attendance_exported", f"session:{session_id}", form=form)
    grid = attendance_grid.read(get_db(), course, session_id=session.id)
    date_told = session.starts_at.astimezone(course.zone).date().isoformat()
    if form == "xlsx":
        workbook = export_workbook.session_workbook(grid, select_locale())
        return download(workbook, f"{course.code}-{date_told}", "xlsx")
    extension, make = ATTENDANCE[form]
    return download(make(grid, select_locale()), f"{course.code}-{form}-{date_told}", extension)


@bp.get("/courses/<int:course_id>/roster/export.<any(csv, xlsx, zip):form>")
def export_roster(course_id: int, form: str) -> Response:
    """The roster, in the forms that can be brought again."""
    found = courses.get(get_db(), account(), course_id)
    audited("roster_exported", f"course:{course_id}", form=form)
    if form == "zip":
        return download(oneroster_export.bundle(get_db(), found), f"{found.code}-oneroster", "zip")
    students = [(one.student.number, one.student.name) for one in courses.roster(get_db(), found)]
    return download(ROSTER[form](found, students, select_locale()), f"{found.code}-roster", form)


@bp.get("/courses/<int:course_id>/exports/sign-in.pdf")
def sign_in_sheets(course_id: int) -> Response:
    """A sheet for every session between the days ``from`` and ``to``; without days, one to write a date on.

    :raises Invalid: ``too_many_sheets``, ``day_invalid``.
    """
    db = get_db()
    found = courses.get(db, account(), course_id)
    first, last = _day("from"), _day("to")
    sheets = [Sheet("")]
    if first or last:
        sessions = class_sessions.between(
            db, found, first or last or date.min, last or first or date.max, MAX_SHEETS + 1
        )
        if len(sessions) > MAX_SHEETS:
            raise Invalid("too_many_sheets")
        sheets = [_sheet(session) for session in sessions] or sheets
    return _sign_in(found, sheets, f"{found.code}-sign-in")


@bp.get("/sessions/<int:session_id>/sign-in.pdf")
def session_sign_in_sheet(session_id: int) -> Response:
    """The sheet of one session."""
    session = class_sessions.get(get_db(), account(), session_id)
    local = session.starts_at.astimezone(session.course.zone).date()
    return _sign_in(session.course, [_sheet(session)], f"{session.course.code}-sign-in-{local.isoformat()}")


def _sign_in(course: Course, sheets: list[Sheet], stem: str) -> Response:
    folder = get_runtime().settings.fonts_dir
    if not fonts.present(folder):
        raise NotReady("font_missing", retry_after=3600)
    audited("roster_exported", f"course:{course.id}", form="pdf")
    students = [(one.student.number, one.student.name) for one in courses.roster(get_db(), course)]
    content = sign_in_sheet(f"{course.name} · {course.code}", sheets, students, folder, select_locale())
    return download(content, stem, "pdf")


def _sheet(session: ClassSession) -> Sheet:
    zone = session.course.zone
    return Sheet(session.title, f"{day(session.starts_at, zone)} {clock(session.starts_at, zone)}")


def _day(name: str) -> date | None:
    """A day of the query, if it is given.

    :raises Invalid: ``day_invalid``.
    """
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("day_invalid") from error
