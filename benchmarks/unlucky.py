"""A server whose processes are killed at random, and the guard that starts it again, like an init system."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from benchmarks.server_process import ServerFailed, ServerProcess

START_AGAIN_S = 0.5
LOOK_EVERY_S = 0.02

VICTIMS = {"a worker": 14, "everything at once": 3, "the parent": 1, "the web server": 1, "the jobs": 1}
"""What is killed, by how often of twenty times."""


class Guard(threading.Thread):
    """Starts the server again whenever it has ended. starts: how often that was."""

    def __init__(self, server: ServerProcess) -> None:
        super().__init__(name="guard", daemon=True)
        self.starts = 0
        self._server = server
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(START_AGAIN_S):
            if self._server.ended():
                self._server.start()
                self.starts += 1

    def finish(self) -> None:
        """Leave the server as it is."""
        self._done.set()
        self.join()


class Misfortune(threading.Thread):
    """Kills so many times, each time when a share of the work is done. killed: what, and how often."""

    def __init__(
        self, server: ServerProcess, kills: int, work: int, done: Callable[[], int], chance: random.Random
    ) -> None:
        super().__init__(name="misfortune", daemon=True)
        self.killed: Counter[str] = Counter()
        self._server = server
        self._when = [round((number + 0.5) * work / kills) for number in range(kills)]
        self._progress = done
        self._chance = chance
        self._over = threading.Event()

    def run(self) -> None:
        for share in self._when:
            while self._progress() < share:
                if self._over.wait(LOOK_EVERY_S):
                    return
            # Not with the answer that was just counted, but somewhere within the next visits.
            time.sleep(self._chance.uniform(0.0, 0.2))
            self._kill()

    def finish(self) -> None:
        """No further misfortune."""
        self._over.set()
        self.join()

    def _kill(self) -> None:
        (victim,) = self._chance.choices(list(VICTIMS), list(VICTIMS.values()))
        while not self._over.is_set():
            # A process that has just gone is no victim: take the next that runs.
            with suppress(OSError, IndexError, ValueError, ServerFailed):
                self._strike(victim)
                self.killed[victim] += 1
                return
            time.sleep(LOOK_EVERY_S)

    def _strike(self, victim: str) -> None:
        match victim:
            case "a worker":
                os.kill(self._chance.choice(self._server.workers()), signal.SIGKILL)
            case "everything at once":
                self._server.kill()
            case "the parent":
                self._server.kill_parent()
            case "the web server":
                os.kill(self._server.parts()[0], signal.SIGKILL)
            case "the jobs":
                os.kill(self._server.parts()[1], signal.SIGKILL)
