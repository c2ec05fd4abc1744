"""Where the processes of one server put the figures that any of them hands out."""

import os
import shutil
import socket

from server.settings import Settings

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Read by prometheus-client when it is imported, which must be after :func:`prepare`."""


def prepare(settings: Settings) -> None:
    """Makes the folder anew, for the processes that are about to be forked.

    Its name holds the host and the port, which the caller is listening on already: no other server has it.
    """
    folder = settings.data_dir / "metrics" / f"{socket.gethostname()}-{settings.port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[VARIABLE] = str(folder.resolve())


def forget(pid: int) -> None:
    """Takes away what a process that has ended was holding; what it counted stays counted."""
    if os.environ.get(VARIABLE):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def remove() -> None:
    """At the end of the server."""
    folder = os.environ.pop(VARIABLE, None)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
