"""The form that erases."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField

from server.views.pages.forms import needed


class ErasureForm(FlaskForm):
    """The student number once more, so that nobody is erased by a slip."""

    number = StringField(_l("Type the student number to confirm"), [needed()])
