"""The outbox: events are written with what they tell, and read from there by every process."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from server.db import rows_changed, writing
from server.models import ClassSession, OutboxEvent

_POSTGRESQL_LOCK = 0x0FACEC


@dataclass(frozen=True)
class Event:
    """An event as a dashboard gets it."""

    id: int
    session_id: int
    type: str
    payload: dict[str, Any]


def add(db: Session, session: ClassSession, event_type: str, payload: dict[str, Any]) -> None:
    """Adds an event to the transaction under way.

    Ids must grow in commit order, or a reader would step over an event that commits late. SQLite has one
    writer at a time anyway; on PostgreSQL a lock until the commit gives the same.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
    db.add(OutboxEvent(course_id=session.course_id, session_id=session.id, type=event_type, payload=payload))
    db.flush()


def last_id(db: Session) -> int:
    """The newest event's id; 0 when there is none."""
    return db.scalar(select(func.max(OutboxEvent.id))) or 0


def after(db: Session, event_id: int, session_id: int | None = None, limit: int = 500) -> list[Event]:
    """The events with a greater id, oldest first."""
    query = select(OutboxEvent).where(OutboxEvent.id > event_id).order_by(OutboxEvent.id).limit(limit)
    if session_id is not None:
        query = query.where(OutboxEvent.session_id == session_id)
    return [Event(row.id, row.session_id, row.type, row.payload) for row in db.scalars(query)]


def prune(db: Session, before: datetime) -> int:
    """Deletes events older than this, but the newest, whose id readers begin with; how many went."""
    newest = last_id(db)
    with writing(db):
        old = delete(OutboxEvent).where(OutboxEvent.created_at < before, OutboxEvent.id < newest)
        return rows_changed(db, old)
