"""Courses, who teaches them and who is enrolled."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.account import Account
from server.models.base import Base, utc_now
from server.models.student import Student

course_instructor = Table(
    "course_instructor",
    Base.metadata,
    Column("course_id", ForeignKey("course.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Course(Base):
    """A course with its own time zone, its term, and what its sessions keep to unless they say otherwise."""

    __tablename__ = "course"
    __table_args__ = (CheckConstraint("late_after_minutes >= 0", name="late_after_minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    late_after_minutes: Mapped[int] = mapped_column(default=10)
    absent_after_minutes: Mapped[int | None]
    """An arrival later than this counts as absent; none: however late, it counts as late."""
    opens_before_minutes: Mapped[int] = mapped_column(default=15, server_default="15")
    """How long before its start a planned session takes check-ins."""
    check_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a second visit is recorded as leaving; see :mod:`server.services.leaving`."""
    minimum_stay_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    session_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    term_name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    term_first_day: Mapped[date | None]
    term_last_day: Mapped[date | None]
    calendar_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The secret of the link to the course's calendar; none: there is no link."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    archived_at: Mapped[datetime | None]

    instructors: Mapped[list[Account]] = relationship(secondary=course_instructor)
    enrolments: Mapped[list["Enrolment"]] = relationship(
        back_populates="course", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def zone(self) -> ZoneInfo:
        """The course's time zone."""
        return ZoneInfo(self.time_zone)


class Enrolment(Base):
    """A student on a course's roster; one who left keeps the row, with the date."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("course_id", "student_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    dropped_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship(back_populates="enrolments")
    student: Mapped[Student] = relationship()
