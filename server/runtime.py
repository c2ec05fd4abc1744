"""What lives as long as the app: keys, database, networks, live models, event stream, job queue."""

import gc
import importlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from recognition import stages
from recognition.exceptions import RecognitionError
from server import data_folder, removal_listing
from server.admission import Admission
from server.cores import keep_to, share_out
from server.db import Pool, create_db_engine, create_session_factory
from server.event_stream import EventStream
from server.exceptions import NotReady
from server.jobs import Jobs
from server.live_models import LiveRosterModels
from server.services import enrolment, roster_model_store, roster_models, sealed_uploads
from server.services.audit import AuditLog
from server.services.certificates import Signer
from server.services.gesture_serving import DefaultGestures
from server.services.roster_model_store import RosterModelStore
from server.services.roster_models import RosterModels
from server.services.school_gallery import SchoolGallery, TemplatesInMemory
from server.services.sealed_shelves import shelf_of
from server.services.sealed_uploads import SealedUploads
from server.services.template_index import TemplateIndex
from server.settings import Settings
from server.status_clock import StatusClock
from server.tracing import Tracing

if TYPE_CHECKING:
    from recognition.engine import FaceEngine
    from recognition.room_detector import RoomDetector
    from recognition.verifier import Verifier
    from server.figures import Figures

log = logging.getLogger(__name__)

PLACES = 4
"""How many uploads a process decodes and recognises at a time; others wait."""
WAIT_FOR_PLACE_S = 5.0
RETRY_AFTER_S = 2.0
WAIT_FOR_WARMTH_S = 5.0
"""How long a request waits in a process that is just starting, while another one may be ready already."""


