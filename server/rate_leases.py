"""Counting what comes often: each process takes a lease of some tries from the count that all share.

A count in the database or in Redis for each check-in would cost every visitor a write. So a process takes
many tries at once, and counts those down in memory. All processes together never let more through than the
limit; some of what one has taken may be left when another refuses already, as much as a lease.
"""

import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits.storage import Storage

log = logging.getLogger(__name__)

LEASES = 60
"""How many leases a limit is divided into."""
_SWEPT_FROM = 512


@dataclass
class _Lease:
    window: int
    left: int
    taken: int
    spent: bool = False
    """Nothing is left for anybody within this window."""


class LeasedWindow:
    """A fixed window of time within which each key has so many tries. Safe to call from many threads.

    :param storage: where all processes count; while it is away, each process holds the limit by itself.
    :param name: tells this window's counts from others'.
    :param limit: tries of one key in one window.
    :param seconds: how long a window is.
    :param clock: seconds since 1970.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        limit: int,
        seconds: int = 60,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limit = limit
        self._storage = storage
        self._name = name
        self._seconds = seconds
        self._clock = clock
        self._lease = max(1, limit // LEASES)
        self._leases: dict[str, _Lease] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """One try: 0 if there is one left, else the whole seconds until there is."""
        now = self._clock()
        window = int(now // self._seconds)
        with self._lock:
            lease = self._current(key, window)
            if lease.left > 0:
                lease.left -= 1
                return 0
            spent = lease.spent
        if not spent and self._renewed(key, lease):
            return 0
        return max(1, math.ceil((window + 1) * self._seconds - now))

    def _current(self, key: str, window: int) -> _Lease:
        lease = self._leases.get(key)
        if lease is None or lease.window != window:
            if len(self._leases) >= _SWEPT_FROM:
                self._leases = {name: one for name, one in self._leases.items() if one.window == window}
            lease = self._leases[key] = _Lease(window, left=0, taken=0)
        return lease

    def _renewed(self, key: str, lease: _Lease) -> bool:
        """Takes some more tries from what all share, and uses the first of them."""
        try:
            digest = hashlib.sha256(key.encode()).hexdigest()
            total = self._storage.incr(
                f"{self._name}/{digest}/{lease.window}", 2 * self._seconds, self._lease
            )
        except self._storage.base_exceptions as error:
            log.warning("rate limits are counted by each process alone: %s", type(error).__name__)
            total = lease.taken + self._lease
        granted = min(self._lease, self.limit - (total - self._lease))
        with self._lock:
            if granted <= 0:
                lease.spent = True
                return False
            lease.taken += granted
            lease.left += granted - 1
        return True
