"""gunicorn, run from here instead of from its command line: its workers inherit what is imported already."""

import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from server import create_app, logs, metrics_folder
from server.cores import share_out
from server.settings import Settings
from server.tls import certificate_of
from server.web_worker import LeavingWorker

TIMEOUT_S = 60
KEEP_ALIVE_S = 30


class WebServer(BaseApplication):
    """The web server on a socket that is bound already.

    Every worker makes its own application after the fork: threads, networks and connections do not survive
    one.

    :param descriptor: of the socket.
    """

    def __init__(self, settings: Settings, descriptor: int) -> None:
        self._settings = settings
        self._descriptor = descriptor
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's options."""
        memory = Path("/dev/shm")  # noqa: S108
        options = {
            "bind": f"fd://{self._descriptor}",
            "worker_class": f"{LeavingWorker.__module__}.{LeavingWorker.__name__}",
            "workers": share_out(self._settings).workers,
            "threads": self._settings.threads,
            "timeout": TIMEOUT_S,
            "graceful_timeout": self._settings.graceful_timeout,
            "keepalive": KEEP_ALIVE_S,
            "worker_tmp_dir": str(memory) if memory.is_dir() else None,
            "control_socket_disable": True,
            # What proxies say is the application's business, which asks how many there are (trusted_proxies).
            "forwarded_allow_ips": "",
            "loglevel": "warning",
            "post_worker_init": start_worker,
            "child_exit": lambda _server, worker: metrics_folder.forget(worker.pid),
        }
        if (certificate := certificate_of(self._settings)) is not None:
            options |= {"certfile": str(certificate.chain), "keyfile": str(certificate.key)}
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, in a worker."""
        logs.configure(self._settings.log_format)
        return create_app(self._settings)


def start_worker(worker: Any) -> None:
    """Warms a worker up; meanwhile it answers that it is not ready yet."""
    runtime = worker.wsgi.extensions["face_checkin"]
    runtime.start_in_background()

    def end_streams_with_worker() -> None:
        # A worker that is told to stop waits for its requests, and streams would make it wait in vain.
        while worker.alive:
            time.sleep(0.2)
        runtime.events.stop()

    threading.Thread(target=end_streams_with_worker, name="end-of-streams", daemon=True).start()
