"""gunicorn's configuration, from the server's settings."""

import threading
import time
from pathlib import Path
from typing import Any

from server.settings import load_settings

_settings = load_settings()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads
timeout = 60
graceful_timeout = _settings.graceful_timeout
keepalive = 30
backlog = 256
preload_app = False
limit_request_line = 4094
limit_request_fields = 64
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
proc_name = "face-check-in"
loglevel = "warning"
forwarded_allow_ips = "127.0.0.1,::1"


def post_worker_init(worker: Any) -> None:
    """Warms the worker up, after the fork; meanwhile it answers that it is not ready yet."""
    runtime = worker.wsgi.extensions["face_checkin"]
    runtime.start_in_background()

    def end_streams_with_worker() -> None:
        # A worker that is told to stop waits for its requests, and streams would make it wait in vain.
        while worker.alive:
            time.sleep(0.2)
        runtime.events.stop()

    threading.Thread(target=end_streams_with_worker, name="streams-end", daemon=True).start()
