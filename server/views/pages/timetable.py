"""A course's timetable: its sessions by week, what they recur by, and the exceptions."""

from datetime import date, timedelta

from flask import render_template, request, url_for

from server.db import get_db
from server.models import Course, utc_now
from server.services import courses, local_time, planned_sessions
from server.services import timetable as service
from server.views.pages.blueprint import account, bp
from server.views.pages.forms_timetable import WEEKDAY_WORDS, YEARS, ExceptionForm

WEEKS = 4


@bp.get("/courses/<int:course_id>/timetable")
def timetable(course_id: int) -> str:
    """A few weeks from this one, or from that of the day ``from``."""
    return timetable_page(courses.get(get_db(), account(), course_id))


def timetable_page(course: Course, exception_form: ExceptionForm | None = None) -> str:
    """The page, with a form that was filled in wrongly where there is one."""
    db = get_db()
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
        patterns=service.patterns(db, course),
        exceptions=service.exceptions(db, course),
        calendar_address=_calendar_address(course),
        weekday_words=WEEKDAY_WORDS,
        exception_form=exception_form or ExceptionForm(formdata=None, prefix="exception"),
    )


def _calendar_address(course: Course) -> str | None:
    """Where to subscribe to the course's calendar."""
    if course.calendar_token is None:
        return None
    return url_for("pages.calendar_feed_file", token=course.calendar_token, _external=True)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
