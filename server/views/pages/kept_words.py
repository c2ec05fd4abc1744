"""What is kept about somebody, in words: tables, fields and their values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import gettext, lazy_gettext

from server.locales import select_locale
from server.runtime import get_runtime
from server.views.pages.account_words import ROLE_WORDS
from server.views.pages.audit import ACTIONS
from server.views.pages.blueprint import bp
from server.views.pages.wording import METHODS, STATUSES, consent_giver

TABLES = {
    "student": lazy_gettext("Student"),
    "consent": lazy_gettext("Consent"),
    "enrolment": lazy_gettext("Courses"),
    "face_photo": lazy_gettext("Photos"),
    "face_template": lazy_gettext("Templates"),
    "embeddings": lazy_gettext("Embeddings"),
    "photo_import_item": lazy_gettext("Photos sent in a ZIP"),
    "attendance": lazy_gettext("Attendance"),
    "attendance_change": lazy_gettext("Changes of attendance"),
    "contest": lazy_gettext("Contested entries"),
    "check_in": lazy_gettext("Visits to kiosks"),
    "visit_resolution": lazy_gettext("Visits assigned by hand"),
    "student_pass": lazy_gettext("Cards and phones"),
    "student_pin": lazy_gettext("PIN"),
    "student_link": lazy_gettext("Personal links"),
    "events": lazy_gettext("Events for dashboards"),
    "audit_log": lazy_gettext("Audit log"),
    "account": lazy_gettext("Account"),
    "account_session": lazy_gettext("Signed in here"),
    "account_link": lazy_gettext("One-time links"),
    "one_time_codes": lazy_gettext("Authenticator app"),
    "recovery_code": lazy_gettext("Recovery codes"),
    "passkey": lazy_gettext("Passkeys"),
    "account_face": lazy_gettext("Face"),
    "account_face_template": lazy_gettext("Templates"),
    "account_face_challenge": lazy_gettext("Questions of the camera"),
    "api_token": lazy_gettext("Tokens for programs"),
    "course_instructor": lazy_gettext("Courses"),
    "lti_person": lazy_gettext("Learning platforms"),
    "sent_mail": lazy_gettext("Mails sent"),
}
FIELDS = {
    "id": lazy_gettext("Record no."),
    "number": lazy_gettext("Number"),
    "name": lazy_gettext("Name"),
    "email": lazy_gettext("E-mail"),
    "role": lazy_gettext("Role"),
    "locale": lazy_gettext("Language"),
    "browser": lazy_gettext("Browser"),
    "is_active": lazy_gettext("May sign in"),
    "is_demo": lazy_gettext("Of the demo class"),
    "account_id": lazy_gettext("Account no."),
    "student_id": lazy_gettext("Student record no."),
    "student": lazy_gettext("Student"),
    "course_id": lazy_gettext("Course no."),
    "session_id": lazy_gettext("Session no."),
    "kiosk_id": lazy_gettext("Kiosk no."),
    "photo_id": lazy_gettext("Photo no."),
    "photo": lazy_gettext("Photo no."),
    "import_id": lazy_gettext("ZIP no."),
    "platform_id": lazy_gettext("Platform no."),
    "check_in_id": lazy_gettext("Visit no."),
    "student_number": lazy_gettext("Student number"),
    "account_name": lazy_gettext("Name of the account"),
    "created_at": lazy_gettext("Made"),
    "at": lazy_gettext("When"),
    "given_at": lazy_gettext("Given"),
    "consented_at": lazy_gettext("Given"),
    "given_by": lazy_gettext("Given by"),
    "withdrawn_at": lazy_gettext("Withdrawn"),
    "dropped_at": lazy_gettext("Left the course"),
    "expires_at": lazy_gettext("Works until"),
    "used_at": lazy_gettext("Used"),
    "revoked_at": lazy_gettext("Revoked"),
    "sent_at": lazy_gettext("Sent"),
    "set_at": lazy_gettext("Set"),
    "set_by": lazy_gettext("Set by account"),
    "confirmed_at": lazy_gettext("Confirmed"),
    "last_used_at": lazy_gettext("Last used"),
    "last_seen_at": lazy_gettext("Last seen"),
    "last_sign_in_at": lazy_gettext("Last signed in"),
    "locked_until": lazy_gettext("Locked until"),
    "captured_at": lazy_gettext("Picture taken"),
    "received_at": lazy_gettext("Received"),
    "recorded_at": lazy_gettext("Recorded"),
    "answered_at": lazy_gettext("Answered"),
    "left_at": lazy_gettext("Left"),
    "created_by": lazy_gettext("Made by account"),
    "issued_by": lazy_gettext("Issued by account"),
    "marked_by": lazy_gettext("Recorded by account"),
    "by_account": lazy_gettext("By account"),
    "answered_by": lazy_gettext("Answered by account"),
    "answered_name": lazy_gettext("Answered by"),
    "text_version": lazy_gettext("Version of the text"),
    "consent_version": lazy_gettext("Version of the text"),
    "action": lazy_gettext("What"),
    "about": lazy_gettext("About"),
    "detail": lazy_gettext("Details"),
    "type": lazy_gettext("Kind"),
    "kind": lazy_gettext("Kind"),
    "purpose": lazy_gettext("What for"),
    "status": lazy_gettext("Status"),
    "state": lazy_gettext("Status"),
    "method": lazy_gettext("How"),
    "source": lazy_gettext("Where from"),
    "reason": lazy_gettext("Reason"),
    "words": lazy_gettext("What was written"),
    "answer": lazy_gettext("Answer"),
    "before": lazy_gettext("Before"),
    "after": lazy_gettext("Afterwards"),
    "path": lazy_gettext("File"),
    "position": lazy_gettext("Place in the file"),
    "digest": lazy_gettext("Checksum"),
    "quality": lazy_gettext("Quality"),
    "shot": lazy_gettext("Pose"),
    "embedder": lazy_gettext("Network"),
    "embedder_id": lazy_gettext("Network"),
    "float32": lazy_gettext("Numbers, as base64"),
    "size_px": lazy_gettext("Size in pixels"),
    "sharpness": lazy_gettext("Sharpness"),
    "brightness": lazy_gettext("Brightness"),
    "contrast": lazy_gettext("Contrast"),
    "detection": lazy_gettext("Certainty of a face"),
    "yaw": lazy_gettext("Turned sideways"),
    "pitch": lazy_gettext("Turned up or down"),
    "roll": lazy_gettext("Tilted"),
    "score": lazy_gettext("Likeness"),
    "margin": lazy_gettext("Lead over the next"),
    "threshold": lazy_gettext("Threshold"),
    "masked": lazy_gettext("With a mask"),
    "gesture": lazy_gettext("Gesture"),
    "challenged": lazy_gettext("Turned the head as asked"),
    "unconfirmed": lazy_gettext("Not confirmed"),
    "problems": lazy_gettext("What was wrong"),
    "failures": lazy_gettext("Failed tries"),
    "last_step": lazy_gettext("Last code used"),
    "sign_count": lazy_gettext("Times used"),
    "writes": lazy_gettext("May change things"),
    "subject": lazy_gettext("Name at the platform"),
    "subject_key": lazy_gettext("About"),
}
TRACES = {
    "tables": lazy_gettext("Tables of the database"),
    "rows": lazy_gettext("Tables with traces"),
    "courses": lazy_gettext("Courses"),
    "files": lazy_gettext("Files"),
    "model_versions": lazy_gettext("Model versions"),
    "photos_shown_to_the_models": lazy_gettext("Photos shown to the models"),
    "photos_recognised": lazy_gettext("Photos recognised"),
}
SHORTENED = {"float32"}
LONGEST_SHOWN = 120
"""Characters; a face in numbers has thousands."""
CODES: dict[str, Mapping[str, Any]] = {
    "role": ROLE_WORDS,
    "action": ACTIONS,
    "status": STATUSES,
    "method": METHODS,
}
"""Fields that hold a code for which there are words."""


@bp.app_template_filter("table_words")
def table_words(name: str) -> str:
    """A table in words."""
    return str(TABLES.get(name, name))


@bp.app_template_filter("field_words")
def field_words(name: str) -> str:
    """A field in words."""
    return str(FIELDS.get(name, name))


@bp.app_template_filter("trace_words")
def trace_words(name: str) -> str:
    """What a certificate counts, in words: a table, or a place that was searched."""
    return str(TRACES.get(name, TABLES.get(name, name)))


@bp.app_template_filter("kept_words")
def kept_words(value: Any, field: str = "") -> str:
    """A value as people read it. Moments are told in the installation's time zone.

    :param field: whose value it is.
    """
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Mapping):
        told = (f"{field_words(name)}: {kept_words(one, name)}" for name, one in value.items())
        return ", ".join(told) or gettext("none")
    if isinstance(value, list | tuple):
        return ", ".join(kept_words(one, field) for one in value) or gettext("none")
    if isinstance(value, float):
        return f"{value:.4g}"
    if field == "at" or field.endswith(("_at", "_until")):
        return _moment(str(value))
    if field == "given_by":
        return consent_giver(str(value))
    text = str(CODES.get(field, {}).get(str(value), value))
    if len(text) <= LONGEST_SHOWN or field not in SHORTENED:
        return text
    start = text[: LONGEST_SHOWN // 2]
    return gettext("%(start)s… (%(num)d characters; the download has them all)", start=start, num=len(text))


def _moment(iso: str) -> str:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    korean = select_locale() == "ko"
    pattern = "y. M. d. HH:mm:ss" if korean else "d MMM y, HH:mm:ss"
    zone = ZoneInfo(get_runtime().settings.default_time_zone)
    return format_datetime(moment, pattern, tzinfo=zone, locale=select_locale())
