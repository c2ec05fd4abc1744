"""The instruments of a process, for Prometheus.

prometheus-client decides, when it is first imported, whether the processes of a server share their figures:
it looks for the folder that :mod:`server.metrics_folder` names. So this module is imported after the fork
only.
No label tells who anybody is: labels are endpoints, codes and numbers of courses.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from server.metrics_folder import VARIABLE

STAGE_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
REQUEST_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)
JOB_BUCKETS = (0.1, 1.0, 5.0, 20.0, 60.0, 300.0, 1200.0)
TENTHS = tuple(number / 10 for number in range(1, 11))
DEVIATIONS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0)


class Metrics:
    """Counters and histograms of this process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.stages = Histogram(
            "face_checkin_recognition_stage_seconds",
            "Time of one stage of recognition",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=registry,
        )
        self.requests = Histogram(
            "face_checkin_request_seconds",
            "Time from a request's arrival to the head of its answer",
            ["endpoint", "status"],
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )
        self.decisions = Counter(
            "face_checkin_decisions", "Visits to a kiosk by what was decided", ["reason"], registry=registry
        )
        self.check_ins = Counter(
            "face_checkin_check_ins", "Arrivals that visits recorded", ["method"], registry=registry
        )
        self.jobs = Histogram(
            "face_checkin_job_seconds",
            "Time of one job",
            ["job", "outcome"],
            buckets=JOB_BUCKETS,
            registry=registry,
        )
        self.runners_up = Histogram(
            "face_checkin_runner_up_quantile",
            "Accepted visits: quantile of the runner-up's score in the calibration",
            buckets=TENTHS,
            registry=registry,
        )
        self.refused = Histogram(
            "face_checkin_refused_quantile",
            "Refused visits: quantile of the best score among those of strangers",
            buckets=TENTHS,
            registry=registry,
        )
        self.headroom = Histogram(
            "face_checkin_headroom_deviations",
            "Accepted visits: how far over the threshold, in deviations of strangers' scores",
            buckets=DEVIATIONS,
            registry=registry,
        )
        self.streams = Gauge(
            "face_checkin_event_streams",
            "Dashboards that listen to events",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.memory = Gauge(
            "face_checkin_process_resident_bytes",
            "Memory that a process holds",
            ["kind"],
            multiprocess_mode="liveall",
            registry=registry,
        )

    def all_processes(self) -> CollectorRegistry:
        """What to read: the figures of every process of this server, or of this one where it is alone."""
        folder = os.environ.get(VARIABLE)
        if not folder:
            return self.registry
        shared = CollectorRegistry()
        MultiProcessCollector(shared, path=folder)  # type: ignore[no-untyped-call]
        return shared
