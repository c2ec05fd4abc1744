"""How many visits a process lets in at a time; whoever comes beyond that is told at once when to come again.

A visit holds a thread while it is looked at, and while it waits for its turn. Without a bound a crowd takes
every thread, and the pages of those who could help are what waits longest.
"""

import random
import threading
from collections.abc import Callable

from flask import Flask, g, request

from server.exceptions import NotReady

MOST = 8
"""Visits within one process: those being looked at, and a few that wait for their turn."""
FREE = 6
"""One of so many threads stays free of visits, for pages and answers."""
RETRY_AFTER_S = (1, 4)
"""Whole seconds, at least and at most: drawn, so that a crowd does not come back as one."""
DRAIN_BYTES = 64 * 1024
VISITS = {
    "kiosk_api.check_in",
    "kiosk_api.check_in_by_code",
    "kiosk_api.check_in_by_pin",
}
"""What is bounded. The answer to "is this you?" is not: it ends what was let in already."""


class Admission:
    """Counts the visits within a process.

    :param threads: of the web server, in this process.
    :param streams: how many of them live dashboards hold now.
    """

    def __init__(self, threads: int, streams: Callable[[], int]) -> None:
        self._threads = threads
        self._streams = streams
        self._lock = threading.Lock()
        self.inside = 0
        self.refused = 0

    @property
    def room(self) -> int:
        """How many may be within now: fewer while dashboards hold threads, but always one."""
        free = self._threads - self._streams() - max(1, self._threads // FREE)
        return max(1, min(MOST, free))

    def enter(self) -> None:
        """Lets one in.

        :raises NotReady: ``busy``.
        """
        room = self.room
        with self._lock:
            if self.inside >= room:
                self.refused += 1
                raise NotReady("busy", retry_after=random.randint(*RETRY_AFTER_S))
            self.inside += 1

    def leave(self) -> None:
        """One who was let in is done."""
        with self._lock:
            self.inside -= 1


def init_app(app: Flask, admission: Admission) -> None:
    """Asks before anything of a visit is read."""

    @app.before_request
    def enter() -> None:
        if request.endpoint not in VISITS:
            return
        try:
            admission.enter()
        except NotReady:
            _read_to_the_end()
            raise
        g.admitted = True

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop("admitted", False):
            admission.leave()


def _read_to_the_end() -> None:
    """Half-read requests end their connection, and the answer may be lost with it."""
    while request.stream.read(DRAIN_BYTES):
        pass
