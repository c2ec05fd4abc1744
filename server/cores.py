"""How the processor's cores are shared out, so that no more threads compute than there are cores.

Two threads on one core take turns and wait for each other: the same work takes longer, and the slowest visits
much longer. The networks, OpenCV and the linear algebra each bring threads of their own, so each is told.
"""

from dataclasses import dataclass

import cv2
from threadpoolctl import threadpool_limits

from recognition.processor import available_threads
from server.settings import Settings


@dataclass(frozen=True)
class Shares:
    """What each part gets.

    :ivar workers: processes of the web server.
    :ivar threads: cores that the networks of one worker use.
    """

    workers: int
    threads: int


def share_out(settings: Settings, cores: int | None = None) -> Shares:
    """The workers and threads that were asked for, or as many of them as there are cores for.

    :param cores: default: those this process may use.
    """
    cores = cores or available_threads()
    workers = min(settings.workers, cores)
    most = max(1, cores // workers)
    return Shares(workers, min(settings.inference_threads or most, most))


def shortage(settings: Settings, cores: int | None = None) -> str | None:
    """What to tell an operator who asked for more than there are cores for; the defaults ask for nothing."""
    shares = share_out(settings, cores)
    asked = settings.model_fields_set
    more_workers = "workers" in asked and settings.workers > shares.workers
    more_threads = "inference_threads" in asked and (settings.inference_threads or 0) > shares.threads
    if not (more_workers or more_threads):
        return None
    return (
        "there are more FACE_CHECKIN_WORKERS × FACE_CHECKIN_INFERENCE_THREADS than cores;"
        f" {shares.workers} × {shares.threads} are started"
    )


def keep_to(threads: int) -> None:
    """Lets OpenCV and the linear algebra of this process use no more threads than its networks do."""
    cv2.setNumThreads(threads)
    threadpool_limits(threads, user_api="blas")
