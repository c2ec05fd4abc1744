"""The real server as a process of its own, on the loopback, with an empty data folder and the demo class."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.embeddings import REPOSITORY

SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 30.0


class ServerFailed(Exception):
    """The server did not start, or ended by itself; the message holds what it printed."""


@dataclass
class ServerProcess:
    """`python -m server serve`, with all it starts, on a port and a data folder of its own.

    process: the parent of the web server and of the jobs; it leads a process group.
    """

    port: int
    log: Path
    environment: dict[str, str]
    worker_count: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, on whatever its folder holds. Returns at once."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve"],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def workers(self) -> list[int]:
        """Process ids of the web server's workers: the children of its own parent, which has no networks."""
        (web, *_) = self.parts()
        return _children(web)

    def parts(self) -> list[int]:
        """Process ids of the web server's parent and of the jobs, oldest first."""
        return _children(self._running().pid)

    def stop(self) -> None:
        """End it as an operator does; harder when it takes too long."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End every process of it at this moment, as a machine that loses its power does."""
        process = self._running()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_parent(self) -> None:
        """End the one process that an init system knows; the others have to notice."""
        process = self._running()
        process.kill()
        process.wait()

    def ended(self) -> bool:
        """Whether the parent is gone."""
        return self._running().poll() is not None

    def wait_until_ready(self) -> None:
        """Until /readyz says yes as often in a row as there are workers, each on a connection of its own."""
        deadline, in_a_row = time.monotonic() + SECONDS_TO_START, 0
        while in_a_row < 4 * self.worker_count:
            if self._running().poll() is not None or time.monotonic() > deadline:
                raise ServerFailed(
                    f"the server did not become ready:\n{self.log.read_text(errors='replace')}"
                )
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                    in_a_row = in_a_row + 1 if json.load(answer)["status"] == "ready" else 0
            except OSError:
                in_a_row = 0
                time.sleep(0.2)

    def demo_session(self) -> int:
        """Id of the demo class's open session."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/kiosk", timeout=60) as answer:
            sessions = json.load(answer)["sessions"]
        if not sessions:
            raise ServerFailed("the server offers no demo class: run make setup")
        return int(sessions[0]["id"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise ServerFailed("the server was not started")
        return self.process


@contextmanager
def running_server(folder: Path, demo: Path, weights: Path, **settings: object) -> Iterator[ServerProcess]:
    """Start `python -m server serve`, wait until it is ready, and end it afterwards.

    settings: `FACE_CHECKIN_…` by their names. Raises ServerFailed.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {"data_dir": folder, "port": port, "demo_dir": demo, "weights_dir": weights, **settings}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FACE_CHECKIN_")}
    environment = inherited | {f"FACE_CHECKIN_{name.upper()}": str(value) for name, value in given.items()}
    server = ServerProcess(port, folder / "serve.log", environment, int(str(settings.get("workers", 1))))
    server.start()
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def _children(pid: int) -> list[int]:
    """Ids of the processes that this one started and that still run, oldest first."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory_of(pid: int) -> dict[str, int]:
    """Bytes in memory: `rss` counts pages shared with other processes in full, `pss` its part of them."""
    fields = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kilobytes = {words[0]: int(words[1]) for words in fields}
    return {"rss": kilobytes["Rss:"] * 1024, "pss": kilobytes["Pss:"] * 1024}


def threads_of(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def files_of(pid: int) -> int:
    """How many files, sockets and pipes a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
