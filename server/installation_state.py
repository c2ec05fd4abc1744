"""How the installation is doing now, as any of its processes can tell."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from recognition.gate import DEFAULT_TARGET_FPIR
from recognition.score_drift import Drift, Scores
from server.jobs import QueueState
from server.models import StatusMinute, utc_now
from server.runtime import Runtime
from server.services import backlogs, backup_catalogue, status_minutes
from server.services.backlogs import Backlogs

MOST_ROSTERS = 500
"""Courses with an open session whose model versions are told, those with the lowest numbers first."""
DRIFT_OVER = timedelta(days=1)


@dataclass(frozen=True)
class InstallationState:
    """A look.

    :ivar processes: the newest minute of each process that lives.
    :ivar rosters: by course: the version that is to serve, and the oldest that a process serves.
    """

    queue: QueueState
    backlogs: Backlogs
    database_bytes: int
    disk_bytes: int
    disk_free_bytes: int
    newest_backup: datetime | None
    processes: Sequence[StatusMinute]
    rosters: Mapping[int, tuple[int, int]]

    @property
    def jobs_alive(self) -> bool:
        """Whether a process does the jobs."""
        return any(row.kind == "jobs" for row in self.processes)


def look(runtime: Runtime, db: Session) -> InstallationState:
    """Looks around; takes some milliseconds."""
    now = utc_now()
    alive = status_minutes.alive(status_minutes.since(db, now - status_minutes.ALIVE_FOR), now)
    disk = shutil.disk_usage(runtime.settings.data_dir)
    return InstallationState(
        queue=runtime.jobs.state(),
        backlogs=backlogs.count(db, now),
        database_bytes=database_bytes(db),
        disk_bytes=disk.total,
        disk_free_bytes=disk.free,
        newest_backup=backup_catalogue.newest(db),
        processes=alive,
        rosters=_rosters(backlogs.active_versions(db), alive),
    )


def drift(db: Session, now: datetime) -> Drift | None:
    """How scores have moved over a day; None before somebody was recognised."""
    rows = status_minutes.since(db, now - DRIFT_OVER)
    scores = Scores.summed(row.figures["scores"] for row in rows if "scores" in row.figures)
    return scores.drift(DEFAULT_TARGET_FPIR)


def database_bytes(db: Session) -> int:
    """What the database takes up."""
    if db.get_bind().dialect.name == "postgresql":
        return int(db.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages = db.scalar(text("PRAGMA page_count")) or 0
    return int(pages) * int(db.scalar(text("PRAGMA page_size")) or 0)


def _rosters(active: Mapping[int, int], alive: Sequence[StatusMinute]) -> dict[int, tuple[int, int]]:
    found = {}
    for course, number in sorted(active.items())[:MOST_ROSTERS]:
        served = [row.figures.get("rosters", {}).get(str(course)) for row in alive if row.kind == "web"]
        known = [version for version in served if version is not None]
        if known:
            found[course] = (number, min(known))
    return found
