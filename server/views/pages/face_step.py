"""The second step by camera: the owner's face after the password, with a challenge as at the kiosk."""

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from recognition.exceptions import ImageRejected
from recognition.image import decode_image
from server.auth import sign_in as begin_session
from server.auth import waiting_for_second_factor
from server.db import get_db
from server.exceptions import Invalid, Unauthorised
from server.models import Account
from server.runtime import get_runtime
from server.services import account_face_tries, account_faces
from server.services.account_face_tries import NOT_COUNTED, FaceTry
from server.uploads import MAX_CHALLENGE_FRAMES, MAX_FRAMES
from server.views.pages.access import asked_for, remember_locale
from server.views.pages.audited import audited
from server.views.pages.blueprint import bp
from server.views.pages.shot_wording import camera_faults
from server.views.pages.wording import reason_sentence


@bp.get("/sign-in/face")
def face_step() -> Response | str:
    """The camera's page; where it cannot be used, back to the other ways."""
    account = waiting_for_second_factor()
    if account is None:
        return redirect(url_for("pages.sign_in", next=asked_for()))
    db = get_db()
    other_ways = url_for("pages.second_step", next=asked_for())
    if not account_faces.in_use(db, account):
        return redirect(other_ways)
    if not account_face_tries.tries_left(db, account):
        flash(reason_sentence("face_rests"), "problem")
        return redirect(other_ways)
    return render_template(
        "face_step.html",
        challenge_url=url_for("pages.face_challenge"),
        try_url=url_for("pages.face_sign_in", next=asked_for()),
        other_ways=other_ways,
        words=_words(),
    )


@bp.post("/sign-in/face/challenge")
def face_challenge() -> FlaskResponse:
    """What to do for the next try."""
    challenge = account_face_tries.ask(get_db(), _waiting())
    return jsonify(id=challenge.id, kind=challenge.kind)


@bp.post("/sign-in/face")
def face_sign_in() -> Response | tuple[Response, int]:
    """A try: pictures before the challenge and after it. Only the owner gets a session."""
    account = _waiting()
    burst, asked = request.files.getlist("frames"), request.files.getlist("challenge_frames")
    if not (1 <= len(burst) <= MAX_FRAMES and len(asked) <= MAX_CHALLENGE_FRAMES):
        raise Invalid("invalid_frames")
    runtime = get_runtime()
    with runtime.place():
        try:
            images = [decode_image(frame.stream.read()) for frame in (*burst, *asked)]
        except ImageRejected as error:
            raise Invalid(error.reason) from error
        tried = account_face_tries.attempt(
            get_db(),
            runtime.vault,
            account,
            request.form.get("challenge", "")[:36],
            images[: len(burst)],
            images[len(burst) :],
            runtime.engine,
        )
    if tried.problem is None:
        return _enter(account)
    if tried.problem not in NOT_COUNTED:
        audited("second_factor_failed", f"account:{account.id}", way="face")
    return jsonify(left=tried.left, message=_sentence(tried)), 422


def _waiting() -> Account:
    account = waiting_for_second_factor()
    if account is None:
        raise Unauthorised("sign_in_required")
    return account


def _enter(account: Account) -> Response:
    target, locale = asked_for(), account.locale
    begin_session(account)
    audited("sign_in", f"account:{account.id}", way="face")
    return remember_locale(jsonify(next=target), locale)


def _sentence(tried: FaceTry) -> str:
    """What to do better; of whose face it was nothing is said."""
    if not tried.left:
        return reason_sentence("face_rests")
    hints = {
        "no_face": reason_sentence("no_face"),
        "several_faces": reason_sentence("several_faces"),
        "low_quality": gettext("The picture is not clear enough. More light on your face helps."),
        "challenge_over": gettext("That took too long."),
        "no_turn": gettext("Please turn your head further, and stay so until the ring is full."),
        "wrong_way": gettext("That was the other side."),
        "face_lost": gettext("Your face was not in view all the time."),
    }
    said = hints.get(tried.problem or "") or gettext("The camera did not recognise you.")
    left = ngettext("%(num)d try is left.", "%(num)d tries are left.", tried.left)
    return f"{said} {left}"


def _words() -> dict[str, object]:
    """What the page's script writes itself."""
    return {
        "ready": gettext("Look into the camera, then start."),
        "looking": gettext("Look ahead …"),
        "turn_left": gettext("Turn your head to the left, and stay so until the ring is full."),
        "turn_right": gettext("Turn your head to the right, and stay so until the ring is full."),
        "checking": gettext("One moment …"),
        "busy": gettext("The server is busy. Please try again in a moment."),
        "over": gettext("This page is over. Please load it again."),
        "failed": gettext("Could not be sent. Please try again."),
        "camera_faults": camera_faults(),
    }
