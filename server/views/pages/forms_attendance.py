"""The forms around attendance."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import Length

from server.services.attendance import MOST_REASON_CHARACTERS
from server.views.pages.wording import STATUSES

MARKS = [SelectChoice(code, word) for code, word in STATUSES.items() if code != "waiting"]


def _reason() -> Length:
    return Length(max=MOST_REASON_CHARACTERS, message=_l("At most %(max)d characters."))


class ChangeForm(FlaskForm):
    """What is recorded of a student, and why."""

    status = SelectField(_l("Recorded as"), choices=MARKS)
    reason = TextAreaField(_l("Reason (optional)"), [_reason()])
