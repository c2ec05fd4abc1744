"""Apparent gender of the faces of one picture, where the operator has stated what for."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext
from flask_login import current_user

from recognition.distinction import DistinctionCode
from server.db import get_db
from server.distinguishing import get_distinguisher, stated_purpose
from server.exceptions import Conflict
from server.locales import select_locale
from server.messages import message
from server.runtime import get_runtime
from server.services import distinctions
from server.services.distinctions import Seen
from server.views.pages.blueprint import bp
from server.views.pages.forms_pictures import DistinguishForm
from server.views.pages.overlay import Box, Shown, shown

MOST_SHOWN = 24
"""Faces that the page lists, the largest."""


@dataclass(frozen=True)
class Face:
    """A face on the page; shares in percent."""

    name: str
    box: Box
    woman: float
    man: float
    dominant: str
    nearest: bool = False


@dataclass(frozen=True)
class Side:
    """The picture; ``more`` faces are not listed."""

    title: str
    picture: Shown
    faces: list[Face]
    more: int


@bp.app_template_global()
def distinguishing_is_on() -> bool:
    """Whether the operator has stated a purpose."""
    return bool(get_runtime().settings.distinguish_purpose)


@bp.route("/distinguish", methods=["GET", "POST"])
def distinguish() -> str | tuple[str, int]:
    """The page; POST looks at what was sent and shows it once."""
    form = DistinguishForm()
    try:
        purpose = stated_purpose()
    except Conflict as error:
        reason = message(error.reason, select_locale())
        return render_template("distinguish.html", form=form, off=reason, side=None), error.status
    if not form.validate_on_submit():
        page = render_template("distinguish.html", form=form, purpose=purpose, side=None)
        return (page, 422) if form.is_submitted() else page
    runtime = get_runtime()
    distinguisher = get_distinguisher()
    db = get_db()
    distinctions.write_down(db, runtime.audit, current_user.id, purpose)
    db.commit()  # The connection goes back while the networks work.
    with runtime.place():
        seen = distinctions.look(distinguisher, form.picture.data.stream.read())
        side = _side(seen)
    outcome = seen.outcome
    page = render_template(
        "distinguish.html",
        form=form,
        purpose=purpose,
        result=outcome,
        message=outcome.code.message(select_locale()),
        side=side,
    )
    return (page, 422) if outcome.code <= DistinctionCode.NOT_ANALYSABLE else page


def _side(seen: Seen) -> Side | None:
    if seen.image is None:
        return None
    picture = shown(seen.image)
    words = {"woman": gettext("woman"), "man": gettext("man")}
    faces = [
        Face(
            name=str(number),
            box=picture.box(one.face.box),
            woman=100 * one.shares["woman"],
            man=100 * one.shares["man"],
            dominant=words[one.dominant],
        )
        for number, one in enumerate(seen.outcome.faces[:MOST_SHOWN], 1)
    ]
    return Side(gettext("The picture"), picture, faces, max(0, len(seen.outcome.faces) - MOST_SHOWN))
