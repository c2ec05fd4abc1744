"""The pages of one course, as tabs under its name."""

from typing import Any

from flask_babel import lazy_gettext

from server.views.pages.blueprint import bp

COURSE_TABS = (
    ("pages.course", lazy_gettext("Overview"), ()),
    (
        "pages.roster",
        lazy_gettext("Roster"),
        (
            "pages.student",
            "pages.shots",
            "pages.cards",
            "pages.roster_draft",
            "pages.choose_columns",
            "pages.add_student",
            "pages.import_roster",
        ),
    ),
    ("pages.course_photos", lazy_gettext("Photos"), ("pages.photo_import",)),
    ("pages.recognition", lazy_gettext("Recognition"), ("pages.model_version", "pages.compare_versions")),
    (
        "pages.timetable",
        lazy_gettext("Timetable"),
        (
            "pages.plan_session",
            "pages.edit_session",
            "pages.new_pattern",
            "pages.edit_pattern",
            "pages.preview_calendar",
        ),
    ),
    (
        "pages.attendance",
        lazy_gettext("Attendance"),
        ("pages.student_attendance", "pages.contests", "pages.attendance_links"),
    ),
    ("pages.course_exports", lazy_gettext("Export"), ("pages.course_webhooks", "pages.add_webhook")),
    ("pages.course_settings", lazy_gettext("Settings"), ()),
    ("pages.course_platforms", lazy_gettext("LMS"), ()),
)
"""Endpoint (with ``course_id``), label, endpoints that belong to the tab as well."""


@bp.app_context_processor
def tabs() -> dict[str, Any]:
    """What the frame of a course's pages needs."""
    return {"course_tabs": COURSE_TABS}
