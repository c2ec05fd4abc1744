"""The kiosks: this browser becomes one, and what became of the others."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.auth import current_kiosk, forget_kiosk, remember_kiosk, sign_out
from server.db import get_db
from server.exceptions import Conflict, Invalid, NotFound
from server.services import kiosks as kiosk_service
from server.services import pairing
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, KioskForm, PairingForm, blame


@bp.route("/kiosks", methods=["GET", "POST"])
def kiosks() -> Response | str | tuple[str, int]:
    """The account's kiosks; POST makes this browser one of them and opens the kiosk."""
    form = KioskForm()
    if form.validate_on_submit():
        try:
            made, token = kiosk_service.register(get_db(), form.name.data, account())
            audited("kiosk_paired", f"kiosk:{made.id}")
        except Invalid as error:
            blame(form, error)
        else:
            if form.sign_out.data:
                sign_out()
            response = make_response(redirect(url_for("pages.kiosk", session=_session_wanted())))
            remember_kiosk(response, token)
            return response
    page = _page(register_form=form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/kiosks/pairing")
def accept_pairing() -> Response | tuple[str, int]:
    """Makes the browser that shows the given code a kiosk."""
    form = PairingForm(prefix="pairing")
    if form.validate_on_submit():
        try:
            kiosk = pairing.accept(get_db(), account(), form.code.data, form.name.data)
        except (Invalid, NotFound, Conflict) as error:
            blame(form, error)
        else:
            audited("kiosk_paired", f"kiosk:{kiosk.id}")
            flash(gettext("%(name)s is a kiosk now; it starts within seconds.", name=kiosk.name))
            return redirect(url_for("pages.kiosks"))
    return _page(pairing_form=form), 422


@bp.post("/kiosks/<int:kiosk_id>/revocation")
def revoke_kiosk(kiosk_id: int) -> Response:
    """Ends a kiosk at once; this browser forgets that it was one, if it is the one."""
    here = current_kiosk()
    kiosk_service.revoke(get_db(), account(), kiosk_id)
    audited("kiosk_revoked", f"kiosk:{kiosk_id}")
    flash(gettext("That browser is no longer a kiosk."))
    response = make_response(redirect(url_for("pages.kiosks")))
    if here is not None and here.id == kiosk_id:
        forget_kiosk(response)
    return response


def _page(*, register_form: KioskForm | None = None, pairing_form: PairingForm | None = None) -> str:
    return render_template(
        "kiosks.html",
        this_kiosk=current_kiosk(),
        page=kiosk_service.page_for(get_db(), account(), request.args.get("page", 1, type=int)),
        register_form=register_form or KioskForm(formdata=None),
        pairing_form=pairing_form or PairingForm(formdata=None, prefix="pairing"),
        form=BareForm(formdata=None),
        session_wanted=_session_wanted(),
    )


def _session_wanted() -> int | None:
    return request.args.get("session", type=int)
