"""Roll-call of a session: a picture in, who is seen drawn over it, the instructor confirms."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from recognition.exceptions import ImageRejected
from server.db import get_db
from server.exceptions import Invalid
from server.models import ClassSession
from server.services import attendance, class_sessions, roll_calls, room_cameras
from server.services.roll_calls import RoomFace
from server.views.pages.blueprint import account, bp
from server.views.pages.forms_pictures import RoomPictureForm
from server.views.pages.overlay import Box, Shown, shown
from server.views.pages.wording import reason_sentence
from server.views.room_pictures import camera_picture, look

LONG_SIDE = 1600


@dataclass(frozen=True)
class Spot:
    """A face on the page: its number, its box in the picture shown, its surroundings, whose it is."""

    number: int
    box: Box
    around: Box
    face: RoomFace


@bp.route("/sessions/<int:session_id>/roll-call", methods=["GET", "POST"])
def roll_call(session_id: int) -> str | tuple[str, int]:
    """The page; POST looks at the picture that was sent, or that a camera takes now, and shows it once."""
    session = class_sessions.get(get_db(), account(), session_id)
    form = RoomPictureForm()
    if not form.validate_on_submit():
        page = _page(session, form)
        return (page, 422) if form.is_submitted() else page
    return _seen(session, form, form.picture.data.stream.read())


@bp.post("/sessions/<int:session_id>/roll-call/camera")
def roll_call_by_camera(session_id: int) -> str | tuple[str, int]:
    """As :func:`roll_call`, of the picture that a camera in the room takes now."""
    session = class_sessions.get(get_db(), account(), session_id)
    data = camera_picture(request.form.get("camera", ""))
    return _seen(session, RoomPictureForm(formdata=None), data)


def _seen(session: ClassSession, form: RoomPictureForm, data: bytes) -> str | tuple[str, int]:
    try:
        image, seen = look(session.course_id, data)
    except ImageRejected as error:
        form.picture.errors = [reason_sentence(error.reason)]
        return _page(session, form), 422
    picture = shown(image, LONG_SIDE)
    found = roll_calls.faces_of(get_db(), session, seen)
    return _page(session, form, picture, _spots(picture, found))


@bp.post("/sessions/<int:session_id>/roll-call/confirmation")
def confirm_roll_call(session_id: int) -> Response:
    """Records those whom the instructor left ticked, and whom they named."""
    db = get_db()
    session = class_sessions.get(db, account(), session_id)
    chosen = {int(one) for one in request.form.getlist("student") if one.isascii() and one.isdecimal()}
    try:
        recorded = roll_calls.confirm(db, session, chosen, request.form.get("status", ""), account())
    except Invalid as error:
        flash(reason_sentence(error.reason), "problem")
        return redirect(url_for("pages.roll_call", session_id=session_id))
    there = len(chosen) - len(recorded)
    said = ngettext("%(num)d student is recorded.", "%(num)d students are recorded.", len(recorded))
    if there:
        said += " " + ngettext("%(num)d was there already.", "%(num)d were there already.", there)
    flash(said)
    return redirect(url_for("pages.live", session_id=session_id))


def _page(
    session: ClassSession,
    form: RoomPictureForm,
    picture: Shown | None = None,
    spots: list[Spot] | None = None,
) -> str:
    entries = attendance.live_roster(get_db(), session)
    seen = {spot.face.student.id for spot in spots or () if spot.face.student is not None}
    return render_template(
        "roll_call.html",
        session=session,
        course=session.course,
        form=form,
        cameras=room_cameras.list_all(get_db()),
        picture=picture,
        spots=spots or [],
        known=[spot for spot in spots or () if spot.face.student is not None],
        unknown=[spot for spot in spots or () if spot.face.student is None],
        missing=[entry for entry in entries if entry.student.id not in seen],
        statuses=roll_calls.RECORDED_AS,
        words={
            "unknown": gettext("unknown"),
            "failed": gettext("The server does not answer; trying again."),
            "no_camera": gettext("This browser has no camera, or may not use it."),
            "marked": gettext("recorded"),
            "mark": gettext("Record as present"),
            "seen": gettext("In the picture now"),
            "nobody": gettext("Nobody in the picture"),
        },
    )


def _spots(picture: Shown, found: list[RoomFace]) -> list[Spot]:
    spots = []
    for number, face in enumerate(found, start=1):
        x, y, width, height = box = picture.box(face.box)
        side = 1.7 * max(width, height)
        around = (round(x + width / 2 - side / 2, 1), round(y + height / 2 - side / 2, 1), side, side)
        spots.append(Spot(number, box, around, face))
    return spots
