"""The first page: what is on today."""

from flask import render_template

from server.db import get_db
from server.models import utc_now
from server.runtime import get_runtime
from server.services import class_sessions, contests, courses
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm


@bp.get("/")
def today() -> str:
    """Today's sessions of the account, and its courses to start one."""
    db = get_db()
    summaries = class_sessions.today(db, account())
    own = courses.list_for(db, account())
    busy = {summary.course.id for summary in summaries if summary.session.status == "open"}
    zone = own[0].time_zone if own else get_runtime().settings.default_time_zone
    return render_template(
        "today.html",
        summaries=summaries,
        idle_courses=[course for course in own if course.id not in busy],
        now=utc_now(),
        contested=contests.open_by_course(db, account()),
        zone_name=zone,
        form=BareForm(),
    )
