"""Going back to an earlier version of a course's roster model.

The earlier model serves again as a new version, brought in line with the roster of today: who joined since is
added, who must be gone is gone. A version that holds anything deleted since has lost its files, and cannot
come back.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from recognition.exceptions import ModelRejected
from server.exceptions import Conflict, NotFound
from server.models import Course, RosterModelVersion
from server.services import roster_models
from server.services.roster_models import RosterModels

KIND = "rolled_back"


def version_of(db: Session, course: Course, number: int) -> RosterModelVersion:
    """A version by its number, whether its files are there or not.

    :raises NotFound: ``version_not_found``.
    """
    found = db.scalar(
        select(RosterModelVersion).where(
            RosterModelVersion.course_id == course.id, RosterModelVersion.number == number
        )
    )
    if found is None:
        raise NotFound("version_not_found")
    return found


def obstacle(version: RosterModelVersion, embedder_id: str) -> str | None:
    """Why a version cannot serve again, as a reason; none when it can."""
    if version.is_active:
        return "version_serves"
    if version.removed_because == "deleted":
        return "version_held_deleted"
    if version.removed_at is not None:
        return "version_removed"
    if version.embedder_id != embedder_id:
        return "version_other_networks"
    return None if version.contents else "version_empty"


def roll_back(db: Session, models: RosterModels, course: Course, number: int) -> int:
    """Lets an earlier version serve again.

    :returns: the number of the new version.
    :raises NotFound: ``version_not_found``.
    :raises Conflict: see :func:`obstacle`; ``version_unusable`` for damaged files, ``roster_changing`` when
        the roster changes all the time.
    """
    course_id = course.id
    for _ in range(roster_models.MAX_TRIES):
        db.commit()
        version = version_of(db, course, number)
        templates = roster_models.members(db, course_id, models.embedder_id)
        wanted = roster_models.contents_of(templates)
        reason = obstacle(version, models.embedder_id)
        if reason is None and not roster_models.within(version.contents, wanted):
            reason = "version_held_deleted"
        if reason is not None:
            raise Conflict(reason)
        active = roster_models.active_version(db, course_id)
        try:
            model = models.store.load(roster_models.stored(version), models.embedder_id)
        except ModelRejected as error:
            raise Conflict("version_unusable", str(error)) from error
        vectors = roster_models.vectors_by_label(models, templates)
        model = roster_models.in_line(model, version.contents, wanted, vectors)
        figures = {"restored": number, "held_out": version.figures.get("held_out")}
        if roster_models.register(db, models, course_id, model, wanted, KIND, after=active, figures=figures):
            return (active.number if active else 0) + 1
    raise Conflict("roster_changing")
