"""The forms of what programs fetch and are told."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from server.views.pages.forms import NEEDED


class TokenForm(FlaskForm):
    """A new token."""

    name = StringField(
        _l("What uses it"),
        [
            DataRequired(message=NEEDED),
            Length(max=120, message=_l("At most %(max)d characters.")),
        ],
        description=_l("For example: the faculty's statistics."),
    )
    scope = RadioField(
        _l("What it may do"),
        choices=[
            SelectChoice("read", _l("Read: courses, rosters, sessions and attendance")),
            SelectChoice("write", _l("Read and write: change rosters and record attendance, too")),
        ],
        default="read",
    )


class WebhookForm(FlaskForm):
    """An address that is to be told what happens."""

    url = StringField(
        _l("Address"),
        [DataRequired(message=NEEDED)],
        description=_l("Where events are posted to; it begins with https."),
    )
