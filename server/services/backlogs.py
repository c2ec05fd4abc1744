"""What waits in the database: events not yet told, kiosks not heard of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import ClassSession, Course, Kiosk, OutboxEvent, RosterModelVersion, SessionStatus, Webhook
from server.services.webhooks import TOLD

ONLINE_FOR = timedelta(minutes=3)
"""Kiosks ask every few seconds, and that is noted once a minute."""


@dataclass(frozen=True)
class Backlogs:
    """Numbers of the moment.

    :ivar outbox_events: kept for dashboards and webhooks.
    :ivar webhook_events: not yet told, over all webhooks; ``webhook_oldest_s``: the age of the oldest.
    :ivar webhooks_failing: whose last attempt failed, or that were given up.
    """

    outbox_events: int
    webhook_events: int
    webhook_oldest_s: float
    webhooks_failing: int
    kiosks_paired: int
    kiosks_online: int
    sessions_open: int


def count(db: Session, now: datetime) -> Backlogs:
    """Looks."""
    untold = (
        select(func.count(OutboxEvent.id), func.min(OutboxEvent.created_at))
        .join(Webhook, Webhook.course_id == OutboxEvent.course_id)
        .where(
            Webhook.disabled_at.is_(None),
            OutboxEvent.id > Webhook.last_event_id,
            OutboxEvent.type.in_(TOLD),
        )
    )
    events, oldest = db.execute(untold).one()
    failing = select(func.count(Webhook.id)).where(
        Webhook.failing_since.is_not(None) | Webhook.disabled_at.is_not(None)
    )
    paired = select(func.count(Kiosk.id)).where(Kiosk.revoked_at.is_(None))
    return Backlogs(
        outbox_events=db.scalar(select(func.count(OutboxEvent.id))) or 0,
        webhook_events=events,
        webhook_oldest_s=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        webhooks_failing=db.scalar(failing) or 0,
        kiosks_paired=db.scalar(paired) or 0,
        kiosks_online=db.scalar(paired.where(Kiosk.last_seen_at > now - ONLINE_FOR)) or 0,
        sessions_open=db.scalar(
            select(func.count(ClassSession.id)).where(ClassSession.status == SessionStatus.OPEN)
        )
        or 0,
    )


def active_versions(db: Session) -> dict[int, int]:
    """The roster model version that is to serve, of each course with an open session."""
    open_courses = select(ClassSession.course_id).where(ClassSession.status == SessionStatus.OPEN)
    query = select(RosterModelVersion.course_id, RosterModelVersion.number).where(
        RosterModelVersion.is_active, RosterModelVersion.course_id.in_(open_courses)
    )
    return dict(db.execute(query).all())


def course_names(db: Session, course_ids: Sequence[int]) -> dict[int, str]:
    """What courses are called, by id."""
    return dict(db.execute(select(Course.id, Course.name).where(Course.id.in_(course_ids))).all())
