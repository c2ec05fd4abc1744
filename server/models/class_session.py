"""One meeting of a course."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base
from server.models.course import Course


class SessionStatus(StrEnum):
    """A session is planned, then takes check-ins, then does not any more."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


class ClassSession(Base):
    """One meeting of a course: check-ins are taken while it is open."""

    __tablename__ = "class_session"
    __table_args__ = (
        CheckConstraint("status IN ('scheduled', 'open', 'closed')", name="status"),
        Index(
            "uq_class_session_open_course",
            "course_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_class_session_course_starts", "course_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), index=True)
    starts_at: Mapped[datetime]
    late_after_minutes: Mapped[int]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship(lazy="joined", innerjoin=True)

    @property
    def late_from(self) -> datetime:
        """From this moment on an arrival is late (UTC)."""
        return self.starts_at + timedelta(minutes=self.late_after_minutes)
