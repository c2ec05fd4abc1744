"""Photos of a whole course from a ZIP: sent, looked at, confirmed, watched."""

from typing import Any

from flask import abort, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from server.db import get_db, writing
from server.exceptions import Invalid
from server.models import Course, PhotoImport, PhotoImportState
from server.runtime import get_runtime
from server.services import courses, photo_imports
from server.services.sealed_uploads import PART_BYTES, parts_of
from server.views.pages.audited import audited
from server.views.pages.blueprint import account, bp, wants_json
from server.views.pages.forms_photos import ConfirmImportForm
from server.views.pages.wording import import_words, reason_sentence

AT = "/courses/<int:course_id>/photo-imports"
PER_PAGE = 100
SHOWN_STATES = ("accepted", "refused", "waiting")
LIVE = (PhotoImportState.RUNNING,)


@bp.get(AT)
def course_photos(course_id: int) -> str:
    """Who of the course is recognised, and the ZIPs that were sent."""
    return _page(_course(course_id))


@bp.post(AT)
def send_zip(course_id: int) -> Response | tuple[str, int]:
    """Begins an import. A script announces the ZIP and sends it in parts; a form sends a small one whole."""
    course = _course(course_id)
    if wants_json():
        told = request.get_json(silent=True) or {}
        name, size = told.get("name"), told.get("size")
        if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
            raise Invalid("invalid_json")
        return jsonify(_begun(course, name, size))
    upload = request.files.get("zip")
    try:
        job = _whole(course, upload)
    except Invalid as error:
        return _page(course, wrong=reason_sentence(error.reason)), 422
    return redirect(url_for("pages.photo_import", course_id=course_id, import_id=job.id))


@bp.post(f"{AT}/<int:import_id>/parts/<int:number>")
def send_zip_part(course_id: int, import_id: int, number: int) -> Response:
    """Keeps a part of the ZIP: the request's whole body."""
    job = _job(course_id, import_id)
    content = request.get_data(cache=False)
    photo_imports.add_part(get_db(), get_runtime().uploads, job, number, content)
    return jsonify(kept=number)


@bp.post(f"{AT}/<int:import_id>/end-of-upload")
def zip_sent(course_id: int, import_id: int) -> Response:
    """All parts are there: looks into the ZIP."""
    photo_imports.look(get_db(), get_runtime().uploads, _job(course_id, import_id))
    return jsonify(url=url_for("pages.photo_import", course_id=course_id, import_id=import_id))


@bp.get(f"{AT}/<int:import_id>")
def photo_import(course_id: int, import_id: int) -> str:
    """One import: what is in it, how far it is, what became of each photo."""
    return _import_page(course_id, import_id)


@bp.post(f"{AT}/<int:import_id>/confirmation")
def confirm_import(course_id: int, import_id: int) -> Response | tuple[str, int]:
    """Starts the job."""
    job = _job(course_id, import_id)
    form = ConfirmImportForm()
    if not form.validate_on_submit():
        return _import_page(course_id, import_id), 422
    with writing(get_db()):
        recorded = photo_imports.confirm(
            get_db(), job, account(), consents_on_paper=form.consents_on_paper.data
        )
        if recorded:
            audited("consent_given", f"course:{course_id}", on_paper=recorded)
    get_runtime().jobs.import_photos(import_id)
    return redirect(url_for("pages.photo_import", course_id=course_id, import_id=import_id))


@bp.post(f"{AT}/<int:import_id>/cancellation")
def cancel_import(course_id: int, import_id: int) -> Response:
    """Ends an import; its ZIP is deleted."""
    photo_imports.cancel(get_db(), get_runtime().uploads, _job(course_id, import_id))
    return redirect(url_for("pages.photo_import", course_id=course_id, import_id=import_id))


def _course(course_id: int) -> Course:
    return courses.get(get_db(), account(), course_id)


def _job(course_id: int, import_id: int) -> PhotoImport:
    return photo_imports.get(get_db(), _course(course_id), import_id)


def _begun(course: Course, name: str, size: int) -> dict[str, Any]:
    """An import to send parts to: one that was broken off with the same ZIP goes on."""
    db, uploads = get_db(), get_runtime().uploads
    photo_imports.forget_abandoned(db, uploads)
    job = photo_imports.broken_off(db, course, account(), name, size)
    if job is None:
        job = photo_imports.begin(db, course, account(), name, size)
    at: dict[str, Any] = {"course_id": course.id, "import_id": job.id}
    return {
        "part_bytes": PART_BYTES,
        "parts": [url_for("pages.send_zip_part", number=n, **at) for n in range(parts_of(size))],
        "kept": sorted(uploads.kept(job.folder)),
        "end": url_for("pages.zip_sent", **at),
    }


def _whole(course: Course, upload: FileStorage | None) -> PhotoImport:
    """A ZIP that came in one request."""
    db, uploads = get_db(), get_runtime().uploads
    if upload is None or not upload.filename:
        raise Invalid("zip_empty")
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    job = photo_imports.begin(db, course, account(), upload.filename, size)
    for number in range(parts_of(size)):
        photo_imports.add_part(db, uploads, job, number, upload.stream.read(PART_BYTES))
    photo_imports.look(db, uploads, job)
    return job


def _page(course: Course, wrong: str = "") -> str:
    db = get_db()
    roster = courses.roster(db, course)
    return render_template(
        "photo_imports.html",
        course=course,
        roster=roster,
        recognised=sum(entry.recognisable for entry in roster),
        without_consent=sum(entry.consent is None for entry in roster),
        imports=photo_imports.of_course(db, course),
        words=import_words(),
        wrong=wrong,
    )


def _import_page(course_id: int, import_id: int) -> str:
    db = get_db()
    course = _course(course_id)
    job = photo_imports.get(db, course, import_id)
    state = request.args.get("state")
    if state is not None and state not in SHOWN_STATES:
        abort(404)
    page = request.args.get("page", 1, type=int)
    progress = photo_imports.progress(db, job)
    listed = photo_imports.items(db, job, state, max(1, page), PER_PAGE)
    total = getattr(progress, state) if state else progress.total
    return render_template(
        "photo_import.html",
        course=course,
        job=job,
        live=job.state in LIVE,
        progress=progress,
        students=photo_imports.students_inside(db, job),
        without_consent=photo_imports.students_without_consent(db, job),
        items=listed,
        state=state,
        page=max(1, page),
        pages=max(1, -(-total // PER_PAGE)),
        form=ConfirmImportForm(formdata=None),
    )
