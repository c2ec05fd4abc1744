"""The clock of the jobs process, by which sessions open and close."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from server.services import self_opening
from server.steady_clock import SteadyClock

log = logging.getLogger(__name__)

EVERY_S = 5.0


class SessionClock:
    """Ticks in a thread of its own: the queue may be busy for minutes with fitting a roster.

    :param every_s: seconds between two ticks.
    :param clock: while it has just jumped, nothing opens or closes.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        every_s: float = EVERY_S,
        clock: SteadyClock | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock or SteadyClock()
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session-clock", daemon=True)

    def start(self) -> None:
        """Begins to tick, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; a tick under way is finished."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                now = self._clock.now()
                if now is not None:
                    with self._sessions() as db:
                        self_opening.tick(db, now)
            except SQLAlchemyError:
                log.exception("sessions cannot be opened and closed now; trying again")
            self._stopped.wait(self._every_s)
