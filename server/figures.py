"""What a process counts as it works: for Prometheus, for the page about the last hour, and for traces."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.trace import Tracer

from recognition.roster_model import Decision, RosterModel
from recognition.score_drift import standing
from recognition.stages import Stage
from server.jobs import QueueState
from server.metrics import Metrics
from server.minute_figures import MinuteFigures

VISITS = "kiosk_api.check_in"
"""The endpoint whose times are those a student waits for."""
PROBES = {"health.healthz", "health.readyz", "metrics.metrics"}
"""Asked by programs that watch the server, every second while it starts: nobody's requests."""


class Figures:
    """One per process.

    :param tracer: of :class:`server.tracing.Tracing`.
    :param kind: of process, ``web`` or ``jobs``.
    """

    def __init__(self, tracer: Tracer, kind: str = "web") -> None:
        self._kind = kind
        self._tracer = tracer
        self.metrics = Metrics()
        self.minute = MinuteFigures()

    def request(self, endpoint: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.metrics.requests.labels(endpoint, str(status)).observe(seconds)
        if endpoint not in PROBES:
            self.minute.request(status)
        if endpoint == VISITS and status < 500:
            self.minute.visit(seconds)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Around a stage of recognition, as :mod:`recognition.stages` wants it."""
        began = time.perf_counter()
        with self._tracer.start_as_current_span(f"recognition {name}"):
            try:
                yield
            finally:
                self.metrics.stages.labels(name).observe(time.perf_counter() - began)

    def compared(self, model: RosterModel, decision: Decision) -> None:
        """A face was compared with a roster."""
        found = standing(model, decision)
        if found is None:
            return
        quantiles = self.metrics.runners_up if found.accepted else self.metrics.refused
        quantiles.observe(found.quantile)
        if found.accepted:
            self.metrics.headroom.observe(found.headroom)
        self.minute.score(found)

    def decided(self, reason: str) -> None:
        """A visit was decided about; a match with a face waits for the student's answer yet."""
        self.metrics.decisions.labels(reason).inc()
        if reason != "match":
            self.minute.outcome(reason)

    def arrived(self, method: str, reason: str) -> None:
        """A visit was accepted: ``match`` where it recorded an arrival or a departure."""
        self.minute.outcome(reason)
        if reason == "match":
            self.metrics.check_ins.labels(method).inc()

    def seen(self, listening: int, queue: QueueState, served: Mapping[int, int]) -> dict[str, Any]:
        """The last minute of this process, for :mod:`server.services.status_minutes`.

        :param listening: dashboards that listen to events.
        :param served: version of the roster model served, by course.
        """
        memory = resident_bytes()
        self.metrics.streams.set(listening)
        self.metrics.memory.labels(self._kind).set(memory)
        return self.minute.take() | {
            "streams": listening,
            "memory": memory,
            "queue": queue.waiting,
            "queue_s": round(queue.oldest_s, 1),
            "rosters": {str(course): number for course, number in served.items()},
        }

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Around a job."""
        began, outcome = time.perf_counter(), "failed"
        with self._tracer.start_as_current_span(f"job {name}"):
            try:
                yield
                outcome = "done"
            finally:
                self.metrics.jobs.labels(name, outcome).observe(time.perf_counter() - began)


def resident_bytes() -> int:
    """Memory that this process holds (Linux; elsewhere 0)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
