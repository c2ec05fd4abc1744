"""The forms that take pictures which are looked at and not kept."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from server.views.pages.forms import NEEDED

PICTURES = {"accept": "image/jpeg,image/png,image/webp"}


class VerifyForm(FlaskForm):  # type: ignore[misc]
    """Two pictures, and how they are compared."""

    first = FileField(_l("First picture"), [FileRequired(message=NEEDED)], render_kw=PICTURES)
    second = FileField(_l("Second picture"), [FileRequired(message=NEEDED)], render_kw=PICTURES)
    metric = SelectField(
        _l("Distance"),
        choices=[
            SelectChoice("cosine", _l("cosine: the angle between two faces")),
            SelectChoice("euclidean", _l("euclidean: the straight distance")),
            SelectChoice("euclidean_l2", _l("euclidean_l2: the same at unit length")),
        ],
        default="cosine",
    )
    threshold = StringField(
        _l("Threshold"),
        [Length(max=12, message=_l("At most %(max)d characters."))],
        description=_l("Empty: the measured one, by which 1 in 1,000 pairs of strangers passes."),
    )
