"""A student's photos: sent in, shown, removed."""

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.runtime import get_runtime
from server.services import courses, enrolment, enrolment_findings
from server.services.enrolment import PhotoOutcome
from server.views.pages.blueprint import account, bp, wants_json
from server.views.pages.student import student_of
from server.views.pages.wording import finding_sentence, reason_sentence

MOST_AT_ONCE = 20


@bp.post("/courses/<int:course_id>/students/<int:student_id>/photos")
def add_photos(course_id: int, student_id: int) -> Response:
    """Checks each photo and keeps the good ones; JSON for the page's script, else back to the page."""
    student_of(course_id, student_id)  # Refuses strangers before anything is read.
    uploads = [upload for upload in request.files.getlist("photos") if upload.filename][:MOST_AT_ONCE]
    told = [
        _tell(course_id, student_id, upload.filename or "", _add(course_id, student_id, upload.stream.read()))
        for upload in uploads
    ]
    if wants_json():
        return make_response(jsonify(photos=told, recognisable=_recognisable(course_id, student_id)))
    if not told:
        flash(gettext("Please choose at least one photo."), "problem")
    for one in told:
        said = " ".join([str(one["message"]), *(warning["message"] for warning in one["warnings"])])
        flash(f"{one['name']}: {said}", "message" if one["accepted"] else "problem")
    return redirect(url_for("pages.student", course_id=course_id, student_id=student_id))


@bp.get("/courses/<int:course_id>/students/<int:student_id>/photos/<int:photo_id>.jpg")
def photo(course_id: int, student_id: int, photo_id: int) -> FlaskResponse:
    """A photo, for those who may see the student."""
    _, found = student_of(course_id, student_id)
    jpeg = enrolment.photo_jpeg(get_db(), get_runtime().vault, found, photo_id)
    response = make_response(jpeg)
    response.mimetype = "image/jpeg"
    return response


@bp.post("/courses/<int:course_id>/students/<int:student_id>/photos/<int:photo_id>/removal")
def remove_photo(course_id: int, student_id: int, photo_id: int) -> Response:
    """Deletes a photo with its template."""
    _, found = student_of(course_id, student_id)
    runtime = get_runtime()
    enrolment.remove_photo(
        get_db(), found, photo_id, models=runtime.models, changed=runtime.jobs.refit_roster
    )
    return redirect(url_for("pages.student", course_id=course_id, student_id=student_id))


def _add(course_id: int, student_id: int, data: bytes) -> PhotoOutcome:
    course, found = student_of(course_id, student_id)
    runtime = get_runtime()
    with runtime.place():
        return enrolment.add_photo(
            get_db(),
            course,
            found,
            data,
            engine=runtime.engine,
            vault=runtime.vault,
            models=runtime.models,
            changed=runtime.jobs.refit_roster,
        )


def _tell(course_id: int, student_id: int, name: str, outcome: PhotoOutcome) -> dict[str, Any]:
    url, warnings = None, []
    if outcome.photo_id is not None:
        warnings = _warnings(course_id, student_id, outcome.photo_id)
        url = url_for("pages.photo", course_id=course_id, student_id=student_id, photo_id=outcome.photo_id)
    return {
        "name": name[-120:],
        "accepted": outcome.accepted,
        "reason": outcome.reason,
        "message": reason_sentence(outcome.reason, outcome.detail),
        "warnings": warnings,
        "url": url,
    }


def _warnings(course_id: int, student_id: int, photo_id: int) -> list[dict[str, str]]:
    """What there is to say of a photo that was just accepted."""
    db = get_db()
    course, found = student_of(course_id, student_id)
    photo_ids = [photo.id for photo in enrolment.photos(db, found)]
    return [
        {"code": finding.code, "message": finding_sentence(finding, found, photo_ids)}
        for finding in enrolment_findings.look(db, course, found, get_runtime().models)
        if photo_id in finding.photo_ids
    ]


def _recognisable(course_id: int, student_id: int) -> bool:
    db = get_db()
    course = courses.get(db, account(), course_id)
    found = courses.student(db, course, student_id)
    return enrolment.consent(db, found) is not None and bool(enrolment.photos(db, found))
