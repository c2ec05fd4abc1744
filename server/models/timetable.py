"""What a course's sessions recur by: weekly patterns, and the days on which it is otherwise."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, utc_now

WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
"""As :meth:`datetime.date.weekday` counts them."""


class WeeklyPattern(Base):
    """Sessions at the same time on the same days of every week, by the course's clock."""

    __tablename__ = "weekly_pattern"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    """Empty: each session is named after its date."""
    weekdays: Mapped[list[str]]
    """Some of :data:`WEEKDAYS`."""
    starts: Mapped[time]
    minutes: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class TimetableException(Base):
    """Days without the sessions of the weekly patterns, or one day whose sessions take place on another."""

    __tablename__ = "timetable_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    moved_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(200))

    def covers(self, day: date) -> bool:
        """Whether it is about this day."""
        return self.first_day <= day <= self.last_day
