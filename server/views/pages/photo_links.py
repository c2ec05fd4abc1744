"""The link to a student's own photo page, made and ended by the instructor."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.models import LinkPurpose
from server.services import student_links
from server.views.pages.blueprint import account, bp
from server.views.pages.qr import qr_svg
from server.views.pages.student import student_of, student_page

AT = "/courses/<int:course_id>/students/<int:student_id>/photo-link"
DAYS = 7


@bp.post(AT)
def new_photo_link(course_id: int, student_id: int) -> str:
    """Makes a link, and shows it this once."""
    course, found = student_of(course_id, student_id)
    token = student_links.create(get_db(), found, course, LinkPurpose.ENROLMENT, DAYS, by=account())
    link = url_for("pages.my_photos", token=token, _external=True)
    return student_page(course, found, photo_link=link, photo_qr=qr_svg(link), photo_link_days=str(DAYS))


@bp.post(f"{AT}/end")
def end_photo_link(course_id: int, student_id: int) -> Response:
    """Ends all of the student's photo links in this course."""
    course, found = student_of(course_id, student_id)
    student_links.revoke(get_db(), found, course, LinkPurpose.ENROLMENT)
    flash(gettext("The link has ended."))
    return redirect(
        url_for("pages.student", course_id=course_id, student_id=student_id, _anchor="photos-head")
    )
