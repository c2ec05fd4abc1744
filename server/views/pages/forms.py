"""The forms of the pages, and how a service's refusal becomes a message at the right field."""

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, NumberRange, Optional

from server.exceptions import ServerError
from server.services.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from server.views.pages.wording import reason_sentence

NEEDED = _l("Please fill this in.")


def needed() -> DataRequired:
    """That a field is filled in."""
    return DataRequired(message=NEEDED)


def at_most(characters: int) -> Length:
    """That a text is not longer."""
    return Length(max=characters, message=_l("At most %(max)d characters."))


def new_password() -> PasswordField:
    """A password that is chosen now."""
    return PasswordField(
        _l("Password"),
        [
            needed(),
            Length(
                min=MIN_PASSWORD_LENGTH,
                max=MAX_PASSWORD_LENGTH,
                message=_l("Between %(min)d and %(max)d characters."),
            ),
        ],
        description=_l("At least 10 characters. A few words in a row are good."),
    )


def repeated_password() -> PasswordField:
    """The same once more."""
    return PasswordField(
        _l("Password again"),
        [needed(), EqualTo("password", message=_l("The two passwords differ."))],
    )


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = EmailField(_l("E-mail"), [needed(), at_most(254)])
    password = PasswordField(_l("Password"), [needed()])


class SetupForm(FlaskForm):
    """The first administrator."""

    name = StringField(_l("Your name"), [needed(), at_most(120)])
    email = EmailField(_l("E-mail"), [needed(), at_most(254)])
    password = new_password()
    repeated = repeated_password()


class CourseForm(FlaskForm):
    """A new course."""

    code = StringField(
        _l("Code"), [needed(), at_most(32)], description=_l("As in your timetable, for example CS101.")
    )
    name = StringField(_l("Name"), [needed(), at_most(200)])
    time_zone = SelectField(_l("Time zone"))
    late_after_minutes = IntegerField(
        _l("Late after"),
        [
            InputRequired(message=NEEDED),
            NumberRange(0, 1440, message=_l("Between %(min)d and %(max)d minutes.")),
        ],
        default=10,
        description=_l("Minutes from the start of a session."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = [*sorted(name for name in available_timezones() if "/" in name), "UTC"]


class StudentForm(FlaskForm):
    """One student for the roster."""

    number = StringField(_l("Student number"), [needed(), at_most(64)])
    name = StringField(_l("Name"), [needed(), at_most(200)])


class StartForm(FlaskForm):
    """A session that begins now."""

    title = StringField(
        _l("Title"),
        [Optional(), at_most(200)],
        description=_l("Optional. Without one it is named after today's date."),
    )


class KioskForm(FlaskForm):
    """The browser that becomes a kiosk."""

    name = StringField(
        _l("Name of this kiosk"),
        [needed(), at_most(120)],
        description=_l("Where it stands, for example Room 204."),
    )
    sign_out = BooleanField(
        _l("Sign me out here, so that nobody at the kiosk can open the dashboard"), default=True
    )


class PairingForm(FlaskForm):
    """A browser elsewhere that shows a code becomes a kiosk."""

    code = StringField(_l("Code on the kiosk's screen"), [needed(), at_most(20)])
    name = StringField(
        _l("Name of this kiosk"),
        [needed(), at_most(120)],
        description=_l("Where it stands, for example Room 204."),
    )


class ConsentForm(FlaskForm):
    """That the student agreed."""

    agreed = BooleanField(
        _l("The student has read this text and agrees"),
        [InputRequired(message=_l("Without consent no photo may be kept."))],
    )


class PhotosForm(FlaskForm):
    """Photos of one student."""

    photos = MultipleFileField(_l("Photos"), [])


class BareForm(FlaskForm):
    """A button: nothing but the form's token."""


_FIELDS = {
    "reason_too_long": "reason",
    "status_invalid": "status",
    "course_code_invalid": "code",
    "course_name_invalid": "name",
    "time_zone_invalid": "time_zone",
    "late_after_invalid": "late_after_minutes",
    "absent_after_invalid": "absent_after_minutes",
    "opens_before_invalid": "opens_before_minutes",
    "session_minutes_invalid": "minutes",
    "session_over_already": "day",
    "session_has_begun": "day",
    "minimum_stay_invalid": "minimum_stay_minutes",
    "term_name_invalid": "term_name",
    "pattern_weekdays_missing": "weekdays",
    "pattern_days_invalid": "last_day",
    "exception_days_invalid": "last_day",
    "exception_move_invalid": "moved_to",
    "exception_overlaps": "first_day",
    "exception_note_invalid": "note",
    "term_days_invalid": "term_last_day",
    "student_number_invalid": "number",
    "student_number_taken": "number",
    "student_already_enrolled": "number",
    "student_name_invalid": "name",
    "csv_empty": "text",
    "csv_too_long": "text",
    "csv_unreadable": "text",
    "workbook_unreadable": "file",
    "roster_archive_too_big": "file",
    "oneroster_unreadable": "file",
    "roster_columns_invalid": "name",
    "session_title_invalid": "title",
    "kiosk_name_invalid": "name",
    "pairing_code_unknown": "code",
    "pairing_code_used": "code",
    "webhook_url_invalid": "url",
    "webhook_needs_https": "url",
    "webhook_address_private": "url",
    "too_many_webhooks": "url",
    "token_name_invalid": "name",
    "too_many_tokens": "name",
    "email_invalid": "email",
    "email_taken": "email",
    "name_missing": "name",
    "password_too_short": "password",
    "password_too_long": "password",
    "metric_invalid": "metric",
    "camera_name_invalid": "name",
    "camera_name_taken": "name",
    "cameras_full": "name",
    "camera_address_invalid": "address",
    "camera_host_not_allowed": "address",
    "camera_unknown_host": "address",
    "threshold_invalid": "threshold",
    "password_wrong": "present",
    "role_invalid": "role",
    "code_wrong": "code",
}


def blame(form: FlaskForm, error: ServerError) -> None:
    """Puts a service's refusal at the field that it is about; raises it again when the form has none."""
    field: Field | None = form._fields.get(_FIELDS.get(error.reason, ""))
    if field is None:
        raise error
    field.errors = [*field.errors, reason_sentence(error.reason)]
