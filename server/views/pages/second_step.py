"""Signing in with more than a password: the second step, and passkeys."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Response as FlaskResponse
from flask import jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.auth import sign_in as begin_session
from server.auth import waiting_for_second_factor
from server.db import get_db
from server.exceptions import Invalid
from server.models import Account
from server.runtime import get_runtime
from server.services import (
    account_face_tries,
    account_faces,
    one_time_codes,
    passkeys,
    second_factors,
)
from server.services.passkeys import Site
from server.views.pages.access import asked_for, remember_locale
from server.views.pages.audited import audited
from server.views.pages.blueprint import bp
from server.views.pages.forms_second_factors import CodeForm

MAX_CREDENTIAL_CHARACTERS = 20_000


@bp.route("/sign-in/second", methods=["GET", "POST"])
def second_step() -> Response | str | tuple[str, int]:
    """After the password: a code, a recovery code, a passkey, or the way to the camera."""
    account = waiting_for_second_factor()
    if account is None:
        return redirect(url_for("pages.sign_in", next=asked_for()))
    db = get_db()
    form = CodeForm()
    if form.validate_on_submit():
        if one_time_codes.check(
            db, get_runtime().vault, account, form.code.data
        ) or second_factors.use_recovery_code(db, account, form.code.data):
            return _enter(account, "code")
        audited("second_factor_failed", f"account:{account.id}")
        form.code.errors = [gettext("This code is wrong, or was used already.")]
    page = render_template(
        "second_step.html",
        form=form,
        codes=one_time_codes.in_use(db, account),
        has_passkeys=bool(passkeys.of(db, account)),
        has_face=account_faces.in_use(db, account) and account_face_tries.tries_left(db, account) > 0,
        next=asked_for(),
    )
    return (page, 422) if form.is_submitted() else page


@bp.post("/sign-in/passkey/options")
def passkey_options() -> FlaskResponse:
    """What the browser asks a passkey to sign."""
    return jsonify(passkeys.sign_in_options(get_db(), site()))


@bp.post("/sign-in/passkey")
def passkey_sign_in() -> Response | tuple[str, int]:
    """A passkey is something one has and, as it checks its user, something more: no password is asked."""
    return _enter(passkeys.authenticate(get_db(), site(), credential_sent()), "passkey")


def site() -> Site:
    """Where passkeys belong: the address that people use."""
    public = get_runtime().settings.public_url
    address = urlsplit(public or request.host_url)
    return Site(host=address.hostname or "", origin=f"{address.scheme}://{address.netloc}")


def credential_sent() -> Any:
    """The browser's answer, as the page's script put it into the form.

    :raises Invalid: ``passkey_refused``.
    """
    text = request.form.get("credential", "")
    try:
        found = json.loads(text) if len(text) <= MAX_CREDENTIAL_CHARACTERS else None
    except (ValueError, RecursionError) as error:
        raise Invalid("passkey_refused", "not JSON") from error
    if not isinstance(found, dict):
        raise Invalid("passkey_refused", "no credential")
    return found


def _enter(account: Account, way: str) -> Response:
    target, locale = asked_for(), account.locale
    account_face_tries.wake(get_db(), account.id)
    begin_session(account)
    audited("sign_in", f"account:{account.id}", way=way)
    return remember_locale(redirect(target), locale)
