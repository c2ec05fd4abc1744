"""What the jobs process does at night: deleting what has been kept for long enough, and a backup."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from recognition.exceptions import RecognitionError
from server import nightly_backup
from server.db import writing
from server.models import InstallationNote, utc_now
from server.runtime import Runtime
from server.services import (
    account_sessions,
    backup_catalogue,
    outbox,
    photo_imports,
    removals,
    retention,
    set_back,
    stray_models,
)
from server.services.account_sessions import Lifetime
from server.services.certificates import Signer
from server.services.roster_models import RosterModels
from server.steady_clock import SteadyClock

log = logging.getLogger(__name__)

HOUR = 3
LOOK_EVERY_S = 600.0
EVENT_DAYS = 30
"""Longer than a webhook waits between its attempts, and than any dashboard stays away."""
_NOTE = "night"
SIGN_OF_LIFE = "jobs_process"
"""The note of when the process of the jobs last looked."""


class Night:
    """Looks every few minutes whether it is past three, by the installation's clock, and not done today.

    :param models: makes what deleting from roster models takes; loads the networks, so it is asked late.
    :param lifetime: of sign-ins, to forget those that are over.
    """

    def __init__(self, runtime: Runtime, models: Callable[[], RosterModels], lifetime: Lifetime) -> None:
        self._runtime = runtime
        self._models = models
        self._lifetime = lifetime
        self._clock = SteadyClock()
        self._listed: removals.State | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="night", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; what is under way is finished."""
        self._stopped.set()
        self._thread.join()

    def look(self, now: datetime) -> bool:
        """Does the night's work if it is time; whether it did."""
        local = now.astimezone(ZoneInfo(self._runtime.settings.default_time_zone))
        today = local.date().isoformat()
        with self._runtime.sessions() as db:
            note = db.get(InstallationNote, _NOTE)
            if local.hour < HOUR or (note is not None and note.value.get("day") == today):
                return False
            account_sessions.forget_expired(db, self._lifetime)
            outbox.prune(db, now - timedelta(days=EVENT_DAYS))
            photo_imports.forget_abandoned(db, self._runtime.uploads)
            if (strays := stray_models.forget(db, self._runtime.store)) > 0:
                log.warning("%d roster models that no version named are deleted", strays)
            days = self._runtime.settings.photo_days
            if days is not None and retention.due(db, days, now):
                changed = self._runtime.jobs.refit_roster
                done = retention.purge(db, self._models(), self._runtime.audit, days, now, changed)
                log.info("retention: photos of %d students are deleted", done)
            with writing(db):
                db.merge(InstallationNote(key=_NOTE, value={"day": today}))
        if self._runtime.settings.backup_dir is not None:
            nightly_backup.make(self._runtime, self._runtime.settings.backup_dir, now)
        return True

    def renew_lists(self) -> None:
        """Puts the list of removals beside the backups when it has grown.

        Whoever removed somebody did that already, but maybe on a host that has no backups. Where a list knows
        more than the database, that is an older one, restored by other means: it catches up first.
        """
        with self._runtime.sessions() as db:
            state = removals.state(db)
            if state == self._listed:
                return
            signer = Signer(self._runtime.keys.certificate)
            folders = backup_catalogue.folders(db)
            if (own := self._runtime.settings.backup_dir) is not None:
                folders.add(own)
            if listed := set_back.unknown(db, signer.public_key, folders):
                changed = self._runtime.jobs.refit_roster
                again = set_back.catch_up(db, listed, self._models(), self._runtime.audit, changed)
                log.warning("an older database: data of %d people was removed once more", again.people)
                state = removals.state(db)
            removals.write_list(db, signer, folders)
            self._listed = state

    def _sign_of_life(self) -> None:
        with self._runtime.sessions() as db, writing(db):
            db.merge(InstallationNote(key=SIGN_OF_LIFE, value={"at": utc_now().isoformat()}))

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._sign_of_life()
                self.renew_lists()
                now = self._clock.now()
                if now is not None:
                    self.look(now)
            except (SQLAlchemyError, RecognitionError):
                log.exception("the night's work cannot be done now; trying again")
            self._stopped.wait(LOOK_EVERY_S)
