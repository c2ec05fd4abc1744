"""The forms about accounts: one's own, and those of others."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from server.models import Role
from server.views.pages.forms import at_most, needed, new_password, repeated_password

ROLES = {
    Role.INSTRUCTOR: _l("Instructor: everything in their own courses"),
    Role.ASSISTANT: _l("Assistant: marks attendance in the courses they help with"),
    Role.AUDITOR: _l("Auditor: sees every course, changes nothing"),
    Role.ADMINISTRATOR: _l("Administrator: everything, and this page"),
}
LANGUAGE_CHOICES = [
    SelectChoice("", _l("As the browser says")),
    SelectChoice("ko", "한국어"),
    SelectChoice("en", "English"),
]


class ChoosePasswordForm(FlaskForm):
    """By a one-time link."""

    password = new_password()
    repeated = repeated_password()


class ForgotPasswordForm(FlaskForm):
    """Where the link is to be sent."""

    email = EmailField(_l("E-mail"), [needed(), at_most(254)])


class ProfileForm(FlaskForm):
    """Name and language."""

    name = StringField(_l("Your name"), [needed(), at_most(120)])
    locale = SelectField(_l("Language"), choices=LANGUAGE_CHOICES)


class PasswordForm(FlaskForm):
    """Another password for somebody who knows the old one."""

    present = PasswordField(_l("Present password"), [needed()])
    password = new_password()
    repeated = repeated_password()


class CoursesField(SelectMultipleField):
    """Courses to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: object, **options: object) -> None:
        super().__init__(label, coerce=int, validate_choice=False, **options)


class RoleForm(FlaskForm):
    """What somebody may do, and where."""

    role = SelectField(_l("Role"), choices=[SelectChoice(str(role), text) for role, text in ROLES.items()])
    courses = CoursesField(_l("Courses"))


class InvitationForm(RoleForm):
    """Somebody new."""

    name = StringField(_l("Name"), [needed(), at_most(120)])
    email = EmailField(_l("E-mail"), [needed(), at_most(254)])
