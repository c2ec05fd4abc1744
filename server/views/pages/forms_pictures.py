"""The forms that take pictures which are looked at and not kept."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from server.views.pages.forms import NEEDED

PICTURES = {"accept": "image/jpeg,image/png,image/webp"}


class VerifyForm(FlaskForm):
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


class DistinguishForm(FlaskForm):
    """One picture of faces."""

    picture = FileField(_l("Picture"), [FileRequired(message=NEEDED)], render_kw=PICTURES)


class RoomPictureForm(FlaskForm):
    """One wide picture of a room."""

    picture = FileField(
        _l("Picture"),
        [FileRequired(message=NEEDED)],
        render_kw=PICTURES,
        description=_l("From the front, so that all faces are seen; the more pixels, the farther it sees."),
    )


class CameraForm(FlaskForm):
    """A camera in a room."""

    name = StringField(
        _l("Name"),
        [DataRequired(message=NEEDED), Length(max=120, message=_l("At most %(max)d characters."))],
        description=_l("Such as the room."),
    )
    address = StringField(
        _l("Address of its picture"),
        [DataRequired(message=NEEDED), Length(max=2000, message=_l("At most %(max)d characters."))],
        description=_l(
            "A snapshot (JPEG) or an MJPEG stream, http or https; a user name and password may stand in it."
        ),
    )
