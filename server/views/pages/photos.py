"""A student's photos: sent in, shown, removed by the instructor."""

from flask import Response as FlaskResponse
from flask import redirect, url_for
from werkzeug.wrappers import Response

from server.views.pages import photo_intake
from server.views.pages.blueprint import bp
from server.views.pages.photo_intake import PhotoIntake
from server.views.pages.student import student_of

AT = "/courses/<int:course_id>/students/<int:student_id>/photos"


@bp.post(AT)
def add_photos(course_id: int, student_id: int) -> Response:
    """Checks each photo and keeps the good ones."""
    return PhotoIntake(
        whose=lambda: student_of(course_id, student_id),
        photo_url=lambda photo_id: url_for(
            "pages.photo", course_id=course_id, student_id=student_id, photo_id=photo_id
        ),
        page=url_for("pages.student", course_id=course_id, student_id=student_id),
    ).take()


@bp.get(f"{AT}/<int:photo_id>.jpg")
def photo(course_id: int, student_id: int, photo_id: int) -> FlaskResponse:
    """A photo, for those who may see the student."""
    _, found = student_of(course_id, student_id)
    return photo_intake.photo_answer(found, photo_id)


@bp.post(f"{AT}/<int:photo_id>/removal")
def remove_photo(course_id: int, student_id: int, photo_id: int) -> Response:
    """Deletes a photo with its template."""
    _, found = student_of(course_id, student_id)
    photo_intake.remove(found, photo_id)
    return redirect(url_for("pages.student", course_id=course_id, student_id=student_id))
