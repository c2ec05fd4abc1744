"""What is kept about a student: shown, given out, erased. For administrators."""

from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, render_template, request
from flask_babel import gettext

from server.db import get_db
from server.exceptions import NotFound
from server.models import Student, utc_now
from server.runtime import get_runtime
from server.services import certificates, erasure, personal_data, retention
from server.services.certificates import Signer
from server.services.erasure import Place
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp
from server.views.pages.forms_personal_data import ErasureForm
from server.views.pages.personal_archive import personal_archive


@bp.get("/personal-data")
def personal_data_search() -> str:
    """Finds a student; lists the certificates."""
    words = request.args.get("q", "")[:200]
    days = get_runtime().settings.photo_days
    return render_template(
        "personal_data_search.html",
        words=words,
        found=personal_data.search(get_db(), words),
        certificates=certificates.list_all(get_db()),
        photo_days=days,
        due=retention.due(get_db(), days, utc_now()) if days is not None else [],
    )


@bp.get("/personal-data/<int:student_id>")
def personal_data_page(student_id: int) -> str:
    """Everything, to read."""
    return _page(_student(student_id), ErasureForm(formdata=None))


@bp.get("/personal-data/<int:student_id>/export.zip")
def export_personal_data(student_id: int) -> FlaskResponse:
    """Everything, to take along: JSON for programs, a page for people, the photos."""
    student, db = _student(student_id), get_db()
    vault = get_runtime().vault
    told = personal_data.collect(db, vault, student)
    pictures = personal_data.photos(db, vault, student_id)
    audited("data_exported", f"student:{student_id}")
    line = gettext("Student number %(number)s", number=student.number)
    return personal_archive(told, student.name, line, f"personal-data-{student_id}", pictures)


@bp.post("/personal-data/<int:student_id>/erasure")
def erase_student(student_id: int) -> str | tuple[str, int]:
    """Removes the student everywhere; the page that follows shows the certificate."""
    student = _student(student_id)
    form = ErasureForm()
    if not form.validate_on_submit() or form.number.data.strip() != student.number:
        form.number.errors = [gettext("This is not the student number.")]
        return _page(student, form), 422
    runtime = get_runtime()
    place = Place(
        runtime.settings.data_dir,
        runtime.models,
        runtime.audit,
        Signer(runtime.keys.certificate),
        runtime.jobs.refit_roster,
    )
    with runtime.place():
        made = erasure.erase(get_db(), student, place, runtime.engine, account().id)
    return certificate_page(made.id)


@bp.get("/personal-data/certificates/<int:certificate_id>")
def certificate_page(certificate_id: int) -> str:
    """What a certificate says."""
    found = certificates.get(get_db(), certificate_id)
    return render_template("certificate.html", certificate=found, said=erasure.summary(found))


@bp.get("/personal-data/certificates/<int:certificate_id>.json")
def certificate_file(certificate_id: int) -> FlaskResponse:
    """The certificate, to keep."""
    found = certificates.get(get_db(), certificate_id)
    public_key = Signer(get_runtime().keys.certificate).public_key
    response = make_response(certificates.as_file(found, public_key))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="erasure-{certificate_id}.json"'
    return response


def _student(student_id: int) -> Student:
    found = get_db().get(Student, student_id)
    if found is None:
        raise NotFound("student_not_found")
    return found


def _page(student: Student, form: ErasureForm) -> str:
    told: dict[str, Any] = personal_data.collect(get_db(), get_runtime().vault, student)
    return render_template("personal_data.html", student=student, told=told, form=form)
