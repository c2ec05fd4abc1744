"""A student's ways in without a face: PIN, card, phone, given and taken back by the instructor."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.exceptions import NotFound
from server.models import PassKind
from server.runtime import get_runtime
from server.services import passes, pins
from server.views.pages.blueprint import account, bp
from server.views.pages.qr import qr_svg
from server.views.pages.student import student_of, student_page

AT = "/courses/<int:course_id>/students/<int:student_id>"


@bp.post(f"{AT}/pin")
def new_pin(course_id: int, student_id: int) -> str:
    """Sets a new PIN, and shows it this once: there is no way to see it again."""
    course, found = student_of(course_id, student_id)
    pin = pins.set_new(get_db(), found, account())
    return student_page(course, found, new_pin=pin)


@bp.post(f"{AT}/pin/removal")
def remove_pin(course_id: int, student_id: int) -> Response:
    """Takes the PIN away."""
    _, found = student_of(course_id, student_id)
    pins.remove(get_db(), found)
    flash(gettext("The PIN is removed."))
    return _back(course_id, student_id)


@bp.post(f"{AT}/passes/<kind>")
def new_pass(course_id: int, student_id: int, kind: str) -> Response | str:
    """Issues a card, or a link for the student's phone, which is shown this once."""
    course, found = student_of(course_id, student_id)
    vault = get_runtime().vault
    if kind == PassKind.CARD:
        passes.issue_card(get_db(), vault, found, account())
        return redirect(url_for("pages.cards", course_id=course_id, student=student_id))
    if kind != PassKind.PHONE:
        raise NotFound("pass_not_found")
    _, token = passes.issue_phone_link(get_db(), vault, found, account())
    link = url_for("pages.take_phone", token=token, _external=True)
    return student_page(course, found, phone_link=link, phone_qr=qr_svg(link))


@bp.post(f"{AT}/passes/<int:pass_id>/revocation")
def revoke_pass(course_id: int, student_id: int, pass_id: int) -> Response:
    """Ends a card or a phone at once."""
    _, found = student_of(course_id, student_id)
    passes.revoke(get_db(), found, pass_id)
    flash(gettext("It is revoked: kiosks do not take it any more."))
    return _back(course_id, student_id)


def _back(course_id: int, student_id: int) -> Response:
    return redirect(
        url_for("pages.student", course_id=course_id, student_id=student_id, _anchor="without-a-face")
    )
