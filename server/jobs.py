"""Work that nobody waits for: fitting rosters anew. Huey keeps the queue, in SQLite or in Redis."""

import logging
from collections.abc import Callable

from huey import Huey, RedisHuey, SqliteHuey, crontab
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


class Jobs:
    """The queue. Every process may put work in; the process of ``python -m server jobs`` does it."""

    def __init__(self, settings: Settings) -> None:
        self._delay = settings.refit_delay_s
        self.queue: Huey = _queue(settings)
        self._work: dict[str, Callable[..., object]] = {}
        self._refit = self.queue.task(name=REFIT, retries=1, retry_delay=60)(self._run_refit)
        self._renew = self.queue.task(name=RENEW)(self._run_renew)
        self._fit = self.queue.task(name=FIT)(self._run_fit)
        self._import = self.queue.task(name=IMPORT)(self._run_import)
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
        self._work[REFIT](course_id)

    def _run_fit(self, fit_id: int) -> None:
        self._work[FIT](fit_id)

    def _run_import(self, import_id: int) -> None:
        self._work[IMPORT](import_id)

    def _run_renew(self) -> None:
        self._work[RENEW]()

    def _run_mails(self) -> None:
        self._work[MAILS]()

    def _run_left(self) -> None:
        self._work[LEFT]()


def _queue(settings: Settings) -> Huey:
    if settings.redis_url is not None:
        return RedisHuey("face-check-in", url=settings.redis_url.get_secret_value(), results=False)
    return SqliteHuey(
        "face-check-in", filename=str(settings.data_dir / "jobs.sqlite3"), results=False, fsync=False
    )
