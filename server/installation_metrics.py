"""The state of the installation for Prometheus: looked at when asked for, by whichever process is asked."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from recognition.score_drift import Drift
from server import installation_state
from server.installation_state import InstallationState
from server.models import utc_now
from server.runtime import Runtime

log = logging.getLogger(__name__)

PREFIX = "face_checkin_"
DRIFT_EVERY_S = 300.0
"""Adding up a day takes longer than all the rest."""


class InstallationMetrics(Collector):
    """One per process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._drift: Drift | None = None
        self._drift_until = 0.0

    def registry(self) -> CollectorRegistry:
        """A registry with this alone."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return registry

    def collect(self) -> Iterable[Metric]:
        """Looks; where the database does not answer, that is what is told."""
        try:
            with self._runtime.sessions() as db:
                state = installation_state.look(self._runtime, db)
                with self._lock:
                    if time.monotonic() >= self._drift_until:
                        self._drift = installation_state.drift(db, utc_now())
                        self._drift_until = time.monotonic() + DRIFT_EVERY_S
        except (SQLAlchemyError, OSError):
            log.exception("the state of the installation cannot be looked at")
            yield _gauge("database_up", "Whether the database answers", 0)
            return
        yield _gauge("database_up", "Whether the database answers", 1)
        yield _gauge("ready", "Whether the process that answers takes check-ins", self._runtime.ready)
        yield from _of_state(state)
        yield from _of_drift(self._drift)
        if self._runtime.ready:
            yield _networks(self._runtime.engine.info())


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, words, value=value)


def _networks(info: Mapping[str, object]) -> InfoMetricFamily:
    told = {name: str(info[name]) for name in ("embedder", "detector", "precision", "device")}
    return InfoMetricFamily(PREFIX + "networks", "The networks that recognise", told)


def _of_state(state: InstallationState) -> Iterable[Metric]:
    backlogs, queue = state.backlogs, state.queue
    yield _gauge("jobs_queue_up", "Whether the queue of the jobs answers", not queue.away)
    yield _gauge("jobs_waiting", "Jobs that are due", queue.waiting)
    yield _gauge("jobs_scheduled", "Jobs for later", queue.scheduled)
    yield _gauge("jobs_oldest_seconds", "How long the oldest due job has been waiting", queue.oldest_s)
    yield _gauge("jobs_alive", "Whether a process does the jobs", state.jobs_alive)
    yield _gauge("outbox_events", "Events kept for dashboards and webhooks", backlogs.outbox_events)
    yield _gauge("webhook_backlog_events", "Events not yet told to webhooks", backlogs.webhook_events)
    yield _gauge("webhook_oldest_seconds", "Age of the oldest untold event", backlogs.webhook_oldest_s)
    yield _gauge("webhooks_failing", "Webhooks whose address does not take events", backlogs.webhooks_failing)
    yield _gauge("kiosks_paired", "Kiosks that may take check-ins", backlogs.kiosks_paired)
    yield _gauge("kiosks_online", "Kiosks heard of in the last minutes", backlogs.kiosks_online)
    yield _gauge("sessions_open", "Class sessions that are open", backlogs.sessions_open)
    yield _gauge("database_bytes", "Size of the database", state.database_bytes)
    yield _gauge("disk_bytes", "Size of the disk that the data folder lies on", state.disk_bytes)
    yield _gauge("disk_free_bytes", "Free on that disk", state.disk_free_bytes)
    if state.newest_backup is not None:
        age = (utc_now() - state.newest_backup).total_seconds()
        yield _gauge("backup_age_seconds", "Age of the newest backup; nothing where there is none", age)
    yield _gauge("web_processes", "Web processes that wrote their last minute", _count(state, "web"))
    versions = GaugeMetricFamily(
        PREFIX + "roster_model_version",
        "Version of the roster model: the one that is to serve, and the oldest that a process serves",
        labels=["course", "which"],
    )
    for course, (active, served) in state.rosters.items():
        versions.add_metric([str(course), "active"], active)
        versions.add_metric([str(course), "served"], served)
    yield versions


def _count(state: InstallationState, kind: str) -> int:
    return sum(row.kind == kind for row in state.processes)


def _of_drift(drift: Drift | None) -> Iterable[Metric]:
    """Of the last day; nothing before somebody was recognised."""
    if drift is None:
        return
    yield _gauge("drift_visits", "Accepted visits that the drift is read from", drift.visits)
    yield _gauge("drift_ks", "Distance of runners-up from the calibration (Kolmogorov-Smirnov)", drift.ks)
    yield _gauge("drift_shift_deviations", "How far runners-up lie above the calibration", drift.shift)
    yield _gauge("drift_fpir_estimate", "FPIR if all strangers' scores moved so far", drift.fpir_estimate)
    yield _gauge("refused_share", "Share of compared visits that were not recognised", drift.refused_share)
    yield _gauge("near_share", "Share of those that nearly were recognised", drift.near_share)
    yield _gauge("tight_share", "Share of accepted visits close to refusal", drift.tight_share)
