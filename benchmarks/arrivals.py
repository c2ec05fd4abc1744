"""Students arriving before a lesson, the kiosks that they queue at, and the servers behind: a simulation.

Every student goes to the kiosk of their room, which serves one at a time; what it sends waits for the first
free replica (M/G/c in Kendall's notation, but for arrivals that swell and ebb). A replica takes one visit at
a time, for as long as one was measured to take. A visit that would wait for longer than the server lets it
is turned away, and the kiosk sends it again.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Lessons:
    """Assumptions about people: seconds, all but `room`.

    :ivar room: students a room, with one kiosk.
    :ivar early: how long before the lesson students arrive, on average; deviation: of that.
    :ivar at_kiosk: gesture, countdown, challenge and answer, without the server.
    """

    room: int = 40
    early: float = 240.0
    deviation: float = 180.0
    at_kiosk: float = 8.0


@dataclass(frozen=True)
class Outcome:
    """What became of the visits. waits: (N,) seconds until recognition starts, retries included."""

    waits: Times
    retries: int
    peak_a_second: float

    def p95(self) -> float:
        """The wait that 95 % of the visits stay below."""
        return float(np.quantile(self.waits, 0.95))


def requests(students: int, lessons: Lessons, random: np.random.Generator) -> Times:
    """(N,) ascending seconds at which kiosks send visits; 0 is the beginning of the lesson."""
    rooms = max(1, round(students / lessons.room))
    arrivals = np.sort(random.normal(-lessons.early, lessons.deviation, (rooms, lessons.room)), axis=1)
    free = np.full(rooms, -np.inf)
    sent = np.empty_like(arrivals)
    for number in range(lessons.room):
        start = np.maximum(arrivals[:, number], free)
        sent[:, number] = start + lessons.at_kiosk / 2
        free = start + lessons.at_kiosk
    return np.sort(sent.ravel())


def serve(
    sent: Times,
    service: Times,
    replicas: int,
    random: np.random.Generator,
    *,
    patience: float = np.inf,
    retry_after: float = 2.0,
) -> Outcome:
    """Lets so many replicas take the visits in their order.

    :param service: measured seconds a visit, drawn from.
    :param patience: seconds after which the server turns a waiting visit away.
    """
    takes = random.choice(service, len(sent))
    free = [-np.inf] * replicas
    waits = np.empty(len(sent))
    queue = [(float(time), number) for number, time in enumerate(sent)]  # Sorted, so a heap already.
    retries = 0
    while queue:
        time, number = heapq.heappop(queue)
        start = max(time, free[0])
        if start - time > patience:
            retries += 1
            heapq.heappush(queue, (time + patience + retry_after, number))
            continue
        heapq.heapreplace(free, start + takes[number])
        waits[number] = start - sent[number]
    return Outcome(waits, retries, peak(sent))


def peak(sent: Times, over_s: float = 10.0) -> float:
    """The most requests a second, averaged over so many seconds."""
    counts, _ = np.histogram(sent, bins=np.arange(sent[0], sent[-1] + 2 * over_s, over_s))
    return float(counts.max()) / over_s


def replicas_needed(
    sent: Times, service: Times, p95_s: float, seed: int = 0, *, patience: float = np.inf
) -> tuple[int, Outcome]:
    """The fewest replicas with which 95 % of the visits wait no longer, and what becomes of them then."""
    high = max(1, int(np.ceil(peak(sent) * service.mean() * 1.3)))

    def tried(count: int) -> Outcome:
        return serve(sent, service, count, np.random.default_rng(seed), patience=patience)

    while tried(high).p95() > p95_s:
        high *= 2
    low = 0
    while high - low > max(1, high // 100):
        middle = (low + high) // 2
        low, high = (low, middle) if tried(middle).p95() <= p95_s else (middle, high)
    return high, tried(high)
