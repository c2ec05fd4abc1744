"""Work that nobody waits for: fitting rosters anew. Huey keeps the queue, in SQLite or in Redis."""

import logging
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.api import Task
from redis.exceptions import RedisError

from server.exceptions import NotReady
from server.settings import Settings

log = logging.getLogger(__name__)

REFIT = "refit_roster"
RENEW = "renew_templates"
IMPORT = "import_photos"
FIT = "fit_now"
MAILS = "absence_mails"
LEFT = "look_for_left"


LOOKED_AT = 1000
"""Of the waiting jobs so many are asked for their age."""


@dataclass(frozen=True)
class QueueState:
    """What is to be done.

    :ivar waiting: jobs that are due; ``scheduled``: for later; ``oldest_s``: how long the oldest one that is
        due has been waiting.
    """

    waiting: int
    scheduled: int
    oldest_s: float
    away: bool = False
    """Whether the queue could not be asked."""


class DatedTask(Task):
    """A job whose id tells when it was asked for."""

    def create_id(self) -> str:
        """Milliseconds since 1970, and a random part."""
        return f"{round(time.time() * 1000):013}-{uuid.uuid4()}"

    @property
    def due_at(self) -> float:
        """Seconds since 1970."""
        asked = int(self.id.partition("-")[0]) / 1000
        return max(asked, self.eta.replace(tzinfo=UTC).timestamp()) if self.eta else asked


class Jobs:
    """The queue. Every process may put work in; the process of ``python -m server jobs`` does it."""

    def __init__(self, settings: Settings) -> None:
        self._delay = settings.refit_delay_s
        self.queue: Huey = _queue(settings)
        self._work: dict[str, Callable[..., object]] = {}
        self._around: Callable[[str], AbstractContextManager[None]] = lambda _name: nullcontext()
        kept = {"task_base": DatedTask}
        self._refit = self.queue.task(name=REFIT, retries=1, retry_delay=60, **kept)(self._run_refit)
        self._renew = self.queue.task(name=RENEW, **kept)(self._run_renew)
        self._fit = self.queue.task(name=FIT, **kept)(self._run_fit)
        self._import = self.queue.task(name=IMPORT, **kept)(self._run_import)
        self.queue.periodic_task(crontab(minute="*"), name=MAILS)(self._run_mails)
        self.queue.periodic_task(crontab(minute="*/5"), name=LEFT)(self._run_left)

    def refit_roster(self, course_id: int) -> None:
        """Has a course's roster fitted anew once it has been quiet for a while.

        Every change asks for it; the job does nothing when it finds a later change, which asked as well. What
        is asked while the queue is away is found later by the process that does the jobs.
        """
        try:
            self._refit.schedule((course_id,), delay=self._delay)
        except RedisError as error:
            log.error("course %d is fitted later, the queue is away: %s", course_id, type(error).__name__)

    def renew_templates(self) -> None:
        """Has templates made for photos that have none by the present embedder."""
        try:
            self._renew()
        except RedisError as error:
            log.error("templates are renewed later, the queue is away: %s", type(error).__name__)

    def fit_now(self, fit_id: int) -> None:
        """Has a roster fitted without waiting, as somebody asked for; raises :class:`NotReady`."""
        try:
            self._fit(fit_id)
        except RedisError as error:
            raise NotReady("busy", detail=f"the queue is away: {error}", retry_after=5) from error

    def import_photos(self, import_id: int) -> None:
        """Has the photos of a ZIP enrolled; raises :class:`NotReady`."""
        try:
            self._import(import_id)
        except RedisError as error:
            raise NotReady("busy", detail=f"the queue is away: {error}", retry_after=5) from error

    def state(self) -> QueueState:
        """What is waiting, now."""
        now, queue = time.time(), self.queue
        try:
            waits = [now - task.due_at for task in queue.pending(LOOKED_AT) if isinstance(task, DatedTask)]
            later = sum(wait < 0 for wait in waits)
            return QueueState(
                waiting=queue.pending_count() - later,
                scheduled=queue.scheduled_count() + later,
                oldest_s=max(0.0, *waits, 0.0),
            )
        except RedisError as error:
            log.error("the queue is away: %s", type(error).__name__)
            return QueueState(0, 0, 0.0, away=True)

    def watched(self, around: Callable[[str], AbstractContextManager[None]]) -> None:
        """Has each job done within what this gives for its name."""
        self._around = around

    def does(
        self,
        *,
        refit_roster: Callable[[int], None],
        renew_templates: Callable[[], None],
        import_photos: Callable[[int], None],
        fit_now: Callable[[int], None],
        absence_mails: Callable[[], object],
        look_for_left: Callable[[], object],
    ) -> None:
        """Says how the work is done, in the process that does it.

        Mails are looked for every minute, and what was left while the queue was away every five.
        """
        self._work = {
            REFIT: refit_roster,
            RENEW: renew_templates,
            IMPORT: import_photos,
            FIT: fit_now,
            MAILS: absence_mails,
            LEFT: look_for_left,
        }

    def _run_refit(self, course_id: int) -> None:
        with self._around(REFIT):
            self._work[REFIT](course_id)

    def _run_fit(self, fit_id: int) -> None:
        with self._around(FIT):
            self._work[FIT](fit_id)

    def _run_import(self, import_id: int) -> None:
        with self._around(IMPORT):
            self._work[IMPORT](import_id)

    def _run_renew(self) -> None:
        with self._around(RENEW):
            self._work[RENEW]()

    def _run_mails(self) -> None:
        with self._around(MAILS):
            self._work[MAILS]()

    def _run_left(self) -> None:
        with self._around(LEFT):
            self._work[LEFT]()


def _queue(settings: Settings) -> Huey:
    if settings.redis_url is not None:
        return RedisHuey("face-check-in", url=settings.redis_url.get_secret_value(), results=False)
    return SqliteHuey(
        "face-check-in", filename=str(settings.data_dir / "jobs.sqlite3"), results=False, fsync=False
    )
