"""Addresses that are told what happens in a course, and what came of each attempt."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.course import Course


class Webhook(Base):
    """An address that is told of a course's events, in their order."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(Text)
    secret_encrypted: Mapped[bytes]
    """What deliveries are signed with; bound to the course."""
    last_event_id: Mapped[int]
    """Everything up to this event of the outbox is delivered, or was before the webhook."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    failures: Mapped[int] = mapped_column(default=0)
    """Attempts in a row that failed."""
    failing_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship(lazy="joined", innerjoin=True)


class WebhookDelivery(Base):
    """One attempt."""

    __tablename__ = "webhook_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[int | None]
    """Of the outbox; none for a test."""
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(default=utc_now)
    status: Mapped[int | None]
    """What the address answered (HTTP); none where there was no answer."""
    problem: Mapped[str | None] = mapped_column(String(64))
    """Why it does not count as delivered, as an enumerated code."""
