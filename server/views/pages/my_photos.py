"""A student's own photos, behind a personal link: consent, guided shots, uploads, deleting, withdrawing."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db, writing
from server.models import Course, LinkPurpose, Student
from server.runtime import get_runtime
from server.services import enrolment, student_links
from server.views.pages import photo_intake
from server.views.pages.audited import audited
from server.views.pages.blueprint import bp
from server.views.pages.forms import BareForm, ConsentForm, PhotosForm
from server.views.pages.photo_intake import PhotoIntake
from server.views.pages.shots import guidance_answer, wizard
from server.views.pages.wording import photo_words

AT = "/my-photos/<token>"


def _whose(token: str) -> tuple[Course, Student]:
    link = student_links.resolve(get_db(), token, LinkPurpose.ENROLMENT)
    return link.course, link.student


@bp.get(AT)
def my_photos(token: str) -> str:
    """The student's page."""
    return _page(token)


@bp.post(f"{AT}/consent")
def my_consent(token: str) -> Response | tuple[str, int]:
    """Takes down that the student agreed, themself."""
    _, student = _whose(token)
    form = ConsentForm()
    if not form.validate_on_submit():
        return _page(token, form), 422
    student_id = student.id
    with writing(get_db()):
        given = enrolment.record_consent(get_db(), student, given_by=enrolment.GIVEN_BY_STUDENT)
        audited("consent_given", f"student:{student_id}", text=given.text_version)
    return _back(token)


@bp.post(f"{AT}/consent/withdrawal")
def withdraw_my_consent(token: str) -> Response:
    """Ends recognition: photos, templates and the student's part of every model are deleted."""
    _, student = _whose(token)
    runtime = get_runtime()
    audited("consent_withdrawn", f"student:{student.id}")
    enrolment.withdraw_consent(get_db(), student, models=runtime.models, changed=runtime.jobs.refit_roster)
    flash(gettext("Consent is withdrawn; all your photos and everything computed from them are deleted."))
    return _back(token)


@bp.post(f"{AT}/shots/check")
def check_my_shot(token: str) -> Response:
    """What one camera picture says about the wanted shot; the picture is not kept."""
    _, student = _whose(token)
    return guidance_answer(student)


@bp.post(f"{AT}/photos")
def add_my_photos(token: str) -> Response:
    """Checks each photo and keeps the good ones."""
    return PhotoIntake(
        whose=lambda: _whose(token),
        photo_url=lambda photo_id: url_for("pages.my_photo", token=token, photo_id=photo_id),
        page=url_for("pages.my_photos", token=token),
        names_others=False,
    ).take()


@bp.get(f"{AT}/photos/<int:photo_id>.jpg")
def my_photo(token: str, photo_id: int) -> FlaskResponse:
    """One of the student's own photos."""
    _, student = _whose(token)
    return photo_intake.photo_answer(student, photo_id)


@bp.post(f"{AT}/photos/<int:photo_id>/removal")
def remove_my_photo(token: str, photo_id: int) -> Response:
    """Deletes a photo with its template."""
    _, student = _whose(token)
    photo_intake.remove(student, photo_id)
    return _back(token)


def _page(token: str, consent_form: ConsentForm | None = None) -> str:
    course, student = _whose(token)
    db = get_db()
    photos = enrolment.photos(db, student)
    consent = enrolment.consent(db, student)
    return render_template(
        "my_photos.html",
        token=token,
        course=course,
        student=student,
        consent=consent,
        consent_version=enrolment.CONSENT_TEXT_VERSION,
        consent_form=consent_form or ConsentForm(formdata=None),
        photos=photos,
        photos_form=PhotosForm(formdata=None),
        form=BareForm(formdata=None),
        upload_words=photo_words(),
        recognisable=consent is not None and bool(photos),
        **wizard(
            student,
            check_url=url_for("pages.check_my_shot", token=token),
            photos_url=url_for("pages.add_my_photos", token=token),
            photo_url=lambda photo_id: url_for("pages.my_photo", token=token, photo_id=photo_id),
        ),
    )


def _back(token: str) -> Response:
    return redirect(url_for("pages.my_photos", token=token))
