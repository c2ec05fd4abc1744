"""One meeting of a course."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.attendance import AttendanceStatus
from server.models.base import Base
from server.models.course import Course


class SessionStatus(StrEnum):
    """A session is planned, then takes check-ins, then does not any more.

    ``cancelled``: it does not take place. ``missed``: its time passed and it was never opened, because the
    server was away or another session was open; nobody is recorded as absent.
    """

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class ClassSession(Base):
    """One meeting of a course: check-ins are taken while it is open."""

    __tablename__ = "class_session"
    __table_args__ = (
        CheckConstraint("status IN ('scheduled', 'open', 'closed', 'cancelled', 'missed')", name="status"),
        Index(
            "uq_class_session_open_course",
            "course_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        UniqueConstraint("pattern_id", "pattern_day"),
        UniqueConstraint("course_id", "imported_key"),
        Index("ix_class_session_course_starts", "course_id", "starts_at"),
        Index("ix_class_session_status_opens", "status", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """When it is over; none for a session that was started by hand and has no planned end."""
    opens_at: Mapped[datetime | None]
    """When a planned session opens by itself; none: by hand only."""
    late_after_minutes: Mapped[int]
    absent_after_minutes: Mapped[int | None]
    check_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a second visit is recorded as leaving; see :mod:`server.services.leaving`."""
    minimum_stay_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    edited: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Set by hand: a changed timetable or a changed default of the course leaves it alone."""
    pattern_id: Mapped[int | None] = mapped_column(ForeignKey("weekly_pattern.id", ondelete="SET NULL"))
    """The weekly pattern that it was made from."""
    pattern_day: Mapped[date | None]
    """The day by the pattern, by the course's clock, also where the session was moved to another one."""
    imported_key: Mapped[str | None] = mapped_column(String(64))
    """Which occurrence of an imported calendar it is."""
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship(lazy="joined", innerjoin=True)

    @property
    def late_from(self) -> datetime:
        """From this moment on an arrival is late (UTC)."""
        return self.starts_at + timedelta(minutes=self.late_after_minutes)

    @property
    def minutes(self) -> int | None:
        """How long it is; none without a planned end."""
        return None if self.ends_at is None else int((self.ends_at - self.starts_at).total_seconds() // 60)

    def status_at(self, arrival: datetime) -> AttendanceStatus:
        """What an arrival at this moment counts as: present, then late, then absent."""
        if self.absent_after_minutes is not None:
            absent_from = self.starts_at + timedelta(minutes=self.absent_after_minutes)
            if arrival >= absent_from:
                return AttendanceStatus.ABSENT
        return AttendanceStatus.LATE if arrival >= self.late_from else AttendanceStatus.PRESENT
