"""A student's photos: sent in, shown, removed."""

from flask import Response as FlaskResponse
from flask import flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.runtime import get_runtime
from server.services import courses, enrolment
from server.services.enrolment import PhotoOutcome
from server.views.pages.blueprint import account, bp, wants_json
from server.views.pages.student import student_of
from server.views.pages.wording import reason_sentence

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
        flash(f"{one['name']}: {one['message']}", "message" if one["accepted"] else "problem")
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


def _tell(course_id: int, student_id: int, name: str, outcome: PhotoOutcome) -> dict[str, str | bool | None]:
    url = None
    if outcome.photo_id is not None:
        url = url_for("pages.photo", course_id=course_id, student_id=student_id, photo_id=outcome.photo_id)
    return {
        "name": name[-120:],
        "accepted": outcome.accepted,
        "reason": outcome.reason,
        "message": reason_sentence(outcome.reason, outcome.detail),
        "url": url,
    }


def _recognisable(course_id: int, student_id: int) -> bool:
    db = get_db()
    course = courses.get(db, account(), course_id)
    found = courses.student(db, course, student_id)
    return enrolment.consent(db, found) is not None and bool(enrolment.photos(db, found))
