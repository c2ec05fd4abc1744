"""One's own account: name, language, password, and where one is signed in."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from server.auth import lifetime, session_token
from server.auth import sign_in as begin_session
from server.db import get_db
from server.exceptions import Invalid
from server.runtime import get_runtime
from server.services import account_sessions, accounts, second_factors
from server.services.tokens import token_hash
from server.views.pages.access import remember_locale
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, blame
from server.views.pages.forms_people import PasswordForm, ProfileForm


@bp.get("/account")
def account_page() -> str:
    """What belongs to the account itself."""
    return own_page()


@bp.post("/account/profile")
def change_profile() -> Response | tuple[str, int]:
    """Another name or language."""
    form = ProfileForm(prefix="profile")
    if form.validate_on_submit():
        try:
            accounts.change_profile(get_db(), account(), form.name.data, form.locale.data or None)
        except Invalid as error:
            blame(form, error)
        else:
            flash(gettext("Saved."))
            return remember_locale(redirect(url_for("pages.account_page")), form.locale.data)
    return own_page(profile_form=form), 422


@bp.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    """Another password; every other browser is signed out, and this one gets a new session."""
    form = PasswordForm(prefix="password")
    if form.validate_on_submit():
        own = account()
        try:
            accounts.change_password(get_db(), own, form.present.data, form.password.data)
        except Invalid as error:
            blame(form, error)
        else:
            account_sessions.end_all(get_db(), own.id)
            begin_session(own)
            audited("password_changed", f"account:{own.id}")
            flash(gettext("The password is changed. All other browsers are signed out."))
            return redirect(url_for("pages.account_page"))
    return own_page(password_form=form), 422


@bp.post("/account/sessions/<int:sign_in_id>/end")
def end_session(sign_in_id: int) -> Response:
    """Signs one browser out."""
    account_sessions.end_one(get_db(), account(), sign_in_id)
    return redirect(url_for("pages.account_page"))


@bp.post("/account/sessions/end-others")
def end_other_sessions() -> Response:
    """Signs every browser but this one out."""
    ended = account_sessions.end_all(get_db(), account().id, but=session_token())
    flash(ngettext("%(num)d browser is signed out.", "%(num)d browsers are signed out.", ended))
    return redirect(url_for("pages.account_page"))


def own_page(
    *, profile_form: FlaskForm | None = None, password_form: FlaskForm | None = None, **just_made: object
) -> str:
    """The page; ``just_made`` is what it shows this once."""
    own, db = account(), get_db()
    profile = ProfileForm(formdata=None, prefix="profile", name=own.name, locale=own.locale or "")
    return render_template(
        "account.html",
        own=own,
        profile_form=profile_form or profile,
        password_form=password_form or PasswordForm(formdata=None, prefix="password"),
        second_factor=second_factors.needed(db, own),
        sign_ins=account_sessions.of(db, own, lifetime(get_runtime().settings)),
        this_token_hash=token_hash(session_token()),
        form=BareForm(formdata=None),
        **just_made,
    )
