"""The forms about what is shown beside the password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from server.views.pages.forms import at_most, needed


class CodeForm(FlaskForm):
    """A code of the app, or a recovery code."""

    code = StringField(_l("Sign-in code"), [needed(), at_most(40)])


class ProofForm(FlaskForm):
    """That it is the owner who sits at the open browser."""

    present = PasswordField(_l("Present password"), [needed()])


class PasskeyForm(FlaskForm):
    """A passkey's name; a script adds what the browser made."""

    name = StringField(
        _l("Name"), [needed(), at_most(120)], description=_l("To tell it from others, for example My laptop.")
    )
