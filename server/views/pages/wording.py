"""Codes, dates and times in the words of the page's language."""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from flask_babel import gettext, lazy_gettext, ngettext

from server.locales import select_locale
from server.messages import MESSAGES, message
from server.models import Student, utc_now
from server.services.enrolment import GIVEN_BY_STUDENT, ON_PAPER
from server.services.enrolment_findings import PhotoFinding
from server.views.pages.blueprint import bp
from server.views.pages.wording_attendance import CONFIDENCES

STATUSES = {
    "present": lazy_gettext("Present"),
    "late": lazy_gettext("Late"),
    "absent": lazy_gettext("Absent"),
    "excused": lazy_gettext("Excused"),
    "left_early": lazy_gettext("Left early"),
    "waiting": lazy_gettext("Waiting"),
}
METHODS = {
    "face": lazy_gettext("by face"),
    "card": lazy_gettext("by card"),
    "phone": lazy_gettext("by phone code"),
    "pin": lazy_gettext("by PIN"),
    "roll_call": lazy_gettext("by roll-call picture"),
    "manual": lazy_gettext("by hand"),
}
VISITS = {
    "unknown": lazy_gettext("Not recognised"),
    "not_on_roster": lazy_gettext("Not on this roster"),
    "no_face": lazy_gettext("No face in the picture"),
    "several_faces": lazy_gettext("Several faces at once"),
    "low_quality": lazy_gettext("Picture not clear enough"),
    "not_live": lazy_gettext("Not a live person"),
    "code_unknown": lazy_gettext("Unknown QR code"),
    "code_expired": lazy_gettext("QR code too old"),
    "code_used": lazy_gettext("QR code shown twice"),
    "pin_wrong": lazy_gettext("Wrong PIN"),
    "discarded": lazy_gettext("Answered “not me”"),
    "expired": lazy_gettext("Left without an answer"),
}
PROBLEMS = {
    "too_small": lazy_gettext("the face is too small"),
    "too_dark": lazy_gettext("too dark"),
    "too_bright": lazy_gettext("too bright"),
    "low_contrast": lazy_gettext("too little contrast"),
    "blurred": lazy_gettext("blurred"),
    "turned_away": lazy_gettext("turned away from the camera"),
    "tilted": lazy_gettext("the head is tilted"),
    "masked": lazy_gettext("part of the face is covered"),
}

GESTURES = {
    "CAPTURE": lazy_gettext("both arms straight up: check in"),
    "O": lazy_gettext("arms in a ring over the head: yes"),
    "X": lazy_gettext("forearms crossed: no"),
    "IDLE": lazy_gettext("anything else: nothing"),
}


@bp.app_template_filter("gesture_hint")
def gesture_hint(gesture: str) -> str:
    """What to do, and what it means."""
    return str(GESTURES[gesture])


@bp.app_template_global("zone_of")
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name in the IANA database."""
    return ZoneInfo(name)


@bp.app_template_filter("status_word")
def status_word(status: str | None) -> str:
    """An attendance status; none means that the student is still waited for."""
    return str(STATUSES[status or "waiting"])


@bp.app_template_filter("method_word")
def method_word(method: str | None) -> str:
    """How a status came about; nothing for those filled in at the end."""
    return str(METHODS.get(method or "", ""))


@bp.app_template_filter("consent_giver")
def consent_giver(given_by: str) -> str:
    """Who gave or recorded a consent."""
    if given_by == GIVEN_BY_STUDENT:
        return gettext("the student, by personal link")
    if given_by.startswith(ON_PAPER):
        return gettext("%(name)s, from a consent on paper", name=given_by.removeprefix(ON_PAPER))
    return given_by


@bp.app_template_filter("visit_word")
def visit_word(reason: str) -> str:
    """Why a visit to the kiosk led to no attendance."""
    return str(VISITS[reason]) if reason in VISITS else gettext("Refused")


@bp.app_template_filter("reason_sentence")
def reason_sentence(reason: str, detail: str = "") -> str:
    """A reason code as a sentence; ``detail`` may name problems, separated by commas."""
    if reason not in MESSAGES:
        return gettext("That did not work.")
    sentence = message(reason, select_locale())
    problems = [str(PROBLEMS[code]) for code in detail.replace(" ", "").split(",") if code in PROBLEMS]
    return f"{sentence} ({', '.join(problems)})" if problems else sentence


@bp.app_template_filter("reason_words")
def reason_words(reason: str | None, detail: str = "") -> str:
    """As :func:`reason_sentence`, for templates."""
    return reason_sentence(reason or "", detail)


def finding_sentence(finding: PhotoFinding, student: Student, photo_ids: Sequence[int]) -> str:
    """What there is to look at, as a sentence; photos are numbered as the page shows them."""
    numbers = [photo_ids.index(photo_id) + 1 for photo_id in finding.photo_ids if photo_id in photo_ids]
    name, other = student.name, finding.other.name if finding.other else None
    match finding.code:
        case "somebody_else" if other:
            return gettext(
                "Photo %(num)d seems to show %(other)s, not %(name)s.", num=numbers[0], other=other, name=name
            )
        case "somebody_else":
            return gettext("Photo %(num)d does not look like the person in the others.", num=numbers[0])
        case "different_people":
            return gettext("These photos do not show one and the same person.")
        case "lookalike" if other:
            return gettext(
                "%(name)s and %(other)s look so alike that the kiosk may confuse them. Twins are safer with a"
                " QR code or a PIN; is it one person under two numbers?",
                name=name,
                other=other,
            )
        case "near_duplicate":
            return gettext(
                "Photo %(num)d is almost the same as photo %(first)d and adds nothing.",
                num=numbers[-1],
                first=numbers[0],
            )
    return gettext("Please look at this student's photos.")


@bp.app_template_filter("clock")
def clock(moment: datetime, zone: tzinfo) -> str:
    """The time of day by the course's clock."""
    pattern = "aaaa h:mm" if select_locale() == "ko" else "short"  # The data's own Korean says "PM 3:00".
    return format_time(moment, pattern, tzinfo=zone, locale=select_locale())


