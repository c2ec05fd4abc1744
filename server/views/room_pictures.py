"""A picture of a room, decoded and looked at in one of the few places for that; nothing of it is kept."""

import numpy as np

from recognition.image import ImageLimits, decode_image
from recognition.roll_call import Seen, call_roll
from server.db import get_db
from server.exceptions import Invalid, NotReady
from server.runtime import get_runtime
from server.services import room_cameras

WAIT_FOR_MODEL_S = 2.0
ROOM_LIMITS = ImageLimits(long_side=2560)
"""A room keeps more pixels than a portrait: those at the back are few of them."""
LIVE = (960,)
"""A running picture is looked at once, not over the whole pyramid."""


def camera_picture(camera_id: str) -> bytes:
    """What a registered camera shows now.

    :raises Invalid: ``invalid_camera_id``.
    :raises NotFound: ``camera_not_found``.
    :raises BadGateway: ``camera_silent``.
    """
    if not camera_id.isascii() or not camera_id.isdecimal() or len(camera_id) > 9:
        raise Invalid("invalid_camera_id")
    runtime, db = get_runtime(), get_db()
    address = room_cameras.address_of(runtime.vault, room_cameras.get(db, int(camera_id)))
    db.commit()  # The connection goes back while the camera answers.
    return room_cameras.take_picture(address, runtime.settings.allowed_camera_hosts)


def look(course_id: int, data: bytes, sizes: tuple[int, ...] | None = None) -> tuple[np.ndarray, list[Seen]]:
    """The picture as RGB, and who of the course is in it.

    :param sizes: the pyramid, default the room detector's own.
    :raises ImageRejected: the bytes are no picture that is accepted.
    :raises NotReady: ``not_ready``, ``busy``.
    """
    runtime = get_runtime()
    engine, room, models = runtime.engine, runtime.room_detector, runtime.live
    get_db().commit()  # The connection goes back while the networks work.
    live = models.get(course_id) or models.borrow(course_id) or models.get(course_id, WAIT_FOR_MODEL_S)
    if live is None:
        raise NotReady("not_ready", detail=f"course {course_id} has no loaded model")
    with runtime.place():
        image = decode_image(data, ROOM_LIMITS)
        return image, call_roll(image, room, engine.embedder, live.model, sizes)
