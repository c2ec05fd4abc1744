"""Where a browser finds the gesture model that it is to use."""

import logging

from flask import url_for

from server.db import get_db
from server.models import Kiosk
from server.runtime import get_runtime
from server.services import gesture_serving
from server.services.gesture_export import ExportRefused

log = logging.getLogger(__name__)

_NOWHERE = "none"


def gesture_head_address(kiosk: Kiosk | None) -> str:
    """The address of the ``model.json``; it is another one as soon as the model is.

    Where what the operator put in the default's place is no export, nothing is found there: the kiosk then
    says that it has to do without gestures, and everything else works.
    """
    try:
        version = gesture_serving.version_for(get_db(), get_runtime().default_gestures, kiosk)
    except ExportRefused as error:
        log.error("the default gesture model cannot be used: %s", error)
        version = _NOWHERE
    return url_for("pages.gesture_file", version=version, name="model.json")
