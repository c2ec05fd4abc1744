"""The real server as its own process, for tests that talk to it as a browser or a proxy does."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from server.tls import trusting_context

REPOSITORY = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 30.0
SETUP_LINK = re.compile(r"https?://\S*/setup/\S+")


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class RunningServer:
    """`python -m server serve` with a data folder and a port of its own. `start` before use, `stop` after."""

    data: Path
    port: int
    environment: dict[str, str]
    name: str = "serve"
    tree: Path = REPOSITORY
    process: subprocess.Popen | None = None

    @classmethod
    def start(cls, data: Path, *, name: str = "serve", **settings: str) -> "RunningServer":
        """Start on an empty folder and wait until /readyz says yes; settings are FACE_CHECKIN_* by name.

        Replicas that share a folder have names. No challenge is asked unless a test says so: most
        recorded webcams show people who do not turn. Nor is a roster fitted anew within a test's time, which
        would take the processor from the browsers.
        """
        data.mkdir(parents=True, exist_ok=True)
        port = free_port()
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("FACE_CHECKIN_")
        }
        given = {
            "data_dir": str(data),
            "port": str(port),
            "workers": "1",
            "liveness": "off",
            "refit_delay_s": "3600",
            **settings,
        }
        environment = {**inherited, **{f"FACE_CHECKIN_{name.upper()}": word for name, word in given.items()}}
        server = cls(data, port, environment, name)
        server.restart()
        return server

    def restart(self) -> None:
        """Start the process, again with the same folder and port, and wait until it is ready.

        Another version is started by changing `tree`, the folder of its source.
        """
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve"],
                cwd=self.tree,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def log(self) -> Path:
        """Everything the server has printed."""
        return self.data / f"{self.name}.log"

    @property
    def url(self) -> str:
        """Root of the server, without a slash at its end."""
        scheme = "https" if self.environment.get("FACE_CHECKIN_TLS") == "on" else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        """Return once /readyz answers 200. Raises AssertionError with the log when that does not come."""
        context = trusting_context() if self.url.startswith("https") else None
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the server ended with {self.process.returncode}:\n{self.log.read_text()}"
                )
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5, context=context) as answer:
                    if json.load(answer)["status"] == "ready":
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"not ready after {SECONDS_TO_START} s:\n{self.log.read_text()}")

    def setup_path(self) -> str:
        """Path of the one-time link for the first administrator, as printed at the start."""
        link = SETUP_LINK.search(self.log.read_text())
        assert link, f"no set-up link was printed:\n{self.log.read_text()}"
        return "/setup/" + link[0].split("/setup/")[1]

    def kill(self) -> None:
        """End the server and all that it has forked, as a power failure does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask the server to end, and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"did not end in {SECONDS_TO_STOP} s:\n{self.log.read_text()}") from None
        return self.process.returncode
