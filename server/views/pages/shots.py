"""The wizard that takes five guided photos, at the instructor's computer."""

from collections.abc import Callable
from typing import Any

from flask import jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from recognition.guidance import SHOTS, Guidance
from server.db import get_db
from server.models import Student
from server.runtime import get_runtime
from server.services import enrolment, guided_shots
from server.views.pages.blueprint import bp
from server.views.pages.forms import ConsentForm
from server.views.pages.shot_wording import shot_words, wizard_words
from server.views.pages.student import student_of

AT = "/courses/<int:course_id>/students/<int:student_id>/shots"
PATIENCE_S = 0.5
"""A look waits no longer for its turn: the next one comes at once, and kiosks come first."""


@bp.get(AT)
def shots(course_id: int, student_id: int) -> str:
    """The wizard; without consent it asks for that first."""
    course, found = student_of(course_id, student_id)
    at: dict[str, Any] = {"course_id": course_id, "student_id": student_id}
    return render_template(
        "shots.html",
        course=course,
        student=found,
        consent=enrolment.consent(get_db(), found),
        consent_form=ConsentForm(formdata=None),
        consent_version=enrolment.CONSENT_TEXT_VERSION,
        consent_url=url_for("pages.record_consent", **at),
        back=url_for("pages.student", **at),
        **wizard(
            found,
            check_url=url_for("pages.check_shot", **at),
            photos_url=url_for("pages.add_photos", **at),
            photo_url=lambda photo_id: url_for("pages.photo", photo_id=photo_id, **at),
        ),
    )


@bp.post(f"{AT}/check")
def check_shot(course_id: int, student_id: int) -> Response:
    """What one camera picture says about the wanted shot; the picture is not kept."""
    _, found = student_of(course_id, student_id)
    return guidance_answer(found)


def wizard(
    student: Student, *, check_url: str, photos_url: str, photo_url: Callable[[int], str]
) -> dict[str, Any]:
    """What the wizard's template needs."""
    taken = guided_shots.taken(get_db(), student)
    words = shot_words()
    return {
        "check_url": check_url,
        "photos_url": photos_url,
        "shots": [
            {"code": shot, "photo": photo_url(taken[shot]) if shot in taken else None, **words[shot]}
            for shot in SHOTS
        ],
        "words": wizard_words(),
    }


def guidance_answer(student: Student) -> Response:
    """The guidance for the picture in this request, as JSON."""
    engine = get_runtime().engine
    return guidance_json(
        look_at_a_shot(lambda data, shot: guided_shots.check(get_db(), student, data, shot, engine))
    )


def look_at_a_shot(look: Callable[[bytes, str], Guidance]) -> Guidance:
    """What ``look`` says of the picture in this request and of the shot that is wanted."""
    upload = request.files.get("frame")
    data = upload.stream.read(guided_shots.FRAME_LIMITS.max_bytes + 1) if upload else b""
    with get_runtime().place(PATIENCE_S):
        return look(data, request.form.get("shot", ""))


def guidance_json(guidance: Guidance) -> Response:
    """Guidance as the wizard's script reads it."""
    return jsonify(
        hint=guidance.hint,
        fits=guidance.fits,
        box=guidance.box and [round(part, 4) for part in guidance.box],
        yaw=round(guidance.yaw, 1),
        pitch=round(guidance.pitch, 1),
        problems=guidance.problems,
    )
