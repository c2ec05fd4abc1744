"""The process that does the queued jobs."""

import os

from recognition.engine import FaceEngine
from recognition.exceptions import RecognitionError
from server import logs
from server.data_folder import prepare
from server.exceptions import PartMissing
from server.refitting import Refitting
from server.runtime import Runtime, load_engine
from server.settings import Settings

NICENESS = 10
"""Check-ins come first: fitting takes what they leave."""


def work(settings: Settings) -> int:
    """``python -m server jobs``: until SIGTERM or SIGINT."""
    logs.configure()
    prepare(settings)
    os.nice(NICENESS)
    runtime = Runtime(settings)
    refitting = Refitting(runtime, _EngineOnDemand(settings))
    runtime.jobs.does(refit_roster=refitting.refit_roster, renew_templates=refitting.renew_templates)
    refitting.catch_up()
    consumer = runtime.jobs.queue.create_consumer(
        workers=1,
        worker_type="thread",
        periodic=False,
        initial_delay=0.2,
        max_delay=1.0,
        scheduler_interval=1,
    )
    consumer.run()
    return 0


class _EngineOnDemand:
    """Loads the networks for the first job that needs them: most of the time there is none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: FaceEngine | None = None

    def __call__(self) -> FaceEngine:
        if self._engine is None:
            try:
                self._engine = load_engine(self._settings)
            except RecognitionError as error:
                raise PartMissing(str(error)) from error
        return self._engine
