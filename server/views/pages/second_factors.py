"""One's own second factors: the authenticator app, passkeys, recovery codes.

Whoever changes them has shown the password within the last minutes, so that an open browser is not enough.
"""

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from server.auth import prove, proved
from server.db import get_db
from server.exceptions import Forbidden, Invalid
from server.runtime import get_runtime
from server.services import account_faces, accounts, one_time_codes, passkeys, second_factors
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, blame
from server.views.pages.forms_second_factors import CodeForm, PasskeyForm, ProofForm
from server.views.pages.qr import qr_svg
from server.views.pages.second_step import credential_sent, site


@bp.get("/account/second-factors")
def second_factors_page() -> str:
    """What there is; before anything can be changed, the password is asked for."""
    return _page()


@bp.post("/account/proof")
def prove_password() -> Response | tuple[str, int]:
    """The password once more."""
    form = ProofForm()
    if form.validate_on_submit():
        if accounts.knows_password(account(), form.present.data):
            prove()
            return redirect(url_for("pages.second_factors_page"))
        form.present.errors = [gettext("This is not your present password.")]
    return _page(proof_form=form), 422


@bp.post("/account/codes")
def start_codes() -> Response:
    """A new secret for an authenticator app."""
    _only_if_proved()
    one_time_codes.start(get_db(), get_runtime().vault, account())
    return redirect(url_for("pages.second_factors_page"))


@bp.post("/account/codes/confirmation")
def confirm_codes() -> str | tuple[str, int]:
    """The first code shows that the app has the secret."""
    _only_if_proved()
    form = CodeForm()
    if form.validate_on_submit():
        try:
            codes = one_time_codes.confirm(get_db(), get_runtime().vault, account(), form.code.data)
        except Invalid as error:
            blame(form, error)
        else:
            audited("second_factor_added", f"account:{account().id}", kind="app")
            flash(gettext("From now on, signing in asks for a code."))
            return _page(recovery_codes=codes)
    return _page(code_form=form), 422


@bp.post("/account/codes/removal")
def remove_codes() -> Response:
    """No codes any more."""
    _only_if_proved()
    one_time_codes.remove(get_db(), account())
    audited("second_factor_removed", f"account:{account().id}", kind="app")
    flash(gettext("Signing in asks for no code any more."))
    return redirect(url_for("pages.second_factors_page"))


@bp.post("/account/recovery-codes")
def renew_recovery_codes() -> str:
    """Ten new ones."""
    _only_if_proved()
    if not second_factors.needed(get_db(), account()):
        return _page()
    return _page(recovery_codes=second_factors.new_recovery_codes(get_db(), account().id))


@bp.post("/account/passkeys/options")
def new_passkey_options() -> FlaskResponse:
    """What the browser needs to make a passkey."""
    _only_if_proved()
    return jsonify(passkeys.registration_options(get_db(), account(), site()))


@bp.post("/account/passkeys")
def add_passkey() -> str | tuple[str, int]:
    """Keeps the passkey that the browser made."""
    _only_if_proved()
    form = PasskeyForm(prefix="passkey")
    if not form.validate_on_submit():
        return _page(passkey_form=form), 422
    made = passkeys.register(get_db(), account(), site(), credential_sent(), form.name.data)
    audited("second_factor_added", f"account:{account().id}", kind="passkey")
    flash(gettext("%(name)s is a passkey now.", name=made.name))
    return _page(recovery_codes=second_factors.recovery_codes_if_none(get_db(), account().id))


@bp.post("/account/passkeys/<int:passkey_id>/removal")
def remove_passkey(passkey_id: int) -> Response:
    """Forgets a passkey."""
    _only_if_proved()
    passkeys.remove(get_db(), account(), passkey_id)
    audited("second_factor_removed", f"account:{account().id}", kind="passkey")
    return redirect(url_for("pages.second_factors_page"))


def _only_if_proved() -> None:
    if not proved():
        raise Forbidden("proof_needed")


def _page(
    *,
    proof_form: FlaskForm | None = None,
    code_form: FlaskForm | None = None,
    passkey_form: FlaskForm | None = None,
    recovery_codes: list[str] | None = None,
) -> str:
    own, db = account(), get_db()
    waiting = one_time_codes.waiting_address(db, get_runtime().vault, own) if proved() else None
    return render_template(
        "second_factors.html",
        proved=proved(),
        proof_form=proof_form or ProofForm(formdata=None),
        code_form=code_form or CodeForm(formdata=None),
        passkey_form=passkey_form or PasskeyForm(formdata=None, prefix="passkey"),
        codes_in_use=one_time_codes.in_use(db, own),
        waiting_address=waiting,
        waiting_qr=qr_svg(waiting) if waiting else None,
        waiting_secret=one_time_codes.secret_of(waiting) if waiting else None,
        passkeys=passkeys.of(db, own),
        needed=second_factors.needed(db, own),
        face_offered=account_faces.is_offered(db, own),
        has_face=account_faces.of(db, own) is not None,
        face_in_use=account_faces.in_use(db, own),
        codes_left=second_factors.recovery_codes_left(db, own),
        recovery_codes=recovery_codes,
        form=BareForm(formdata=None),
    )
