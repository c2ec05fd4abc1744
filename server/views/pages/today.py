"""The first page: what is on today."""

from flask import render_template, request

from server.db import get_db
from server.models import utc_now
from server.runtime import get_runtime
from server.services import class_sessions, contests, courses
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm

MOST_COURSES = 30
"""Whoever has more looks for them in the list of courses."""


@bp.get("/")
def today() -> str:
    """Today's sessions of the account, and its courses to start one."""
    db = get_db()
    page = class_sessions.today(db, account(), request.args.get("page", type=int))
    idle = courses.idle_for(db, account(), MOST_COURSES + 1)
    shown = [summary.course for summary in page.rows] + idle
    return render_template(
        "today.html",
        page=page,
        idle_courses=idle[:MOST_COURSES],
        more_courses=len(idle) > MOST_COURSES,
        now=utc_now(),
        contested=contests.open_by_course(db, account(), MOST_COURSES),
        zone_name=shown[0].time_zone if shown else get_runtime().settings.default_time_zone,
        form=BareForm(),
    )
