"""The network that guesses apparent gender, for the two views that offer it: nothing else may ask it."""

import threading

from flask import current_app

from recognition.distinguisher import Distinguisher
from recognition.exceptions import WeightsError
from server.cores import share_out
from server.exceptions import Conflict, NotReady
from server.runtime import get_runtime

_EXTENSION = "face_checkin_distinguisher"
_loading = threading.Lock()


def stated_purpose() -> str:
    """What the operator says it is for.

    :raises Conflict: ``distinguish_off``: nothing is said, so it is switched off.
    """
    purpose = get_runtime().settings.distinguish_purpose
    if not purpose:
        raise Conflict("distinguish_off")
    return purpose


def get_distinguisher() -> Distinguisher:
    """The app's own, loaded at the first call.

    :raises Conflict: ``distinguish_off``.
    :raises NotReady: ``distinguish_network_missing``, or as :attr:`server.runtime.Runtime.engine` does.
    """
    purpose = stated_purpose()
    runtime = get_runtime()
    detector = runtime.engine.detector
    with _loading:
        if _EXTENSION not in current_app.extensions:
            try:
                current_app.extensions[_EXTENSION] = Distinguisher(
                    detector,
                    runtime.settings.weights_dir,
                    purpose=purpose,
                    threads=share_out(runtime.settings).threads,
                )
            except WeightsError as error:
                raise NotReady("distinguish_network_missing", detail=str(error), retry_after=60) from error
        loaded: Distinguisher = current_app.extensions[_EXTENSION]
    return loaded
