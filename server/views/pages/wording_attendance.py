"""Words around attendance: how sure a recognition was, what made a change."""

from typing import Any

from flask_babel import gettext, lazy_gettext

from server.models import AttendanceChange
from server.views.pages.blueprint import bp

CONFIDENCES = {
    "very_sure": lazy_gettext("very sure"),
    "sure": lazy_gettext("sure"),
    "just_enough": lazy_gettext("just enough"),
}
SOURCES = {
    "arrival": lazy_gettext("Check-in"),
    "hand": lazy_gettext("By hand"),
    "closing": lazy_gettext("End of the session"),
    "leaving": lazy_gettext("Check-out"),
    "roll_call": lazy_gettext("Roll-call picture"),
    "visit": lazy_gettext("A visit was assigned"),
    "contest": lazy_gettext("The student contested it"),
    "undo": lazy_gettext("Undone"),
}


@bp.app_template_filter("confidence_word")
def confidence_word(confidence: str | None) -> str:
    """How sure a recognition was; nothing where that is not known."""
    return str(CONFIDENCES.get(confidence or "", ""))


@bp.app_template_filter("source_word")
def source_word(source: str) -> str:
    """What made a change."""
    return str(SOURCES[source])


@bp.app_template_filter("changed_by")
def changed_by(change: AttendanceChange) -> str:
    """Who made a change: a person, a kiosk, or the end of the session by itself."""
    if change.account_name:
        return change.account_name
    if change.kiosk is not None:
        return gettext("Kiosk %(name)s", name=change.kiosk.name)
    return gettext("by itself")


@bp.app_template_filter("snapshot_status")
def snapshot_status(snapshot: dict[str, Any] | None) -> str | None:
    """The status that a snapshot tells of; none where nothing was recorded."""
    return None if snapshot is None else str(snapshot["status"])
