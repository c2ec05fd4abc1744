"""The job that enrols the photos of a ZIP, and goes on where it was when it is started again."""

import itertools
import logging
import zipfile
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from recognition.engine import FaceEngine
from recognition.exceptions import ImageRejected
from server.db import writing
from server.exceptions import ServerError
from server.jobs import Jobs
from server.models import FacePhoto, PhotoImport, PhotoImportItem, PhotoImportState, Student
from server.services import enrolment, photo_archive, photo_imports
from server.services.enrolment import PhotoOutcome
from server.services.roster_model_store import RosterModelStore
from server.services.roster_models import RosterModels
from server.services.sealed_uploads import SealedUploads
from server.services.vault import Vault

log = logging.getLogger(__name__)


class Place(Protocol):
    """What the job needs of the runtime."""

    sessions: sessionmaker[Session]
    vault: Vault
    store: RosterModelStore
    uploads: SealedUploads
    jobs: Jobs


class PhotoImporting:
    """Does the job, with networks that are loaded when the first one comes."""

    def __init__(self, place: Place, engine: Callable[[], FaceEngine]) -> None:
        self._place = place
        self._engine = engine

    def import_photos(self, import_id: int) -> None:
        """Enrols what is still waiting; nothing happens when the import is over or was not confirmed."""
        uploads = self._place.uploads
        with self._place.sessions() as db:
            job = db.get(PhotoImport, import_id)
            if job is None or job.state != PhotoImportState.RUNNING:
                return
            course_id, folder, size = job.course_id, job.folder, job.size
            db.commit()
            try:
                with uploads.open(folder, size) as file, photo_archive.open_archive(file) as archive:
                    whole = self._work(db, import_id, archive)
            except (ServerError, OSError) as error:
                log.error("photo import %d cannot go on: %s", import_id, error)
                photo_imports.finish(db, uploads, import_id, "zip_unreadable")
                return
            if whole:
                photo_imports.finish(db, uploads, import_id)
            self._place.jobs.refit_roster(course_id)

    def _work(self, db: Session, import_id: int, archive: zipfile.ZipFile) -> bool:
        """Student by student; false when it was cancelled meanwhile."""
        engine = self._engine()
        models = RosterModels(self._place.store, self._place.vault, engine.embedder_id)
        for student_id, positions in _waiting(db, import_id):
            for item_id, position in positions:
                if not _running(db, import_id):
                    return False
                self._enrol(db, engine, archive, student_id, item_id, position)
            enrolment.follow(db, models, student_id, None)
        for student_id in _enrolled(db, import_id):  # Before a kill, one may have been left out.
            enrolment.follow(db, models, student_id, None)
        return True

    def _enrol(
        self,
        db: Session,
        engine: FaceEngine,
        archive: zipfile.ZipFile,
        student_id: int,
        item_id: int,
        position: int,
    ) -> None:
        def accepted(_photo: FacePhoto) -> None:
            db.get_one(PhotoImportItem, item_id).state = "accepted"

        student = db.get(Student, student_id)
        if student is None:
            return  # Erased meanwhile, and the item with them.
        try:
            data = photo_archive.read_photo(archive, position)
            outcome = enrolment.accept_photo(
                db, student, data, engine=engine, vault=self._place.vault, kept=accepted
            )
        except ImageRejected as error:
            outcome = PhotoOutcome(False, error.reason)
        if not outcome.accepted:
            with writing(db):
                item = db.get_one(PhotoImportItem, item_id)
                item.state, item.reason, item.detail = "refused", outcome.reason, outcome.detail[:200]


def _waiting(db: Session, import_id: int) -> list[tuple[int, list[tuple[int, int]]]]:
    """Student → (item, position in the ZIP) of what is still to be done."""
    rows = db.execute(
        select(PhotoImportItem.student_id, PhotoImportItem.id, PhotoImportItem.position)
        .where(
            PhotoImportItem.import_id == import_id,
            PhotoImportItem.state == "waiting",
            PhotoImportItem.student_id.is_not(None),
        )
        .order_by(PhotoImportItem.student_id, PhotoImportItem.position)
    )
    return [
        (student_id, [(item_id, position) for _, item_id, position in own])
        for student_id, own in itertools.groupby(rows.all(), key=lambda row: row[0])
        if student_id is not None
    ]


def _running(db: Session, import_id: int) -> bool:
    db.commit()
    state = db.scalar(select(PhotoImport.state).where(PhotoImport.id == import_id))
    return state == PhotoImportState.RUNNING


def _enrolled(db: Session, import_id: int) -> list[int]:
    """The students of whom a photo was accepted."""
    return list(
        db.scalars(
            select(PhotoImportItem.student_id)
            .where(
                PhotoImportItem.import_id == import_id,
                PhotoImportItem.state == "accepted",
                PhotoImportItem.student_id.is_not(None),
            )
            .distinct()
        )
    )
