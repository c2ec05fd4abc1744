"""Two pictures side by side: who is in both."""

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext

from recognition.result_codes import ResultCode
from server.db import get_db
from server.exceptions import Invalid
from server.locales import select_locale
from server.runtime import get_runtime
from server.services import verifications
from server.services.verifications import Seen
from server.views.pages.blueprint import bp
from server.views.pages.forms import blame
from server.views.pages.forms_pictures import VerifyForm
from server.views.pages.overlay import Box, Shown, shown

MOST_SHOWN = 12
"""Faces of one picture that the page lists, the largest."""


@dataclass(frozen=True)
class Face:
    """A face on the page: what it is called there, its box, whether it is one of the nearest pair."""

    name: str
    box: Box
    nearest: bool


@dataclass(frozen=True)
class Side:
    """One of the two pictures; ``more`` faces are not listed."""

    title: str
    picture: Shown | None
    faces: list[Face]
    more: int


@bp.route("/verify", methods=["GET", "POST"])
def verify() -> str | tuple[str, int]:
    """The page; POST compares what was sent and shows it once."""
    form = VerifyForm()
    if not form.validate_on_submit():
        page = render_template("verify.html", form=form, result=None)
        return (page, 422) if form.is_submitted() else page
    try:
        metric = verifications.metric_called(form.metric.data)
        threshold = verifications.threshold_of(form.threshold.data)
    except Invalid as error:
        blame(form, error)
        return render_template("verify.html", form=form, result=None), 422
    runtime = get_runtime()
    verifier = runtime.verifier
    first, second = (field.data.stream.read() for field in (form.first, form.second))
    get_db().commit()  # The connection goes back while the networks work.
    with runtime.place():
        seen = verifications.compare(verifier, first, second, metric, threshold)
        sides = _sides(seen)
    outcome = seen.outcome
    page = render_template(
        "verify.html",
        form=form,
        result=outcome,
        message=outcome.code.message(select_locale()),
        tone=_tone(outcome.code),
        sides=sides,
        rows=outcome.distances[:MOST_SHOWN, :MOST_SHOWN].tolist(),
    )
    return (page, 422) if outcome.code <= ResultCode.NOT_ANALYSABLE else page


def _sides(seen: Seen) -> list[Side]:
    outcome = seen.outcome
    titles = (gettext("First picture"), gettext("Second picture"))
    sides = []
    for place, (title, image) in enumerate(zip(titles, seen.images, strict=True)):
        picture = None if image is None else shown(image)
        faces = [] if picture is None else outcome.faces[place]
        boxes = [] if picture is None else [picture.box(face.box) for face in faces[:MOST_SHOWN]]
        listed = [
            Face(
                name=chr(ord("A") + number) if place == 0 else str(number + 1),
                box=box,
                nearest=outcome.pair is not None and outcome.pair[place] == number,
            )
            for number, box in enumerate(boxes)
        ]
        sides.append(Side(title, picture, listed, max(0, len(faces) - MOST_SHOWN)))
    return sides


def _tone(code: ResultCode) -> str:
    if code == ResultCode.SAME:
        return "present"
    return "waiting" if code == ResultCode.NOT_SAME else "absent"
