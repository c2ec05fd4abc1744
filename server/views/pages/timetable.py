"""A course's timetable: its sessions by week."""

from datetime import date, timedelta

from flask import render_template, request

from server.db import get_db
from server.models import utc_now
from server.services import courses, local_time, planned_sessions
from server.views.pages.blueprint import account, bp
from server.views.pages.forms_timetable import YEARS

WEEKS = 4


@bp.get("/courses/<int:course_id>/timetable")
def timetable(course_id: int) -> str:
    """A few weeks from this one, or from that of the day ``from``."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    today = utc_now().astimezone(course.zone).date()
    first_day = _day(request.args.get("from", "")) or today
    weeks = planned_sessions.weeks(db, course, first_day, WEEKS)
    return render_template(
        "timetable.html",
        course=course,
        weeks=weeks,
        this_week=local_time.week_of(today),
        earlier=weeks[0].first_day - timedelta(weeks=WEEKS),
        later=weeks[0].first_day + timedelta(weeks=WEEKS),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
