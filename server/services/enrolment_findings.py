"""What there is to look at among a student's photos: somebody else's, a look-alike's, the same one twice.

Warnings for the instructor, worked out anew from the templates whenever they are asked for; nothing is
stored.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from recognition.exceptions import ModelRejected
from recognition.roster_model import RosterModel
from server.models import Course, FaceTemplate, Student
from server.services import roster_models
from server.services.roster_models import RosterModels
from training.enrolment import EnrolmentCheck, Finding


@dataclass(frozen=True)
class PhotoFinding:
    """One thing to look at.

    :ivar code: ``somebody_else``, ``different_people``, ``lookalike`` or ``near_duplicate``.
    :ivar photo_ids: the photos it is about; of a ``near_duplicate`` the earlier one first.
    :ivar other: the student who is shown, or who looks alike.
    """

    code: str
    photo_ids: tuple[int, ...]
    other: Student | None = None


def look(db: Session, course: Course, student: Student, models: RosterModels) -> list[PhotoFinding]:
    """What there is to say of the student's photos beside the others of this course, the worst first."""
    templates = list(
        db.scalars(
            select(FaceTemplate)
            .where(FaceTemplate.student_id == student.id, FaceTemplate.embedder_id == models.embedder_id)
            .order_by(FaceTemplate.photo_id)
        )
    )
    if not templates:
        return []
    label = str(student.id)
    vectors = roster_models.vectors_by_label(models, templates)[label]
    check = EnrolmentCheck.of(_model(db, course, models))
    return [_of_photos(db, templates, finding) for finding in check.student(label, vectors)]


def _of_photos(db: Session, templates: list[FaceTemplate], finding: Finding) -> PhotoFinding:
    photo_ids = tuple(templates[photo].photo_id for photo in finding.photos)
    other = None if finding.other is None else db.get(Student, int(finding.other))
    return PhotoFinding(finding.code, photo_ids, other)


def _model(db: Session, course: Course, models: RosterModels) -> RosterModel:
    """The course's newest model that can be used; without one, that of an empty roster."""
    for version in roster_models.usable_versions(db, course.id):
        try:
            return models.store.load(roster_models.stored(version), models.embedder_id)
        except ModelRejected:
            continue
    return roster_models.empty_model(models.embedder_id)
