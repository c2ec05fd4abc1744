"""The figures of a version of a roster model, in words and numbers for people."""

from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, gettext, lazy_gettext

from server.models import RosterModelVersion
from server.views.pages.blueprint import bp

KINDS = {
    "fitted": lazy_gettext("Fitted"),
    "updated": lazy_gettext("Updated"),
    "rolled_back": lazy_gettext("Restored"),
}
STAGES = {
    "loading": lazy_gettext("Loading the photos"),
    "copies": lazy_gettext("Making varied copies"),
    "fitting": lazy_gettext("Fitting"),
    "calibrating": lazy_gettext("Calibrating and testing"),
}
NOTHING = "–"


@dataclass(frozen=True)
class Figure:
    """One line: what it is, its value, and what it means."""

    name: str
    text: str
    hint: str = ""


@bp.app_template_filter("kind_word")
def kind_word(kind: str) -> str:
    """How a version came about."""
    return str(KINDS[kind])


@bp.app_template_filter("stage_word")
def stage_word(stage: str) -> str:
    """What a fit is doing."""
    return str(STAGES[stage])


def figures_of(version: RosterModelVersion) -> list[Figure]:
    """What is known of every version."""
    known = version.figures
    return [
        Figure(gettext("Students"), _number(known.get("people"))),
        Figure(gettext("Photos"), _number(known.get("photos"))),
        Figure(
            gettext("Strangers it may let in"),
            _share(known.get("target_fpir")),
            gettext("The target that the threshold is set for (FPIR)."),
        ),
        Figure(
            gettext("Students it is expected to miss"),
            _share(known.get("fnir_estimate")),
            gettext("Of single pictures like the enrolment photos (FNIR); the kiosk takes several."),
        ),
        Figure(
            gettext("Threshold"),
            _number(known.get("threshold"), "0.000"),
            gettext("Likeness from which a visit is a match."),
        ),
        Figure(gettext("Threshold with a mask"), _number(known.get("masked_threshold"), "0.000")),
    ]


def report_of(version: RosterModelVersion) -> list[Figure]:
    """What fits with photos kept apart have shown; dashes where a version was not fitted."""
    held_out = version.figures.get("held_out") or {}
    own = held_out.get("own_threshold") or {}
    return [
        Figure(
            gettext("Right student first"),
            _proportion(held_out.get("rank1")),
            gettext("Photos that were kept apart, shown as visits."),
        ),
        Figure(gettext("Students missed"), _proportion(own.get("fnir"))),
        Figure(
            gettext("Strangers named"),
            _proportion(own.get("fpir")),
            gettext("Each student plays a stranger to a class without them."),
        ),
        Figure(gettext("Students named wrongly"), _proportion(own.get("misidentified"))),
        Figure(gettext("Duration of the fit"), _seconds(version.figures.get("seconds"))),
    ]


def _number(value: float | None, pattern: str | None = None) -> str:
    return NOTHING if value is None else str(format_decimal(value, format=pattern))


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{_number(100 * value, '0.##')}%"


def _proportion(counted: dict[str, Any] | None) -> str:
    """A rate with its 95 % interval and how many were counted."""
    if not counted or not counted["total"]:
        return NOTHING
    low, high = (_number(100 * end, "0.#") for end in counted["interval_95"])
    return gettext(
        "%(rate)s (%(low)s–%(high)s%% of %(total)d)",
        rate=_share(counted["rate"]),
        low=low,
        high=high,
        total=counted["total"],
    )


def _seconds(stages: dict[str, float] | None) -> str:
    if not stages:
        return NOTHING
    return gettext("%(num)s s", num=_number(sum(stages.values()), "0.0"))
