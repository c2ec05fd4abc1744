"""What became of an entry, change by change: written with the change, never altered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from server.models.base import Base, utc_now
from server.models.kiosk import Kiosk


class ChangeSource(StrEnum):
    """What made a change."""

    ARRIVAL = "arrival"
    HAND = "hand"
    CLOSING = "closing"
    LEAVING = "leaving"
    ROLL_CALL = "roll_call"
    VISIT = "visit"
    CONTEST = "contest"
    UNDO = "undo"


SOURCES = "source IN ('arrival', 'hand', 'closing', 'leaving', 'roll_call', 'visit', 'contest', 'undo')"


class AttendanceChange(Base):
    """One change of what is recorded of one student in one session."""

    __tablename__ = "attendance_change"
    __table_args__ = (
        CheckConstraint(SOURCES, name="source"),
        Index("ix_attendance_change_entry", "session_id", "student_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    account_name: Mapped[str | None] = mapped_column(String(120))
    """As it was then; stays when the account goes."""
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("kiosk.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=utc_now)
    before: Mapped[dict[str, Any] | None]
    """What was recorded; none when nothing was."""
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(String(500), default="")

    kiosk: Mapped[Kiosk | None] = relationship(lazy="joined")


@event.listens_for(AttendanceChange, "before_update")
def _refuse_update(_mapper: Mapper[Any], _connection: Connection, change: AttendanceChange) -> None:
    """What was written stays as it is."""
    raise TypeError(f"change {change.id} of an entry cannot be altered")
