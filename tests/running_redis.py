"""Debian's Redis on the loopback."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.running_server import free_port


@dataclass
class RunningRedis:
    """One process that keeps nothing on disk. `start` before use, `stop` after."""

    port: int
    process: subprocess.Popen

    @classmethod
    def start(cls, folder: Path) -> "RunningRedis":
        """Run it and wait until it listens."""
        program = shutil.which("redis-server", path=os.pathsep.join([os.environ["PATH"], "/usr/bin"]))
        assert program, "redis-server is missing: `make test` installs it"
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with (folder / "redis.log").open("w") as log:
            process = subprocess.Popen([program, *options], stdout=log, stderr=log)
        running = cls(port, process)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return running
            time.sleep(0.05)
        running.stop()
        raise AssertionError(f"redis does not listen after 5 s:\n{(folder / 'redis.log').read_text()}")

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """End it and wait for it."""
        self.process.terminate()
        self.process.wait(10)
