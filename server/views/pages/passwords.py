"""Choosing a password by a link, and asking for such a link."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Invalid
from server.models import Account, AccountLinkPurpose
from server.runtime import get_runtime
from server.services import account_links, accounts, mail
from server.views.pages.audited import audited
from server.views.pages.blueprint import bp
from server.views.pages.forms import blame
from server.views.pages.forms_people import ChoosePasswordForm, ForgotPasswordForm


@bp.route("/choose-password/<token>", methods=["GET", "POST"])
def choose_password(token: str) -> Response | str | tuple[str, int]:
    """For somebody who was invited, or has forgotten the password."""
    db = get_db()
    link = account_links.waiting(db, token)
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        try:
            chosen = account_links.choose_password(db, token, form.password.data)
            audited("password_chosen", f"account:{chosen.id}", purpose=link.purpose)
        except Invalid as error:
            blame(form, error)
        else:
            flash(gettext("The password is set. Please sign in with it."))
            return redirect(url_for("pages.sign_in"))
    page = render_template(
        "choose_password.html",
        form=form,
        token=token,
        account=link.account,
        invited=link.purpose == AccountLinkPurpose.INVITATION,
    )
    return (page, 422) if form.is_submitted() else page


@bp.route("/forgot-password", methods=["GET", "POST"])
def forgot_password() -> Response | str | tuple[str, int]:
    """Sends a link, where the server can send mail. The answer does not tell whether there is an account."""
    possible = mail.configured(get_runtime().settings)
    form = ForgotPasswordForm()
    if possible and form.validate_on_submit():
        account = accounts.by_email(get_db(), form.email.data)
        if account is not None and account.is_active:
            send_link(account)
        flash(gettext("If there is an account with this address, a link is on its way to it."))
        return redirect(url_for("pages.sign_in"))
    page = render_template("forgot_password.html", form=form, possible=possible)
    return (page, 422) if form.is_submitted() else page


def link_address(account: Account) -> str:
    """A fresh one-time link, to be shown or sent this once."""
    return url_for("pages.choose_password", token=account_links.new_link(get_db(), account), _external=True)


def send_link(account: Account) -> str:
    """Makes a one-time link and mails it in the background; gives the link."""
    address = link_address(account)
    if account.invited:
        subject = gettext("Your account for Face Check-in")
        text = gettext("You were invited to Face Check-in. Choose a password within seven days:")
    else:
        subject = gettext("Choose a new password for Face Check-in")
        text = gettext("Choose a new password within an hour. If you did not ask for it, do nothing:")
    mail.send_soon(get_runtime().settings, account.email, subject, f"{text}\n\n{address}\n")
    return address
