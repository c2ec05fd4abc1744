"""Words around attendance: how sure a recognition was, what made a change."""

from datetime import date, datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from flask import request
from flask_babel import gettext, lazy_gettext

from server.locales import select_locale
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


@bp.app_template_filter("initials")
def initials(name: str) -> str:
    """What stands for a face: a Korean name without its family name, else the first letters of two names."""
    words = name.split()
    if len(words) == 1:
        return name[1:3] if "가" <= name[0] <= "힣" and len(name) > 2 else name[:2]
    return "".join(word[0] for word in (words[0], words[-1])).upper()


@bp.app_template_filter("tiny_day")
def tiny_day(moment: datetime, zone: tzinfo) -> str:
    """Month and day in figures, by the course's clock."""
    local = moment.astimezone(zone)
    return f"{local.month}/{local.day}"


@bp.app_template_filter("month_name")
def month_name(day: date) -> str:
    """The month in few letters."""
    return format_date(day, "MMM", locale=select_locale())


@bp.app_template_global("address")
def address(**changed: Any) -> str:
    """This page's address with some of its query changed."""
    return "?" + urlencode(request.args.to_dict() | changed)
