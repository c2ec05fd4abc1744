"""The process that does the queued jobs, and opens and closes sessions."""

import os
import signal
from functools import cache
from typing import TYPE_CHECKING

from recognition.exceptions import RecognitionError
from server import logs
from server.absence_mails import AbsenceMails
from server.auth import lifetime
from server.commands.database import open_database
from server.data_folder import load_keys, prepare
from server.exceptions import PartMissing
from server.jobs_turn import Waiting, turn_of
from server.key_agreement import agree
from server.night import Night
from server.runtime import Runtime, load_engine
from server.services import photo_imports, roster_fits, roster_models
from server.services.roster_models import RosterModels
from server.session_clock import SessionClock
from server.settings import Settings
from server.status_clock import StatusClock
from server.template_indexing import TemplateIndexing
from server.webhook_clock import WebhookClock

if TYPE_CHECKING:
    from recognition.engine import FaceEngine
    from server.photo_importing import PhotoImporting
    from server.refitting import Refitting

NICENESS = 10
"""Check-ins come first: fitting takes what they leave."""


def work_alone(settings: Settings) -> int:
    """``python -m server jobs``: as :func:`work`, on a database that is brought up to date first."""
    engine = open_database(settings)
    try:
        agree(settings, engine, load_keys(settings))
    finally:
        engine.dispose()
    return work(settings, alone=True)


def work(settings: Settings, *, alone: bool = False) -> int:
    """Until SIGTERM or SIGINT.

    With several such processes one works; the others wait for its end.

    :param alone: whether no web server shows this process's figures.
    """
    logs.configure(settings.log_format)
    prepare(settings)
    os.nice(NICENESS)
    runtime = Runtime(settings)

    @cache
    def engine() -> "FaceEngine":
        try:
            return load_engine(settings)
        except RecognitionError as error:
            raise PartMissing(str(error)) from error

    @cache
    def refitting() -> "Refitting":
        # Like the networks, this is for the first job that comes: most of the time there is none.
        from server.refitting import Refitting

        return Refitting(runtime, engine)

    @cache
    def importing() -> "PhotoImporting":
        from server.photo_importing import PhotoImporting

        return PhotoImporting(runtime, engine)

    def look_for_left() -> None:
        with runtime.sessions() as db:
            for course_id in roster_models.unfitted(db):
                runtime.jobs.refit_roster(course_id)

    runtime.jobs.does(
        refit_roster=lambda course_id: refitting().refit_roster(course_id),
        renew_templates=lambda: refitting().renew_templates(),
        import_photos=lambda import_id: importing().import_photos(import_id),
        fit_now=lambda fit_id: refitting().fit_now(fit_id),
        absence_mails=AbsenceMails(runtime).send_due,
        look_for_left=look_for_left,
    )
    turn = Waiting(
        turn_of(runtime.database, settings.data_dir), lost=lambda: os.kill(os.getpid(), signal.SIGTERM)
    )
    turn.wait()
    with runtime.sessions() as db:
        for fit_id in roster_fits.recover(db):
            runtime.jobs.fit_now(fit_id)
        photo_imports.forget_abandoned(db, runtime.uploads)
        for import_id in photo_imports.unfinished(db):
            runtime.jobs.import_photos(import_id)
    look_for_left()
    runtime.database.dispose()
    consumer = runtime.jobs.queue.create_consumer(
        workers=1,
        worker_type="thread",
        periodic=True,
        initial_delay=0.2,
        max_delay=1.0,
        scheduler_interval=1,
    )
    # It decides at its import whether processes share what they count: not before the fork.
    from server.figures import Figures

    figures = Figures(runtime.tracing.tracer, "jobs")
    runtime.tracing.watch_database(runtime.database)
    runtime.jobs.watched(figures.job)
    port = None
    if alone and settings.metrics_port is not None:
        from server.metrics_port import MetricsPort

        port = MetricsPort(settings, settings.metrics_port, figures.metrics.registry)
    status = StatusClock(runtime.sessions, "jobs", lambda: figures.seen(0, runtime.jobs.state(), {}))
    status.start()
    clock = SessionClock(runtime.sessions)
    night = Night(
        runtime,
        lambda: RosterModels(runtime.store, runtime.vault, engine().embedder_id),
        lifetime(settings),
    )
    clock.start()
    night.start()
    teller = WebhookClock(runtime.sessions, runtime.vault, settings.trusted_webhook_hosts)
    teller.start()
    indexing = TemplateIndexing(runtime.database, runtime.vault)
    if settings.gallery == "postgresql" and runtime.database.dialect.name == "postgresql":
        indexing.start()
    try:
        consumer.run()
    finally:
        clock.stop()
        night.stop()
        teller.stop()
        status.stop()
        if port is not None:
            port.close()
        runtime.tracing.stop()
        turn.stop()
        indexing.stop()
    return 0