@bp.app_template_filter("day")
def day(moment: datetime, zone: tzinfo) -> str:
    """The date by the course's clock, with the weekday."""
    pattern = "M월 d일 EEEE" if select_locale() == "ko" else "EEEE, d MMMM"
    return format_datetime(moment, pattern, tzinfo=zone, locale=select_locale())


@bp.app_template_filter("short_day")
def short_day(moment: datetime | date, zone: tzinfo | None = None) -> str:
    """The date in figures and few letters."""
    local = moment.astimezone(zone).date() if isinstance(moment, datetime) and zone else moment
    return format_date(local, "medium", locale=select_locale())


@bp.app_template_filter("time_of_day")
def time_of_day(at: time) -> str:
    """A time of day that belongs to no date."""
    pattern = "aaaa h:mm" if select_locale() == "ko" else "short"
    return format_time(at, pattern, locale=select_locale())


@bp.app_template_filter("weekday")
def weekday(moment: datetime, zone: tzinfo) -> str:
    """The weekday and the day of the month by the course's clock."""
    pattern = "d일 (EEE)" if select_locale() == "ko" else "EEE d"
    return format_datetime(moment, pattern, tzinfo=zone, locale=select_locale())


@bp.app_template_filter("ago")
def ago(moment: datetime) -> str:
    """How long ago, in words."""
    minutes = max(0, int((utc_now() - moment).total_seconds() // 60))
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", minutes // 60)
    return ngettext("%(num)d day ago", "%(num)d days ago", minutes // 1440)


def live_words() -> dict[str, str | dict[str, str]]:
    """What the script of the live roster writes itself."""
    return {
        "status": {code: str(word) for code, word in STATUSES.items()},
        "method": {code: str(word) for code, word in METHODS.items()},
        "visit": {code: str(word) for code, word in VISITS.items()},
        "refused": gettext("Refused"),
        "confidence": {code: str(word) for code, word in CONFIDENCES.items()},
        "it_was": gettext("It was %(name)s, says %(who)s.", name="%(name)s", who="%(who)s"),
        "who_was_it": gettext("Who was it?"),
        "unconfirmed": gettext("not confirmed"),
        "unchallenged": gettext("not challenged"),
        "left": gettext("left %(time)s", time="%(time)s"),
        "live": gettext("Live"),
        "reconnecting": gettext("Connection lost, reconnecting …"),
        "signed_out": gettext("You are signed out."),
        "not_saved": gettext("Not saved. Please try again."),
    }


def photo_words() -> dict[str, str]:
    """What the script of the photo upload writes itself."""
    return {
        "waiting": gettext("Waiting …"),
        "sending": gettext("Checking …"),
        "failed": gettext("Could not be sent. Please try again."),
    }


def import_words() -> dict[str, str]:
    """What the script that sends a ZIP writes itself."""
    return {
        "sending": gettext("Sending: %(share)s", share="%(share)s"),
        "looking": gettext("Looking into the ZIP …"),
        "failed": gettext("It was broken off. Choose the same ZIP again: it goes on where it was."),
        "too_big": gettext("A ZIP has at most 2 GB."),
    }


def teaching_words() -> dict[str, str | dict[str, str]]:
    """What the script of the page that teaches gestures writes itself."""
    return {
        "remove": gettext("Delete picture %(num)s of %(gesture)s", num="%(num)s", gesture="%(gesture)s"),
        "not_framed": gettext("Nobody is framed: head, shoulders and raised hands have to fit."),
        "failed": gettext("This browser cannot learn gestures, or has stopped. Please load the page again."),
        "epoch": gettext(
            "learnt from: %(training)s right · held out: %(held_out)s right",
            training="%(training)s",
            held_out="%(held_out)s",
        ),
        "split_whole": gettext("Held out were whole recordings, which it has not learnt from."),
        "split_end": gettext(
            "A gesture was recorded once only: the end of that was held out, which looks better than it is."
            " Record each at least twice."
        ),
        "name": gettext("Taught here"),
        "saved": gettext("Saved."),
        "not_saved": gettext("Not saved. Please try again."),
        "camera": gettext("Camera"),
        "camera_faults": {
            "none": gettext("No camera was found."),
            "refused": gettext("The browser may not use the camera: allow it in the address bar."),
            "insecure": gettext("Browsers open cameras over https or on localhost only."),
            "busy": gettext("Another program is using the camera."),
            "lost": gettext("The camera is gone; it is looked for."),
            "prompt": gettext("Please allow the camera."),
            "black": gettext("The picture is black: is the lens covered?"),
            "frozen": gettext("The camera has stopped; it is opened again."),
        },
    }
