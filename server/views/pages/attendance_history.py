"""A course's attendance over time: the table of students and sessions, and one student's calendar."""

from datetime import date

from flask import render_template, request
from flask_babel import gettext

from server.db import get_db
from server.models import Course
from server.runtime import get_runtime
from server.services import absence_alerts, attendance_history, courses, enrolled, mail
from server.services.attendance_history import Period
from server.services.heat_map import heat_map
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm

LONGEST_SEARCH = 100


@bp.get("/courses/<int:course_id>/attendance")
def attendance(course_id: int) -> str:
    """Students and sessions as a table, with rates; and the sessions compared."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    period, wrong = _period(course)
    sort = request.args.get("sort", "name")
    if sort.removeprefix("-") not in attendance_history.SORTS:
        sort = "name"
    search = request.args.get("search", "").strip()[:LONGEST_SEARCH]
    page, sessions_page = _page("page"), _page("sessions")
    held = attendance_history.count_sessions(db, course, period)
    sessions_pages = _pages(held, attendance_history.MOST_SESSIONS)
    sessions_page = min(sessions_page, sessions_pages)
    shown = attendance_history.sessions(db, course, period, sessions_page)
    found = attendance_history.students(db, course, period, sort=sort, search=search, page=page)
    rule = absence_alerts.rule(db, course)
    return render_template(
        "attendance.html",
        course=course,
        rule=rule,
        streaks=absence_alerts.streaks(db, course, rule.after) if rule is not None else [],
        sends_mail=mail.configured(get_runtime().settings),
        form=BareForm(formdata=None),
        period=period,
        wrong=wrong,
        sort=sort,
        search=search,
        page=page,
        pages=_pages(found.total, attendance_history.PAGE),
        sessions_page=sessions_page,
        sessions_pages=sessions_pages,
        sessions=shown,
        held=held,
        lines=found.lines,
        total=found.total,
        cells=attendance_history.cells(db, shown, found.lines),
        tallies=attendance_history.by_session(db, shown),
        in_all=attendance_history.in_all(db, course, period),
    )


@bp.get("/courses/<int:course_id>/attendance/students/<int:student_id>")
def student_attendance(course_id: int, student_id: int) -> str:
    """One student's sessions: calendar, figures, table."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    student = enrolled.ever(db, course, student_id)
    period, wrong = _period(course)
    rows = attendance_history.of_student(db, course, student, period)
    recorded = [(session, record) for session, record in rows if record is not None]
    statuses = [record.status for _, record in recorded]
    streak, longest = attendance_history.streaks_of(statuses)
    days = [(one.starts_at.astimezone(course.zone).date(), record.status) for one, record in recorded]
    return render_template(
        "student_attendance.html",
        course=course,
        student=student,
        period=period,
        wrong=wrong,
        rows=rows[::-1],
        tally=attendance_history.tally_of(statuses),
        streak=streak,
        longest=longest,
        calendar=heat_map(days),
        on_roster=enrolled.now(db, course, student),
    )


def _period(course: Course) -> tuple[Period, str]:
    """The days that the address asks for, else those of the course's term; and what is wrong with them."""
    if "from" not in request.args and "until" not in request.args:
        return Period(course.term_first_day, course.term_last_day), ""
    days: list[date | None] = []
    for name in ("from", "until"):
        text = request.args.get(name, "")
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            return Period(), gettext("This is not a date; everything is shown.")
    first, last = days
    if first is not None and last is not None and last < first:
        return Period(), gettext("The first day is after the last; everything is shown.")
    return Period(first, last), ""


def _page(name: str) -> int:
    return min(max(1, request.args.get(name, 1, type=int)), 10_000)


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))
