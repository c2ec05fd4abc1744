"""One's own face as a second factor: consent, guided shots, taking it away."""

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from recognition.guidance import SHOTS
from server.auth import proved
from server.db import get_db
from server.exceptions import Conflict, Forbidden
from server.runtime import get_runtime
from server.services import account_faces
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import ConsentForm
from server.views.pages.shot_wording import shot_words, wizard_words
from server.views.pages.shots import guidance_json, look_at_a_shot
from server.views.pages.wording import reason_sentence

AT = "/account/face"


@bp.get(AT)
def own_face() -> Response | str:
    """The wizard; without consent it asks for that first, and without the password for that."""
    if not (proved() and account_faces.is_offered(get_db(), account())):
        return redirect(url_for("pages.second_factors_page"))
    return _page(ConsentForm(formdata=None))


@bp.post(f"{AT}/consent")
def agree_to_own_face() -> Response | tuple[str, int]:
    """Takes down that the owner agreed."""
    _only_if_proved()
    form = ConsentForm()
    if not form.validate_on_submit():
        return _page(form), 422
    account_faces.agree(get_db(), account())
    audited("consent_given", f"account:{account().id}", text=account_faces.CONSENT_TEXT_VERSION)
    return redirect(url_for("pages.own_face"))


@bp.post(f"{AT}/shots/check")
def check_own_shot() -> Response:
    """What one camera picture says about the wanted shot; the picture is not kept."""
    own, engine = account(), get_runtime().engine
    return guidance_json(
        look_at_a_shot(lambda data, shot: account_faces.check_shot(get_db(), own, data, shot, engine))
    )


@bp.post(f"{AT}/shots")
def add_own_shot() -> Response:
    """Checks a shot and keeps its template; JSON for the page's script."""
    _only_if_proved()
    db, runtime, own = get_db(), get_runtime(), account()
    upload = request.files.get("photos")
    data = upload.stream.read() if upload is not None else b""
    before = account_faces.in_use(db, own)
    with runtime.place():
        outcome = account_faces.add_shot(
            db, runtime.vault, own, data, request.form.get("shot", ""), runtime.engine
        )
    now = account_faces.in_use(db, own)
    if now and not before:
        audited("second_factor_added", f"account:{own.id}", kind="face")
    told = {
        "accepted": outcome.accepted,
        "reason": outcome.reason,
        "message": reason_sentence(outcome.reason, outcome.detail),
    }
    return make_response(jsonify(photos=[told], recognisable=now))


@bp.post(f"{AT}/removal")
def remove_own_face() -> Response:
    """Deletes templates and consent, at once."""
    _only_if_proved(offered=False)
    if account_faces.remove(get_db(), account()):
        audited("second_factor_removed", f"account:{account().id}", kind="face")
        flash(gettext("Your face is deleted. Signing in does not ask for it any more."))
    return redirect(url_for("pages.second_factors_page"))


def _only_if_proved(*, offered: bool = True) -> None:
    if not proved():
        raise Forbidden("proof_needed")
    if offered and not account_faces.is_offered(get_db(), account()):
        raise Conflict("face_not_offered")


def _page(form: ConsentForm) -> str:
    db, own = get_db(), account()
    words, taken = shot_words(), account_faces.taken(db, own)
    return render_template(
        "own_face.html",
        face=account_faces.of(db, own),
        in_use=account_faces.in_use(db, own),
        consent_form=form,
        consent_version=account_faces.CONSENT_TEXT_VERSION,
        fewest=account_faces.FEWEST_SHOTS,
        check_url=url_for("pages.check_own_shot"),
        photos_url=url_for("pages.add_own_shot"),
        back=url_for("pages.second_factors_page"),
        shots=[{"code": shot, "photo": None, "taken": shot in taken, **words[shot]} for shot in SHOTS],
        words=wizard_words(),
    )
