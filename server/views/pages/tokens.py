"""The tokens of an account: made, shown once, revoked."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import Conflict, Invalid
from server.services import api_tokens
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import blame
from server.views.pages.forms_exports import TokenForm


@bp.get("/tokens")
def tokens() -> str:
    """The account's tokens."""
    return _page(TokenForm(formdata=None, prefix="token"))


@bp.post("/tokens")
def new_token() -> str | tuple[str, int]:
    """Makes a token, and shows it this once: there is no way to see it again."""
    form = TokenForm(prefix="token")
    if form.validate_on_submit():
        try:
            made, text = api_tokens.create(
                get_db(), account(), form.name.data, writes=form.scope.data == "write"
            )
        except (Invalid, Conflict) as error:
            blame(form, error)
        else:
            audited("token_made", f"token:{made.id}", writes=made.writes)
            return _page(TokenForm(formdata=None, prefix="token"), new_token=text)
    return _page(form), 422


@bp.post("/tokens/<int:token_id>/revocation")
def revoke_token(token_id: int) -> Response:
    """Ends a token at once."""
    api_tokens.revoke(get_db(), account(), token_id)
    audited("token_revoked", f"token:{token_id}")
    flash(gettext("The token is revoked: programs that use it are refused from now on."))
    return redirect(url_for("pages.tokens"))


def _page(form: TokenForm, new_token: str | None = None) -> str:
    return render_template(
        "tokens.html",
        tokens=api_tokens.of_account(get_db(), account()),
        token_form=form,
        new_token=new_token,
    )
