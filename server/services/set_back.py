"""A database that was set back by other means than ``restore``: what was removed since is removed again."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import forget_journal, writing
from server.models import RosterModelVersion, RowRemoval
from server.services import removals, roster_models
from server.services.audit import AuditLog
from server.services.enrolment import RosterChanged
from server.services.removals import Again, Listed
from server.services.roster_model_store import StoredModel
from server.services.roster_models import RosterModels


def unknown(db: Session, public_key: str, folders: Iterable[Path]) -> list[Listed]:
    """What the signed lists beside backups tell of, and this database knows nothing of.

    Each list is written as soon as somebody is removed, so a database that knows less is an older one.
    """
    found = [one for folder in sorted(folders) for one in removals.list_in(folder, public_key)]
    db.commit()  # Who is removed right now is in the table before the list: from here on it is read as it is.
    known = {(one.row_hash, one.kind): one.at.isoformat() for one in db.scalars(select(RowRemoval))}
    return [one for one in found if known.get((one["row"], one["kind"]), "") < one["at"]]


def catch_up(
    db: Session, listed: list[Listed], models: RosterModels, audit: AuditLog, changed: RosterChanged
) -> Again:
    """Removes it, from tables and roster models.

    :param listed: as :func:`unknown` gives it.
    :param changed: told of every course whose roster model now differs.
    """
    courses = set()
    with writing(db):
        again = removals.apply(db, listed, None)
        for version in db.scalars(select(RosterModelVersion).where(RosterModelVersion.is_active)):
            if version.removed_at is not None:
                version.is_active = False
                courses.add(version.course_id)
        audit.record(db, "removals_repeated", people=again.people)
    for folder in again.models:
        models.store.delete(StoredModel(folder, ""))
    for course_id in sorted(courses):
        if roster_models.rebuild(db, models, course_id):
            changed(course_id)
    forget_journal(db)
    return again
