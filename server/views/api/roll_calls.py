"""Who is in a picture of the room."""

from flask import Response, jsonify, request

from recognition.exceptions import ImageRejected
from server.auth import signed_in
from server.db import get_db
from server.exceptions import Invalid, Unprocessable
from server.services import class_sessions, roll_calls
from server.views.api.blueprints import instructor_api
from server.views.room_pictures import LIVE, camera_picture, look


@instructor_api.post("/roll-calls")
def roll_call() -> Response:
    """One wide picture in, every face with the student it is out; nothing is recorded or kept."""
    account, db = signed_in(), get_db()
    session_id = request.form.get("session_id", "")
    if not session_id.isascii() or not session_id.isdecimal() or len(session_id) > 9:
        raise Invalid("invalid_session_id")
    session = class_sessions.get(db, account, int(session_id))
    picture, camera = request.files.get("picture"), request.form.get("camera_id")
    data = picture.stream.read() if picture is not None else b""
    if not data:
        if camera is None:
            raise Invalid("picture_missing")
        data = camera_picture(camera)
    try:
        image, seen = look(session.course_id, data, LIVE if request.form.get("live") == "true" else None)
    except ImageRejected as error:
        raise Unprocessable(error.reason) from error
    faces = roll_calls.faces_of(db, session, seen)
    return jsonify(
        session_id=session.id,
        width=image.shape[1],
        height=image.shape[0],
        faces=[face.as_json() for face in faces],
        known=sum(face.student is not None for face in faces),
        unknown=sum(face.student is None for face in faces),
    )
