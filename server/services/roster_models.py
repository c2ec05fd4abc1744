"""Keeping a course's roster model in line with its roster.

The templates in the database are the truth. Every version remembers which templates it was made of, so an
update is the difference between the two, and running it again does nothing.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVarTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recognition.exceptions import ModelRejected
from recognition.roster_model import RosterModel
from server.db import writing
from server.models import Consent, Course, Enrolment, FaceTemplate, RosterModelVersion, utc_now
from server.services.roster_model_store import RosterModelStore, StoredModel
from server.services.vault import Vault

log = logging.getLogger(__name__)

VERSIONS_KEPT = 4
"""With their files: the active one, the one before, and of the others fitted ones first."""
VERSIONS_REMEMBERED = 40
"""With their figures."""
SETTLED = ("fitted", "rolled_back")
"""Kinds of version that no fit has to follow."""
MAX_TRIES = 8

Columns = TypeVarTuple("Columns")
Contents = dict[str, list[int]]
"""Label (the student's id as text) → ids of the templates."""


@dataclass(frozen=True)
class RosterModels:
    """What it takes to make roster models: where they lie, the vault of the templates, whose embeddings."""

    store: RosterModelStore
    vault: Vault
    embedder_id: str


def members(db: Session, course_id: int, embedder_id: str) -> list[FaceTemplate]:
    """The templates a course's model is to hold, by student and id.

    Students who left the course stay in: they are told that they are not on the list any more, and are known
    at once when they come back. Without consent nobody is in.
    """
    return list(db.scalars(_members(select(FaceTemplate), course_id, embedder_id)))


def wanted_contents(db: Session, course_id: int, embedder_id: str) -> Contents:
    """As :func:`members`, only who and which."""
    contents: Contents = {}
    columns = select(FaceTemplate.student_id, FaceTemplate.id)
    for student_id, template_id in db.execute(_members(columns, course_id, embedder_id)):
        contents.setdefault(str(student_id), []).append(template_id)
    return contents


def _members(query: Select[*Columns], course_id: int, embedder_id: str) -> Select[*Columns]:
    consent = select(Consent.id).where(
        Consent.student_id == FaceTemplate.student_id, Consent.withdrawn_at.is_(None)
    )
    return (
        query.join(Enrolment, Enrolment.student_id == FaceTemplate.student_id)
        .where(Enrolment.course_id == course_id, FaceTemplate.embedder_id == embedder_id, consent.exists())
        .order_by(FaceTemplate.student_id, FaceTemplate.id)
    )


def contents_of(templates: list[FaceTemplate]) -> Contents:
    """The templates' ids by label."""
    contents: Contents = {}
    for template in templates:
        contents.setdefault(str(template.student_id), []).append(template.id)
    return contents


def active_version(db: Session, course_id: int) -> RosterModelVersion | None:
    """The version that serves."""
    return db.scalar(
        select(RosterModelVersion)
        .where(RosterModelVersion.course_id == course_id, RosterModelVersion.is_active)
        .order_by(RosterModelVersion.number.desc())
        .limit(1)
    )


def usable_versions(db: Session, course_id: int) -> list[RosterModelVersion]:
    """All versions whose files are there, the active one first, then from new to old."""
    return list(
        db.scalars(
            select(RosterModelVersion)
            .where(RosterModelVersion.course_id == course_id, RosterModelVersion.removed_at.is_(None))
            .order_by(RosterModelVersion.is_active.desc(), RosterModelVersion.number.desc())
        )
    )


def history(db: Session, course_id: int) -> list[RosterModelVersion]:
    """Every version that is remembered, from new to old."""
    return list(
        db.scalars(
            select(RosterModelVersion)
            .where(RosterModelVersion.course_id == course_id)
            .order_by(RosterModelVersion.number.desc())
        )
    )


def stored(version: RosterModelVersion) -> StoredModel:
    """Where a version lies."""
    return StoredModel(version.folder, version.manifest_sha256)


def empty_model(embedder_id: str) -> RosterModel:
    """The model of a roster that nobody is on: everybody is unknown."""
    return RosterModel.fit(np.empty((0, 0), np.float32), [], embedder_id=embedder_id)


def update(db: Session, models: RosterModels, course_id: int) -> bool:
    """Brings the course's model in line with the roster at once; whether a new version was made.

    Only what changed is touched (:meth:`RosterModel.with_person`), so it is quick; a full fit follows as a
    job. When somebody else saves a version in between, it starts over from theirs.
    """
    for _ in range(MAX_TRIES):
        db.commit()
        version = active_version(db, course_id)
        if _in_line(version, wanted_contents(db, course_id, models.embedder_id), models.embedder_id):
            return False
        templates = members(db, course_id, models.embedder_id)
        wanted = contents_of(templates)
        model = _changed(models, version, templates, wanted)
        if register(db, models, course_id, model, wanted, "updated", after=version):
            return True
    raise RuntimeError(f"course {course_id}: the roster model changed {MAX_TRIES} times during an update")


def rebuild(db: Session, models: RosterModels, course_id: int) -> bool:
    """Makes the course's model anew from the templates, where no version can be used any more.

    :returns: whether this call did; not when somebody else was first.
    """
    db.commit()
    newest = next(iter(history(db, course_id)), None)
    templates = members(db, course_id, models.embedder_id)
    wanted = contents_of(templates)
    model = _fresh(models, wanted, vectors_by_label(models, templates))
    return register(db, models, course_id, model, wanted, "updated", after=newest)


def outdated(db: Session, embedder_id: str) -> list[int]:
    """Courses whose model is not in line with the roster: a process ended between the two."""
    found = []
    for course_id in db.scalars(select(Course.id).where(Course.archived_at.is_(None))).all():
        wanted = wanted_contents(db, course_id, embedder_id)
        if not _in_line(active_version(db, course_id), wanted, embedder_id):
            found.append(course_id)
    return found


def unfitted(db: Session) -> list[int]:
    """Courses whose model was only updated since the last change; the demo class stays as it is."""
    return list(
        db.scalars(
            select(RosterModelVersion.course_id)
            .join(Course, Course.id == RosterModelVersion.course_id)
            .where(
                RosterModelVersion.is_active,
                RosterModelVersion.kind.not_in(SETTLED),
                Course.is_demo.is_(False),
            )
        )
    )


def _in_line(version: RosterModelVersion | None, wanted: Contents, embedder_id: str) -> bool:
    """Whether a version holds what is wanted, in this embedder's terms."""
    if version is None:
        return not wanted
    return version.contents == wanted and version.embedder_id == embedder_id


def register(
    db: Session,
    models: RosterModels,
    course_id: int,
    model: RosterModel,
    contents: Contents,
    kind: str,
    *,
    after: RosterModelVersion | None,
    figures: Mapping[str, Any] | None = None,
) -> bool:
    """Saves a model as the course's new active version.

    :param after: the version it was made from; when that is not the newest any more, nothing is saved.
    :returns: whether it was saved.
    """
    number = after.number + 1 if after else 1
    saved = models.store.save(course_id, model)
    try:
        with writing(db):
            if db.get(Course, course_id, with_for_update=True) is None:
                models.store.delete(saved)
                return False
            newest = db.scalar(
                select(func.max(RosterModelVersion.number)).where(RosterModelVersion.course_id == course_id)
            )
            if (newest or 0) != number - 1:
                models.store.delete(saved)
                return False
            for version in usable_versions(db, course_id):
                version.is_active = False
            db.add(
                RosterModelVersion(
                    course_id=course_id,
                    number=number,
                    kind=kind,
                    folder=saved.folder,
                    manifest_sha256=saved.manifest_sha256,
                    embedder_id=models.embedder_id,
                    contents=contents,
                    figures={
                        "threshold": model.threshold,
                        **model.calibration,
                        **(figures or {}),
                        "people": len(contents),
                        "photos": sum(map(len, contents.values())),
                    },
                )
            )
    except IntegrityError:
        models.store.delete(saved)
        return False
    except BaseException:
        models.store.delete(saved)
        raise
    prune(db, models.store, course_id, contents)
    return True


def prune(db: Session, store: RosterModelStore, course_id: int, contents: Contents) -> None:
    """Deletes old versions: all but a few, and at once those that hold somebody who is to be gone.

    Their figures are remembered for a while, without who was in them.
    """
    with writing(db):
        old = [version for version in usable_versions(db, course_id) if not version.is_active]
        gone = {version: "deleted" for version in old if not within(version.contents, contents)}
        rest = [version for version in old if version not in gone]
        rest[1:] = sorted(rest[1:], key=lambda version: (version.kind != "fitted", -version.number))
        gone |= dict.fromkeys(rest[VERSIONS_KEPT - 1 :], "old")
        folders = [stored(version) for version in gone]
        for version, reason in gone.items():
            version.contents, version.removed_at, version.removed_because = {}, utc_now(), reason
        for version in history(db, course_id)[VERSIONS_REMEMBERED:]:
            if version.removed_at is not None:
                db.delete(version)
    for folder in folders:
        store.delete(folder)


def courses_of(db: Session, student_id: int) -> list[int]:
    """The courses whose models hold this student, or are to."""
    return list(db.scalars(select(Enrolment.course_id).where(Enrolment.student_id == student_id)))


def within(older: Contents, newer: Contents) -> bool:
    """Whether every template of the older contents is still wanted."""
    return all(set(ids) <= set(newer.get(label, ())) for label, ids in older.items())


def _changed(
    models: RosterModels, version: RosterModelVersion | None, templates: list[FaceTemplate], wanted: Contents
) -> RosterModel:
    """The version's model with the differences applied; a fresh one when there is nothing to start from."""
    vectors = vectors_by_label(models, templates)
    model = None
    if version is not None and version.contents and version.embedder_id == models.embedder_id:
        try:
            model = models.store.load(stored(version), models.embedder_id)
        except ModelRejected:
            log.warning("the roster model %s is unusable and is made anew", version.folder)
    if model is None or not wanted:
        return _fresh(models, wanted, vectors)
    return in_line(model, version.contents if version else {}, wanted, vectors)


def _fresh(models: RosterModels, wanted: Contents, vectors: dict[str, NDArray[np.float32]]) -> RosterModel:
    """A model of its own, from the templates alone."""
    if not wanted:
        return empty_model(models.embedder_id)
    labels = [label for label, ids in wanted.items() for _ in ids]
    rows = np.concatenate([vectors[label] for label in wanted])
    return RosterModel.fit(rows, labels, embedder_id=models.embedder_id)


def in_line(
    model: RosterModel, held: Contents, wanted: Contents, vectors: dict[str, NDArray[np.float32]]
) -> RosterModel:
    """A model that holds ``held``, changed to hold what is wanted.

    :param vectors: of everybody who is wanted, as :func:`vectors_by_label` gives them.
    """
    for label in held.keys() - wanted.keys():
        model = model.without_person(label)
    for label, template_ids in wanted.items():
        if held.get(label) != template_ids:
            model = model.with_person(label, vectors[label])
    return model


def vectors_by_label(models: RosterModels, templates: list[FaceTemplate]) -> dict[str, NDArray[np.float32]]:
    """(n, D) embeddings by label, in the templates' order."""
    found: dict[str, list[NDArray[np.float32]]] = {}
    for template in templates:
        vector = models.vault.open_template(
            template.vector_encrypted, template.student_id, template.embedder_id
        )
        found.setdefault(str(template.student_id), []).append(vector)
    return {label: np.stack(vectors) for label, vectors in found.items()}