class Runtime:
    """One per app. Nothing heavy happens before :meth:`start`, which belongs after the fork of a worker.

    :param engine: an engine that is warm already (tests, commands); else :meth:`start` loads one.
    """

    def __init__(self, settings: Settings, engine: "FaceEngine | None" = None) -> None:
        self.settings = settings
        self.keys = data_folder.load_keys(settings)
        self.database = create_db_engine(settings.database, pool_of(settings))
        self.sessions = create_session_factory(self.database)
        removal_listing.follow(self.sessions, Signer(self.keys.certificate))
        self.vault = data_folder.open_vault(settings, self.keys)
        models, parts = (
            shelf_of(name, settings.data_dir, self.sessions)
            for name in (roster_model_store.NAME, sealed_uploads.NAME)
        )
        self.store = RosterModelStore(models, self.keys.model, self.vault)
        self.audit = AuditLog(self.keys.audit)
        self.uploads = SealedUploads(parts, self.vault)
        self.events = EventStream(self.sessions, limit=settings.max_streams)
        self.admission = Admission(settings.threads, lambda: self.events.listening)
        self.jobs = Jobs(settings)
        self.tracing = Tracing(settings.otel_endpoint)
        self.default_gestures = DefaultGestures(settings.gestures_dir)
        self.failure: str | None = None
        """Why this process will never be ready, as an enumerated code."""
        self._engine = engine
        self._live: LiveRosterModels | None = None
        self.school_gallery: SchoolGallery | None = None
        """Everybody whose face is known, where the operator wants visitors to be looked for there."""
        self._warming = threading.Event()
        self._warm = threading.Event()
        self._places = threading.BoundedSemaphore(PLACES)
        self._status = StatusClock(self.sessions, "web", self._seen)

    def start(self) -> None:
        """Loads and warms the networks and the open sessions' models; afterwards the process is ready."""
        try:
            if self._engine is None:
                engine = load_engine(self.settings)
                engine.warm_up()
                self._engine = engine
            live = LiveRosterModels(
                self.sessions, self.store, self._engine.embedder_id, repair=self._repair_roster
            )
            live.start()
        except RecognitionError as error:
            self.failure = error.reason
            log.critical("the networks cannot be loaded: %s", error)
            return
        self._live = live
        self._status.start()
        self.school_gallery = self._open_gallery(self._engine.embedder_id)
        with self.sessions() as db:
            embedder_id = self._engine.embedder_id
            if enrolment.photos_without_template(db, embedder_id) or roster_models.outdated(db, embedder_id):
                self.jobs.renew_templates()

    def _open_gallery(self, embedder_id: str) -> SchoolGallery | None:
        if self.settings.gallery == "off":
            return None
        index = TemplateIndex(self.database, self.vault, embedder_id)
        if self.settings.gallery == "postgresql":
            if index.possible:
                return SchoolGallery(index)
            log.warning("PostgreSQL has no pgvector: the school's gallery is searched in memory")
        return SchoolGallery(TemplatesInMemory(self.sessions, self.vault, embedder_id))

    def start_in_background(self) -> None:
        """As :meth:`start`, while the process can already say that it is not ready yet."""
        self._warming.set()
        threading.Thread(target=self._start_or_die, name="warm-up", daemon=True).start()

    def _start_or_die(self) -> None:
        try:
            while not self.ready and self.failure is None:
                try:
                    self.start()
                except (OperationalError, OSError):
                    log.exception("the database cannot be used yet; trying again")
                    time.sleep(RETRY_AFTER_S)
        except Exception:
            self.failure = "internal_error"
            log.critical("the process cannot become ready", exc_info=True)
            raise
        finally:
            self._warming.clear()
            self._warm.set()
        # A roster's first photo is fitted within its request; what that needs is imported before.
        importlib.import_module("sklearn.svm")
        keep_for_good()

    def stop(self) -> None:
        """Ends the background threads and closes the database."""
        self.events.stop()
        if self._live is not None:
            self._live.stop()
            self._status.stop()
        self.tracing.stop()
        self.database.dispose()

    @property
    def ready(self) -> bool:
        """Whether check-ins can be taken."""
        return self._live is not None

    @property
    def engine(self) -> "FaceEngine":
        """The networks; raises :class:`NotReady` when they take too long to load."""
        self._wait_for_warmth()
        if self._engine is None:
            raise NotReady("not_ready", detail=self.failure or "", retry_after=2)
        return self._engine

    @cached_property
    def figures(self) -> "Figures":
        """What this process counts. Made after the fork of a worker (:mod:`server.metrics`)."""
        from server.figures import Figures

        return Figures(self.tracing.tracer)

    @cached_property
    def verifier(self) -> "Verifier":
        """Compares pictures with the engine's networks; raises :class:`NotReady` as :attr:`engine` does."""
        from recognition.verifier import Verifier  # Heavy, and of no use to most commands.

        return Verifier.of(self.engine)

    @cached_property
    def room_detector(self) -> "RoomDetector":
        """Finds faces in wide pictures; raises :class:`NotReady` as :attr:`engine` does."""
        from recognition.room_detector import RoomDetector  # Heavy, and of no use to most commands.

        _ = self.engine  # Who calls the roll waits for the kiosks' networks first.
        return RoomDetector(self.settings.weights_dir, threads=share_out(self.settings).threads)

    @property
    def live(self) -> LiveRosterModels:
        """The models served; raises :class:`NotReady` when they take too long to load."""
        self._wait_for_warmth()
        if self._live is None:
            raise NotReady("not_ready", detail=self.failure or "", retry_after=2)
        return self._live

    @property
    def models(self) -> RosterModels:
        """What the services need to make roster models."""
        return RosterModels(self.store, self.vault, self.engine.embedder_id)

    def roster_changed(self, db: Session, course_id: int) -> None:
        """Takes over into the model who joined the course: somebody may have photos from another one."""
        if self._engine is None:
            self.jobs.renew_templates()
        elif roster_models.update(db, self.models, course_id):
            self.jobs.refit_roster(course_id)

    def _repair_roster(self, course_id: int) -> None:
        if self._engine is None:
            return
        models = RosterModels(self.store, self.vault, self._engine.embedder_id)
        with self.sessions() as db:
            if roster_models.rebuild(db, models, course_id):
                self.jobs.refit_roster(course_id)

    def _wait_for_warmth(self) -> None:
        if self._warming.is_set():
            self._warm.wait(WAIT_FOR_WARMTH_S)

    @contextmanager
    def place(self, wait: float = WAIT_FOR_PLACE_S) -> Iterator[None]:
        """One of the few places for decoding and recognising, so that memory and waiting stay bounded.

        :raises NotReady: ``busy`` after so many seconds.
        """
        if not self._places.acquire(timeout=wait):
            raise NotReady("busy", retry_after=2)
        try:
            with stages.observed(self.figures.stage):
                yield
        finally:
            self._places.release()

    def _seen(self) -> dict[str, Any]:
        """The last minute of this process."""
        served = self._live.versions() if self._live is not None else {}
        return self.figures.seen(self.events.listening, self.jobs.state(), served)

    def describe(self) -> dict[str, Any]:
        """The versions behind the answers, for ``/readyz``."""
        if self._engine is None:
            return {}
        served = self._live.versions() if self._live is not None else {}
        return {
            "networks": self._engine.info(),
            "rosters": {str(course): number for course, number in sorted(served.items())},
        }


def keep_for_good() -> None:
    """Leaves what is there now out of all later collections of garbage: it stays until the process ends, and
    looking through it holds everybody up for a fifth of a second.
    """
    gc.collect()
    gc.freeze()


def pool_of(settings: Settings) -> Pool:
    """The connections of one process, as the settings ask for."""
    return Pool(
        size=settings.database_pool or max(4, settings.threads // 2),
        overflow=settings.database_overflow,
        recycle_s=settings.database_recycle_s,
        statement_timeout_s=settings.database_timeout_s,
        prepare=settings.database_prepare,
    )


def load_engine(settings: Settings) -> "FaceEngine":
    """The networks that the settings ask for; raises the errors of :mod:`recognition.exceptions`."""
    from recognition.engine import FaceEngine  # Heavy, and of no use to most commands.

    threads = share_out(settings).threads
    keep_to(threads)
    return FaceEngine.load(
        settings.weights_dir,
        embedder=settings.embedder,
        threads=threads,
        precision=settings.precision,
        device=settings.device,
    )


def get_runtime() -> Runtime:
    """The current app's runtime."""
    runtime: Runtime = current_app.extensions["face_checkin"]
    return runtime
