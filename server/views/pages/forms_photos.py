"""Forms around photos of a whole course."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField


class ConfirmImportForm(FlaskForm):
    """Start enrolling what is in a ZIP."""

    consents_on_paper = BooleanField(
        _l("I have the signed consents of these students on paper; record them so, with my name")
    )
