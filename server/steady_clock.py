"""The time, and whether it can be relied on: after the clock jumped, what cannot be undone waits."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from server.models import utc_now

log = logging.getLogger(__name__)

JUMP = timedelta(seconds=90)
"""A clock that is put right by its network service moves by less."""
SETTLES_IN = timedelta(minutes=5)


def since_start() -> float:
    """Seconds of a clock that nobody can set; where there is one, it goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Compares the clock that can be set with one that cannot, each time it is asked.

    :param wall: the time of day.
    :param even: seconds of a clock that nobody sets.
    """

    def __init__(
        self, wall: Callable[[], datetime] = utc_now, even: Callable[[], float] = since_start
    ) -> None:
        self._wall = wall
        self._even = even
        self._jumped_at: float | None = None
        self._last = wall(), even()

    def now(self) -> datetime | None:
        """The time; ``None`` until the clock has run evenly for :data:`SETTLES_IN` after a jump."""
        wall, even = self._wall(), self._even()
        last_wall, last_even = self._last
        self._last = wall, even
        jump = (wall - last_wall) - timedelta(seconds=even - last_even)
        if abs(jump) > JUMP:
            log.error("the clock jumped by %.0f s: what depends on it waits", jump.total_seconds())
            self._jumped_at = even
        if self._jumped_at is not None and even - self._jumped_at < SETTLES_IN.total_seconds():
            return None
        self._jumped_at = None
        return wall
