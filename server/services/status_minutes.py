"""The last day in minutes: every process writes its own, and any of them reads them all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import writing
from server.models import StatusMinute

KEPT = timedelta(days=1)
ALIVE_FOR = timedelta(minutes=3, seconds=30)
"""A process whose last minute began longer ago has ended, or hangs: it missed more than one."""


def floor(moment: datetime) -> datetime:
    """The minute that a moment lies in."""
    return moment.replace(second=0, microsecond=0)


def write(db: Session, minute: datetime, process: str, kind: str, figures: dict[str, Any]) -> None:
    """Stores a process's minute, in place of what it stored before, and forgets what is a day old."""
    with writing(db):
        db.merge(StatusMinute(minute=minute, process=process, kind=kind, figures=figures))
        db.execute(delete(StatusMinute).where(StatusMinute.minute < minute - KEPT))


def since(db: Session, moment: datetime) -> Sequence[StatusMinute]:
    """The minutes from then on, in order."""
    query = select(StatusMinute).where(StatusMinute.minute >= floor(moment))
    return db.scalars(query.order_by(StatusMinute.minute, StatusMinute.process)).all()


def alive(rows: Sequence[StatusMinute], now: datetime) -> list[StatusMinute]:
    """The newest minute of each process that lives."""
    newest = {row.process: row for row in rows}
    return [row for row in newest.values() if now - row.minute < ALIVE_FOR]
