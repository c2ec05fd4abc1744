"""The form through which an administrator registers a learning management system."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField, URLField
from wtforms.validators import URL, DataRequired, Length

NEEDED = _l("Please fill this in.")


def _address() -> list[object]:
    return [
        DataRequired(NEEDED),
        Length(max=1000),
        URL(require_tld=False, message=_l("This is not an address.")),
    ]


class PlatformForm(FlaskForm):
    """What the platform's administration shows after the tool was added there."""

    name = StringField(_l("Name"), [DataRequired(NEEDED), Length(max=120)], description=_l("As you call it."))
    issuer = StringField(_l("Platform ID (issuer)"), [DataRequired(NEEDED), Length(max=500)])
    client_id = StringField(_l("Client ID"), [DataRequired(NEEDED), Length(max=200)])
    deployment_ids = TextAreaField(
        _l("Deployment IDs"), [DataRequired(NEEDED), Length(max=5000)], description=_l("One a line.")
    )
    auth_login_url = URLField(_l("Authentication request URL"), _address())
    auth_token_url = URLField(_l("Access token URL"), _address())
    key_set_url = URLField(_l("Public keyset URL"), _address())
