"""One student of a course: consent, and what it takes to be recognised."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db, writing
from server.models import Course, LinkPurpose, Student
from server.runtime import get_runtime
from server.services import courses, enrolment, enrolment_findings, passes, pins, student_links
from server.services.enrolment_findings import PhotoFinding
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms import BareForm, ConsentForm, PhotosForm
from server.views.pages.wording import finding_sentence, photo_words

GOOD_NUMBER_OF_PHOTOS = 5


def student_of(course_id: int, student_id: int) -> tuple[Course, Student]:
    """A course of the account and a student on its roster."""
    db = get_db()
    course = courses.get(db, account(), course_id)
    return course, courses.student(db, course, student_id)


@bp.get("/courses/<int:course_id>/students/<int:student_id>")
def student(course_id: int, student_id: int) -> str:
    """The student's page."""
    return student_page(*student_of(course_id, student_id))


@bp.post("/courses/<int:course_id>/students/<int:student_id>/consent")
def record_consent(course_id: int, student_id: int) -> Response | tuple[str, int]:
    """Takes down that the student agreed."""
    course, found = student_of(course_id, student_id)
    form = ConsentForm()
    if not form.validate_on_submit():
        return student_page(course, found, consent_form=form), 422
    with writing(get_db()):
        given = enrolment.record_consent(get_db(), found, given_by=account().name)
        audited("consent_given", f"student:{student_id}", text=given.text_version)
    if request.form.get("next") == "shots":
        return redirect(url_for("pages.shots", course_id=course_id, student_id=student_id))
    return _back(course_id, student_id)


@bp.post("/courses/<int:course_id>/students/<int:student_id>/consent/withdrawal")
def withdraw_consent(course_id: int, student_id: int) -> Response:
    """Ends recognition: photos, templates and the student's part of every model are deleted."""
    _, found = student_of(course_id, student_id)
    runtime = get_runtime()
    audited("consent_withdrawn", f"student:{student_id}")
    enrolment.withdraw_consent(get_db(), found, models=runtime.models, changed=runtime.jobs.refit_roster)
    flash(gettext("Consent is withdrawn; all photos and templates of this student are deleted."))
    return _back(course_id, student_id)


def _back(course_id: int, student_id: int) -> Response:
    return redirect(url_for("pages.student", course_id=course_id, student_id=student_id))


def student_page(
    course: Course, found: Student, consent_form: ConsentForm | None = None, **just_made: str
) -> str:
    """The page; ``just_made`` is what it shows this once, such as a new PIN."""
    db = get_db()
    photos = enrolment.photos(db, found)
    consent = enrolment.consent(db, found)
    photo_ids = [photo.id for photo in photos]
    findings = _findings(course, found) if photos else []
    return render_template(
        "student.html",
        course=course,
        student=found,
        consent=consent,
        photos=photos,
        photo_links=student_links.in_use(db, found, course, LinkPurpose.ENROLMENT),
        recognisable=consent is not None and bool(photos),
        good_number=GOOD_NUMBER_OF_PHOTOS,
        consent_form=consent_form or ConsentForm(formdata=None),
        photos_form=PhotosForm(formdata=None),
        form=BareForm(formdata=None),
        words=photo_words(),
        pin=pins.of(db, found),
        passes=passes.in_use(db, found),
        findings=[(one.code, finding_sentence(one, found, photo_ids)) for one in findings],
        doubted={photo for one in findings if one.code == "somebody_else" for photo in one.photo_ids},
        **just_made,
    )


def _findings(course: Course, found: Student) -> list[PhotoFinding]:
    """What there is to look at among the photos; nothing while the networks load."""
    runtime = get_runtime()
    return enrolment_findings.look(get_db(), course, found, runtime.models) if runtime.ready else []
