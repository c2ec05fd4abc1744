"""The jobs: fitting a roster anew from all its photos, and making templates for another embedder."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from recognition.engine import FaceEngine
from recognition.exceptions import RecognitionError
from recognition.image import decode_image
from recognition.roster_model import RosterModel
from server.jobs import Jobs
from server.models import Course, FacePhoto, FaceTemplate, FitState, RosterModelVersion, utc_now
from server.services import enrolment, roster_fits, roster_models
from server.services.roster_fits import FitProgress
from server.services.roster_model_store import RosterModelStore
from server.services.roster_models import RosterModels
from server.services.vault import Vault
from server.settings import Settings
from training.exceptions import TooFewPhotos
from training.fitting import FitOptions, FitResult, fit_photos
from training.photos import CheckedPhotos, Photo, Refusal, check_images

log = logging.getLogger(__name__)

QUIET_TOLERANCE = timedelta(seconds=1)


class Place(Protocol):
    """What the jobs need of the runtime."""

    settings: Settings
    sessions: sessionmaker[Session]
    vault: Vault
    store: RosterModelStore
    jobs: Jobs


class Refitting:
    """Does the jobs, with networks that are loaded when the first one comes."""

    def __init__(self, place: Place, engine: Callable[[], FaceEngine]) -> None:
        self._place = place
        self._engine = engine

    def refit_roster(self, course_id: int) -> None:
        """Fits a course's roster anew; nothing happens when it is settled already or not quiet yet."""
        with self._place.sessions() as db:
            version = roster_models.active_version(db, course_id)
            if version is None or version.kind in roster_models.SETTLED or not self._quiet(version):
                return
            if not version.contents:
                return
            fit_id = roster_fits.begin(db, course_id).id
            self._fit(db, fit_id, course_id)

    def fit_now(self, fit_id: int) -> None:
        """Fits the roster that somebody asked for; nothing happens when that was done already."""
        with self._place.sessions() as db:
            fit = roster_fits.take_up(db, fit_id)
            if fit is not None:
                self._fit(db, fit_id, fit.course_id)

    def _fit(self, db: Session, fit_id: int, course_id: int) -> None:
        """One fit, its end noted however it ends."""
        try:
            state, reason, number = self._fitted(db, fit_id, course_id)
        except Exception:
            db.rollback()
            roster_fits.end(db, fit_id, FitState.FAILED, reason="internal_error")
            raise
        roster_fits.end(db, fit_id, state, reason=reason, number=number)
        log.info("course %d: fit %d is %s", course_id, fit_id, state)

    def _fitted(self, db: Session, fit_id: int, course_id: int) -> tuple[FitState, str | None, int | None]:
        """What became of a fit: state, reason, number of the version."""
        engine = self._engine()
        told = FitProgress(self._place.sessions, fit_id)
        models = RosterModels(self._place.store, self._place.vault, engine.embedder_id)
        version = roster_models.active_version(db, course_id)
        templates = roster_models.members(db, course_id, engine.embedder_id)
        contents = roster_models.contents_of(templates)
        if version is None or not contents:
            return FitState.FAILED, "nothing_to_fit", None
        log.info("course %d: fitting %d people", course_id, len(contents))
        photos = self._checked_photos(db, templates, engine, told)
        db.commit()
        try:
            fit = fit_photos(
                photos, engine, FitOptions(augment=self._place.settings.refit_augment), progress=told
            )
        except TooFewPhotos as error:
            log.warning("course %d: %s", course_id, error)
            return FitState.FAILED, "too_few_photos", None
        model = _completed(fit, models, templates)
        number = version.number + 1
        if roster_models.register(
            db, models, course_id, model, contents, "fitted", after=version, figures=fit.figures
        ):
            return FitState.DONE, None, number
        self._place.jobs.refit_roster(course_id)
        return FitState.OVERTAKEN, None, None

    def renew_templates(self) -> None:
        """Makes the templates that are missing for the present embedder, then updates every model."""
        engine = self._engine()
        models = RosterModels(self._place.store, self._place.vault, engine.embedder_id)
        with self._place.sessions() as db:
            for photo_id in enrolment.photos_without_template(db, engine.embedder_id):
                self._renew(db, photo_id, engine)
            for course_id in db.scalars(select(Course.id)).all():
                roster_models.update(db, models, course_id)

    def _quiet(self, version: RosterModelVersion) -> bool:
        """Whether the last change is long enough ago; otherwise it has asked for a fit of its own."""
        delay = timedelta(seconds=self._place.settings.refit_delay_s)
        return utc_now() - version.created_at >= delay - QUIET_TOLERANCE

    def _checked_photos(
        self, db: Session, templates: list[FaceTemplate], engine: FaceEngine, told: FitProgress
    ) -> CheckedPhotos:
        """The photos as training wants them: one person's pixels in memory at a time.

        Their embeddings are the templates in the database, so only copies are embedded. Nothing of this is
        kept on disk: what withdrawing consent has to delete is in the database, and nowhere else.
        """
        own: dict[str, list[FaceTemplate]] = {}
        for template in templates:
            own.setdefault(str(template.student_id), []).append(template)
        vault = self._place.vault
        accepted: list[Photo] = []
        refused: list[Refusal] = []
        for number, (label, theirs) in enumerate(own.items(), start=1):
            images, vectors = [], []
            for template in theirs:
                photo = db.get(FacePhoto, template.photo_id)
                if photo is None:
                    continue
                images.append(decode_image(vault.open_photo(photo.image_encrypted, photo.student_id)))
                vectors.append(
                    vault.open_template(template.vector_encrypted, template.student_id, template.embedder_id)
                )
            checked = check_images({label: images}, engine, known={label: vectors})
            accepted += checked.accepted
            refused += checked.refused
            db.expunge_all()
            told("check", number, len(own))
        return CheckedPhotos(accepted=tuple(accepted), refused=tuple(refused))

    def _renew(self, db: Session, photo_id: int, engine: FaceEngine) -> None:
        photo = db.get(FacePhoto, photo_id)
        if photo is None:
            return
        try:
            image = decode_image(self._place.vault.open_photo(photo.image_encrypted, photo.student_id))
            observation = engine.enrol(image)
        except RecognitionError as error:
            log.warning("photo %d gives no template any more: %s", photo_id, error.reason)
            return
        enrolment.keep_template(
            db, photo_id, photo.student_id, observation.embedding, engine.embedder_id, self._place.vault
        )


def _completed(fit: FitResult, models: RosterModels, templates: list[FaceTemplate]) -> RosterModel:
    """The fitted model, with those whose kept photos training refused known by their templates."""
    model = fit.model
    vectors = roster_models.vectors_by_label(models, templates)
    for label in vectors.keys() - set(model.labels):
        model = model.with_person(label, vectors[label])
    return model
