"""Coming in and going out: sign-in, the first administrator, the language."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from server.auth import cookie_path, wait_for_second_factor
from server.auth import sign_in as begin_session
from server.auth import sign_out as end_session
from server.db import get_db
from server.exceptions import Gone, Invalid
from server.locales import LOCALE_COOKIE
from server.messages import LANGUAGES
from server.services import accounts, second_factors
from server.views.pages.audited import audited
from server.views.pages.blueprint import bp
from server.views.pages.forms import SetupForm, SignInForm, blame

A_YEAR_S = 365 * 24 * 3600


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """The sign-in page."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(asked_for())
    form = SignInForm()
    if form.validate_on_submit():
        account = accounts.authenticate(get_db(), form.email.data, form.password.data)
        if account is not None:
            if second_factors.needed(get_db(), account):
                wait_for_second_factor(account)
                return redirect(url_for("pages.second_step", next=asked_for()))
            begin_session(account)
            audited("sign_in", f"account:{account.id}", way="password")
            return remember_locale(redirect(asked_for()), account.locale)
        known = accounts.by_email(get_db(), form.email.data)
        audited("sign_in_failed", f"account:{known.id}" if known else "")
        form.password.errors = [gettext("E-mail or password is wrong.")]
    ready = accounts.administrator_exists(get_db())
    page = render_template("sign_in.html", form=form, ready=ready, next=request.args.get("next", ""))
    return (page, 422) if form.is_submitted() else page


@bp.post("/sign-out")
def sign_out() -> Response:
    """Ends the session of this browser."""
    end_session()
    flash(gettext("You are signed out."))
    return redirect(url_for("pages.sign_in"))


@bp.route("/setup/<token>", methods=["GET", "POST"])
def setup(token: str) -> Response | str | tuple[str, int]:
    """Creates the first administrator, once."""
    db = get_db()
    if not accounts.setup_link_valid(db, token):
        raise Gone("setup_link_invalid")
    form = SetupForm()
    if form.validate_on_submit():
        try:
            account = accounts.create_first_administrator(
                db, token, form.email.data, form.name.data, form.password.data
            )
        except Invalid as error:
            blame(form, error)
        else:
            begin_session(account)
            audited("account_created", f"account:{account.id}", role=account.role)
            flash(gettext("Welcome. You are the administrator of this installation."))
            return redirect(url_for("pages.today"))
    page = render_template("setup.html", form=form, token=token)
    return (page, 422) if form.is_submitted() else page


@bp.post("/language")
def language() -> Response:
    """Remembers the language in this browser."""
    return remember_locale(redirect(asked_for()), request.form.get("locale"))


def remember_locale(response: Response, locale: str | None) -> Response:
    """Makes this the browser's language, where it is one that is spoken."""
    if locale in LANGUAGES:
        response.set_cookie(
            LOCALE_COOKIE,
            locale,
            max_age=A_YEAR_S,
            path=cookie_path(),
            secure=request.is_secure,
            samesite="Lax",
        )
    return response


def asked_for() -> str:
    """Where to go on: the page that was asked for, if it is one of ours."""
    wanted = request.values.get("next", "")
    inside = (
        wanted.startswith(f"{request.script_root}/") and not wanted.startswith("//") and "\\" not in wanted
    )
    printable = wanted.isascii() and wanted.isprintable()
    return wanted if inside and printable else url_for("pages.today")
