"""The student's own page, on their phone: a QR code that is another one every few seconds."""

from flask import jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.auth import cookie_name, cookie_path
from server.db import get_db
from server.exceptions import Gone
from server.models import StudentPass, utc_now
from server.runtime import get_runtime
from server.services import passes
from server.views.pages.blueprint import bp
from server.views.pages.forms import BareForm
from server.views.pages.qr import qr_data_uri

PHONE_COOKIE = "phone"
PHONE_COOKIE_S = 400 * 86400


@bp.route("/my-code/<token>", methods=["GET", "POST"])
def take_phone(token: str) -> Response | str:
    """Asks first, so that no preview of a messenger uses the link up; then the phone is the student's."""
    waiting = passes.link_waiting(get_db(), token)
    form = BareForm()
    if not form.validate_on_submit():
        return render_template("take_phone.html", student=waiting.student, token=token)
    device = passes.take_phone(get_db(), token)
    response = make_response(redirect(url_for("pages.my_code")))
    response.set_cookie(
        cookie_name(PHONE_COOKIE),
        device,
        max_age=PHONE_COOKIE_S,
        path=cookie_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/my-code")
def my_code() -> str:
    """The code, large; a script fetches the next one in time."""
    phone = _phone()
    code = passes.shown(get_runtime().vault, phone, utc_now())
    return render_template(
        "my_code.html", student=phone.student, picture=qr_data_uri(code.text), seconds=code.seconds
    )


@bp.get("/my-code/now")
def my_code_now() -> Response:
    """The code that is shown now, and for how many seconds."""
    code = passes.shown(get_runtime().vault, _phone(), utc_now())
    return jsonify(picture=qr_data_uri(code.text), seconds=code.seconds)


def _phone() -> StudentPass:
    phone = passes.of_phone(get_db(), request.cookies.get(cookie_name(PHONE_COOKIE)))
    if phone is None:
        raise Gone("pass_link_used")
    return phone
