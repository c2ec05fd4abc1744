"""Photos that come in for a student, whoever sends them: from the instructor's page or by a personal link."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, make_response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from server.db import get_db
from server.models import Course, Student
from server.runtime import get_runtime
from server.services import enrolment, enrolment_findings, guided_shots
from server.services.enrolment import PhotoOutcome
from server.views.pages.blueprint import wants_json
from server.views.pages.wording import finding_sentence, reason_sentence

MOST_AT_ONCE = 20


@dataclass(frozen=True)
class PhotoIntake:
    """Takes the photos of a request.

    :param whose: the course and the student, read anew for each photo: they may be gone meanwhile.
    :param photo_url: address of a photo by its id.
    :param page: address of the page to go back to without a script.
    :param names_others: whether whoever sends them may be told which other student a photo resembles.
    """

    whose: Callable[[], tuple[Course, Student]]
    photo_url: Callable[[int], str]
    page: str
    names_others: bool = True

    def take(self) -> Response:
        """Checks each photo and keeps the good ones; JSON for the page's script, else back to the page."""
        self.whose()  # Refuses strangers before anything is read.
        shot = guided_shots.known(request.form["shot"]) if request.form.get("shot") else None
        uploads = [upload for upload in request.files.getlist("photos") if upload.filename][:MOST_AT_ONCE]
        told = [
            self._tell(upload.filename or "", self._add(upload.stream.read(), shot)) for upload in uploads
        ]
        if wants_json():
            return make_response(jsonify(photos=told, recognisable=self._recognisable()))
        if not told:
            flash(gettext("Please choose at least one photo."), "problem")
        for one in told:
            said = " ".join([str(one["message"]), *(warning["message"] for warning in one["warnings"])])
            flash(f"{one['name']}: {said}", "message" if one["accepted"] else "problem")
        return redirect(self.page)

    def _add(self, data: bytes, shot: str | None) -> PhotoOutcome:
        course, found = self.whose()
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
                shot=shot,
            )

    def _tell(self, name: str, outcome: PhotoOutcome) -> dict[str, Any]:
        photo_id = outcome.photo_id
        return {
            "name": name[-120:],
            "accepted": outcome.accepted,
            "reason": outcome.reason,
            "message": reason_sentence(outcome.reason, outcome.detail),
            "warnings": self._warnings(photo_id) if photo_id is not None else [],
            "url": self.photo_url(photo_id) if photo_id is not None else None,
        }

    def _warnings(self, photo_id: int) -> list[dict[str, str]]:
        """What there is to say of a photo that was just accepted."""
        db = get_db()
        course, found = self.whose()
        photo_ids = [photo.id for photo in enrolment.photos(db, found)]
        return [
            {"code": finding.code, "message": finding_sentence(finding, found, photo_ids)}
            for finding in enrolment_findings.look(db, course, found, get_runtime().models)
            if photo_id in finding.photo_ids and (self.names_others or finding.other is None)
        ]

    def _recognisable(self) -> bool:
        db = get_db()
        _, found = self.whose()
        return enrolment.consent(db, found) is not None and bool(enrolment.photos(db, found))


def photo_answer(student: Student, photo_id: int) -> FlaskResponse:
    """A student's photo as an answer."""
    response = make_response(enrolment.photo_jpeg(get_db(), get_runtime().vault, student, photo_id))
    response.mimetype = "image/jpeg"
    return response


def remove(student: Student, photo_id: int) -> None:
    """Deletes a student's photo with its template."""
    runtime = get_runtime()
    enrolment.remove_photo(
        get_db(), student, photo_id, models=runtime.models, changed=runtime.jobs.refit_roster
    )
