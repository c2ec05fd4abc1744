"""Writes down, once a minute, what this process saw in it."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from server.models import utc_now
from server.services import status_minutes

log = logging.getLogger(__name__)

EVERY_S = 60.0


class StatusClock:
    """Ticks in a thread of its own, and a last time as it stops.

    :param kind: ``web`` or ``jobs``.
    :param figures: gives what was seen since it was asked last.
    :param every_s: seconds between two ticks.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        kind: str,
        figures: Callable[[], dict[str, Any]],
        every_s: float = EVERY_S,
    ) -> None:
        self._sessions = sessions
        self._kind = kind
        self._figures = figures
        self._every_s = every_s
        self._process = f"{socket.gethostname()[:100]}:{os.getpid()}"
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status-clock", daemon=True)

    def start(self) -> None:
        """Begins to tick, as the next minute begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def tick(self) -> None:
        """Stores what was seen in the minute that has just ended."""
        minute = status_minutes.floor(utc_now() - timedelta(seconds=1))
        try:
            with self._sessions() as db:
                status_minutes.write(db, minute, self._process, self._kind, self._figures())
        except SQLAlchemyError:
            log.exception("what this process saw cannot be stored now; going on")

    def _run(self) -> None:
        while not self._stopped.wait(self._rest()):
            self.tick()

    def _rest(self) -> float:
        """Seconds until a little after the next minute has begun."""
        now = utc_now()
        return self._every_s - (now.second + now.microsecond / 1e6) % self._every_s + 0.05
