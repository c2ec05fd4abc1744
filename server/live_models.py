"""The roster models that a process serves with, kept up to date by one background thread.

Requests only ever look into a dictionary. The watcher looks at the database several times a second, loads
what is new outside of any request, and swaps it in with one assignment. What cannot be loaded is reported
once, and the last good model keeps serving; where there is none, one is made of the templates.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from recognition.exceptions import ModelRejected
from recognition.roster_model import RosterModel
from server.models import ClassSession, RosterModelVersion, SessionStatus
from server.services import roster_models
from server.services.roster_model_store import RosterModelStore

log = logging.getLogger(__name__)

INTERVAL_S = 0.3
RETRY_BROKEN_AFTER_S = 30.0


@dataclass(frozen=True)
class LiveModel:
    """A loaded model and the version it came from (0: the roster has no model yet)."""

    number: int
    model: RosterModel


class LiveRosterModels:
    """The models of the courses that have an open session.

    :param sessions: makes database sessions.
    :param embedder_id: whose embeddings the process makes; other models are refused.
    :param repair: makes a course's model anew when none of its versions can be used.
    """

    def __init__(
        self,
        sessions: Callable[[], Session],
        store: RosterModelStore,
        embedder_id: str,
        interval: float = INTERVAL_S,
        repair: Callable[[int], None] = lambda _course_id: None,
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._embedder_id = embedder_id
        self._interval = interval
        self._repair = repair
        self._repaired: dict[int, float] = {}
        self._live: dict[int, LiveModel] = {}
        self._broken: dict[int, float] = {}
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Looks once, so that everything there is is loaded, then goes on in the background."""
        self.look()
        self._thread = threading.Thread(target=self._watch, name="roster-models", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the watcher and waits for it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def get(self, course_id: int, wait: float = 0.0) -> LiveModel | None:
        """The course's model, or ``None`` while it is not loaded.

        :param wait: seconds to wait for the watcher, for a session that was opened this moment.
        """
        live = self._live.get(course_id)
        if live is None and wait > 0:
            with self._changed:
                self._changed.wait_for(lambda: course_id in self._live, timeout=wait)
            live = self._live.get(course_id)
        return live

    def borrow(self, course_id: int) -> LiveModel | None:
        """The model of a course whose session is over, loaded for this once: a kept visit came late."""
        live = self.get(course_id)
        if live is not None:
            return live
        with self._sessions() as db:
            return self._newest(db, course_id)

    def versions(self) -> dict[int, int]:
        """The version number served, by course."""
        return {course_id: live.number for course_id, live in self._live.items()}

    def look(self) -> None:
        """Compares what is served with the database, once, and loads the differences."""
        with self._sessions() as db:
            wanted = dict(
                db.execute(
                    select(ClassSession.course_id, RosterModelVersion.id)
                    .outerjoin(
                        RosterModelVersion,
                        (RosterModelVersion.course_id == ClassSession.course_id)
                        & RosterModelVersion.is_active,
                    )
                    .where(ClassSession.status == SessionStatus.OPEN)
                ).all()
            )
            numbers = dict(
                db.execute(
                    select(RosterModelVersion.id, RosterModelVersion.number).where(
                        RosterModelVersion.id.in_([version for version in wanted.values() if version])
                    )
                ).all()
            )
            for course_id, version_id in wanted.items():
                number = numbers.get(version_id, 0)
                live = self._live.get(course_id)
                if live is None or live.number != number:
                    self._load(db, course_id, number)
        for course_id in self._live.keys() - wanted.keys():
            self._swap(course_id, None)

    def _load(self, db: Session, course_id: int, number: int) -> None:
        """Loads the course's newest usable version, unless that is what is served already."""
        if number == 0:
            self._swap(course_id, LiveModel(0, roster_models.empty_model(self._embedder_id)))
            return
        newest = self._newest(db, course_id)
        live = self._live.get(course_id)
        if newest is not None and (live is None or newest.number > live.number):
            self._swap(course_id, newest)
            log.info("course %d: roster model version %d", course_id, newest.number)
        elif newest is None and live is None and time.monotonic() >= self._repaired.get(course_id, 0.0):
            log.error("course %d: no version of its model can be used; it is made anew", course_id)
            self._repaired[course_id] = time.monotonic() + RETRY_BROKEN_AFTER_S
            self._repair(course_id)

    def _newest(self, db: Session, course_id: int) -> LiveModel | None:
        """The course's newest usable version, loaded; what is broken is left alone for a while."""
        live = self._live.get(course_id)
        for version in roster_models.usable_versions(db, course_id):
            if live is not None and version.number <= live.number:
                return live
            if time.monotonic() < self._broken.get(version.id, 0.0):
                continue
            try:
                model = self._store.load(roster_models.stored(version), self._embedder_id)
            except ModelRejected as error:
                self._broken[version.id] = time.monotonic() + RETRY_BROKEN_AFTER_S
                log.error("roster model version %d of course %d: %s", version.number, course_id, error)
                continue
            return LiveModel(version.number, model)
        return None

    def _swap(self, course_id: int, live: LiveModel | None) -> None:
        changed = dict(self._live)
        if live is None:
            changed.pop(course_id, None)
        else:
            changed[course_id] = live
        with self._changed:
            self._live = changed
            self._changed.notify_all()

    def _watch(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self.look()
            except (SQLAlchemyError, OSError):
                log.exception("the roster models cannot be looked at; trying again")
                self._stop.wait(2.0)
